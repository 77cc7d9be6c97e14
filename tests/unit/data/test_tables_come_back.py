"""Tables that the workflow writes come back as they were, whatever is in them."""

from pathlib import Path
from tempfile import TemporaryDirectory

import hypothesis.strategies as st
import numpy as np
from hypothesis import given

from toxtune.data.subsets import KEYS, read_subset, read_table, write_table

# Curation refuses control characters, line ends among them.
TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=8
)
LABELS = st.none() | st.floats(width=32, allow_nan=False, allow_infinity=False)


@st.composite
def tables(draw, cells, min_width):
    """Draw a header and rows of the same width."""
    width = draw(st.integers(min_width, min_width + 3))
    header = draw(st.lists(TEXT, min_size=width, max_size=width))
    row = st.lists(cells, min_size=width, max_size=width)
    return header, draw(st.lists(row, max_size=5))


@given(table=tables(TEXT, min_width=1), delimiter=st.sampled_from([",", "\t"]))
def test_table_comes_back(table, delimiter):
    header, rows = table
    with TemporaryDirectory() as folder:
        path = Path(folder) / "table"
        write_table(path, header, rows, delimiter)
        assert read_table(path, delimiter) == (header, rows)


@given(labels=tables(LABELS, min_width=1), text=st.data())
def test_labels_and_names_of_molecules_come_back(labels, text):
    tasks, values = labels
    tasks = [f"task {name}" for name in tasks]
    names = [text.draw(st.tuples(*[TEXT] * 5)) for _ in values]
    rows = [
        [row, *name, *["" if label is None else label for label in value]]
        for row, (name, value) in enumerate(zip(names, values, strict=True))
    ]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "train.csv"
        write_table(path, [*KEYS, *tasks], rows)
        subset = read_subset(path)
    assert subset.tasks == tasks
    molecules = zip(subset.ids, subset.smiles, subset.groups, strict=True)
    assert list(molecules) == [name[:3] for name in names]
    want = np.array(values, dtype=np.float32).reshape(len(values), len(tasks))
    np.testing.assert_array_equal(subset.labels, want)
