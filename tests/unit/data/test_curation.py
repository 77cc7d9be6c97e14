"""Curation: what is refused, what is dropped, what is cleared, what stays."""

import csv
import re

import pytest
from rdkit import Chem

from helpers.molecules import group_of
from toxtune.config.schema import ROOT
from toxtune.data.curation import curate, write_curation
from toxtune.data.dataset_files import RESERVED
from toxtune.data.download import fetch_dataset
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.data.subsets import KEYS
from toxtune.errors import UserError
from toxtune.io.files import read_json


def columns(**changes):
    """Return the settings for columns, with `changes`."""
    settings = {"smiles_column": "smiles", "id_column": None, "part_column": None}
    settings |= {"tasks": [], "task_type": "binary"}
    return settings | {"standardize": "parent", "merge": "stereo"} | changes


@pytest.fixture
def table(tmp_path):
    """Return a function that writes a raw.csv."""

    def write(text, encoding="utf-8"):
        path = tmp_path / "raw.csv"
        path.write_bytes(text.encode(encoding))
        return path

    return write


def labels_of(curation):
    """Return the labels of the curated rows."""
    return [molecule.raw.labels for molecule in curation.molecules]


def test_labels_are_normalised(table):
    path = table("smiles,a,b\nC,0, 1 \nCC,1.0,0.0\nCCC,NA,1\nCCCC,,1\n")
    labels = [["0", "1"], ["1", "0"], ["", "1"], ["", "1"]]
    assert labels_of(curate(path, columns())) == labels


@pytest.mark.parametrize("value", ["2", "0.5", "-2", "yes", "1_0", "inf"])
def test_other_labels_are_refused_with_line_column_and_value(table, value):
    path = table(f'note,smiles,a\n"two\nlines",C,0\n\nx,CC,{value}\n')
    message = rf"line 5, column 'a': a label must be 0, 1, .*, got '{value}'"
    with pytest.raises(UserError, match=message):
        curate(path, columns(tasks=["a"]))


@pytest.mark.parametrize(
    ("text", "changes", "message"),
    [
        ("formula,a\nC,1\n", {}, "no column 'smiles'.*formula, a"),
        ("smiles,a\nC,1\n", {"tasks": ["a", "b"]}, "dataset.tasks.*b;.*smiles, a"),
        (
            "smiles,a\nC,1\n",
            {"id_column": "name"},
            "no column 'name' .*id_column.",
        ),
        ("smiles,a\nC,1\n", {"part_column": "set"}, "no column 'set' .split.column."),
        ("smiles,a,b,a\nC,1,0,1\n", {}, "repeated: a"),
        ("smiles,a\n", {}, "has no rows"),
        ("", {}, "is empty"),
        ("smiles\nC\n", {}, "no task column"),
        ("smiles,a\nC,1,0\n", {}, "line 2: must have 2 columns.*got 3"),
        ("smiles,a\nC\n", {}, "line 2: must have 2 columns.*got 1"),
        ("smiles,group\nC,1\n", {}, "'group'.*cannot be a task"),
        ("smiles,a\nC,1\n", {"tasks": ["smiles"]}, "'smiles'.*cannot be a task"),
        ("smiles,a\nX,1\n,0\n", {}, "no molecule is left"),
        ("smiles,a\nC,\nCC,\n", {}, "no label is left"),
    ],
)
def test_unusable_table_is_refused(table, text, changes, message):
    with pytest.raises(UserError, match=message):
        curate(table(text), columns(**changes))


def test_byte_order_mark_is_no_part_of_a_name(table):
    assert curate(table("smiles,a\nC,1\n", encoding="utf-8-sig"), columns()).tasks


def test_unparsable_and_empty_smiles_are_dropped_with_a_reason(table, capfd):
    path = table("smiles,a\nC,1\nnot a molecule,0\n  ,1\nC(C)(C)(C)(C)C,0\nCC,0\n")
    curation = curate(path, columns())
    assert [molecule.raw.row for molecule in curation.molecules] == [0, 4]
    changes = [(c.raw.row, c.action, c.task, c.reason) for c in curation.changes]
    assert changes == [
        (1, "dropped", "", "RDKit cannot parse the SMILES"),
        (2, "dropped", "", "no SMILES"),
        (3, "dropped", "", "RDKit cannot parse the SMILES"),
    ]
    assert capfd.readouterr().err == ""


def test_labels_stay_as_they_were_measured(table):
    path = table("smiles,a\nCCO,1\nOCC,0\nCC,1\n")
    curation = curate(path, columns())
    assert labels_of(curation) == [["1"], ["0"], ["1"]]
    assert curation.changes == []


def test_group_is_the_connectivity_of_the_inchikey():
    assert group_of("OCC") == "LFQSCWFLJHTTHZ"
    assert group_of("N[C@@H](C)C(=O)O") == group_of("N[C@H](C)C(=O)O")


def test_group_without_inchi_comes_from_the_canonical_smiles(monkeypatch):
    monkeypatch.setattr(Chem, "MolToInchiKey", lambda molecule: "")
    groups = [group_of(smiles) for smiles in ["OCC", "CCO", "CC"]]
    assert groups[0] == groups[1] != groups[2]
    assert all(len(g) == 14 and g.isalpha() and g.isupper() for g in groups)
    # The same in every process and on every machine.
    assert groups[2] == "JVUFMZCJGFKVPA"


def test_files_have_the_documented_format(table, tmp_path):
    path = table(
        "set,name,a,smiles\ntrain,x,1.0, C \nvalid,y,0,?\ntest,z,0,CC\ntest,u,?,CO\n"
    )
    settings = columns(id_column="name", part_column="set")
    molecules, changes, counts = (tmp_path / name for name in ("m", "c", "j"))
    write_curation(curate(path, settings), True, molecules, changes, counts)
    assert molecules.read_bytes() == (
        b"row,id,smiles,group,compound,given_smiles,a,split_by\n"
        b"0,x,C,VNWKTOKETHGBQD,VNWKTOKETHGBQD-UHFFFAOYSA-N,C,1,train\n"
        b"2,z,CC,OTMSDBZUPAUEDD,OTMSDBZUPAUEDD-UHFFFAOYSA-N,CC,0,test\n"
    )
    assert changes.read_bytes() == (
        b"row\tid\tsmiles\taction\ttask\treason\n"
        b"1\ty\t?\tdropped\t\tRDKit cannot parse the SMILES\n"
        b"3\tu\tCO\tdropped\t\tno label in any task\n"
    )
    curated = read_json(counts)
    notes = curated.pop("notes")
    assert notes[-1] == "Taken for a missing label, besides empty cells: '?' (1)."
    assert len(notes) == 3
    assert curated == {
        "rows": 4,
        "dropped": 1,
        "molecules_without_label": 1,
        "molecules": 2,
        "groups": 2,
        "groups_with_several_rows": 0,
        "compounds": 2,
        "task_type": "binary",
        "tasks": {"a": {"n_positive": 1, "n_negative": 1, "n_missing": 0}},
        "classes": {},
        "words": {},
        "bounds": {},
        "warnings": [],
    }


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_smiles_with_a_line_end_is_one_row_of_what_was_dropped(table, tmp_path, end):
    path = table(f'smiles,a\nC,1\n"CC{end}C",0\n')
    paths = [tmp_path / name for name in ("molecules.csv", "curation.tsv", "a.json")]
    write_curation(curate(path, columns()), False, *paths)
    with open(paths[1], encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    assert [row["smiles"] for row in rows] == [f"CC{end}C"]


def test_row_number_is_the_id_and_no_part_unless_asked(table, tmp_path):
    path = table("smiles,a\n?,1\nCC,0\nC,1\n")
    write_curation(
        curate(path, columns()), False, tmp_path / "m", tmp_path / "c", tmp_path / "j"
    )
    with open(tmp_path / "m", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == [*KEYS, "a"]
    assert [row[:2] for row in rows] == [["1", "1"], ["2", "2"]]


def test_named_tasks_are_taken_in_their_order(table):
    curation = curate(table("smiles,a,b,c\nC,1,0,x\n"), columns(tasks=["b", "a"]))
    assert curation.tasks == ["b", "a"]
    assert labels_of(curation) == [["0", "1"]]


@pytest.mark.slow
def test_tox21_as_it_was_before_there_were_these_settings(tmp_path):
    """As it is now is in `tests/workflow/test_tox21.py`: standardizing takes long."""
    tox21 = KNOWN_DATASETS["tox21"]
    # The last source comes with the workflow, so that this needs no network.
    fetch_dataset([tox21.sources[-1]], tox21.sha256, tmp_path / "raw.csv")
    settings = columns(id_column="mol_id", standardize="none", merge="connectivity")
    curation = curate(tmp_path / "raw.csv", settings)
    counts = curation.counts
    assert len(curation.tasks) == 12
    assert (counts["rows"], counts["dropped"], counts["molecules"]) == (7831, 8, 7823)
    assert counts["groups"] == counts["compounds"] == 7619
    assert counts["groups_with_several_rows"] == 185
    assert counts["molecules_without_label"] == 0
    assert counts["warnings"] == []


def test_molecules_without_a_label_are_left_out_and_counted(table):
    text = "smiles,a,b,c\nC,1,,\nCC,,,1\nCCC,,-,n.d.\nCCCC,0,1,\nX,,,\n"
    curation = curate(table(text), columns(tasks=["a", "b"]))
    assert [molecule.raw.row for molecule in curation.molecules] == [0, 3]
    changes = [(c.raw.row, c.action, c.task, c.reason) for c in curation.changes]
    assert changes == [
        (1, "dropped", "", "no label in any task"),
        (2, "dropped", "", "no label in any task"),
        (4, "dropped", "", "RDKit cannot parse the SMILES"),
    ]
    counts = curation.counts
    assert (counts["rows"], counts["dropped"], counts["molecules"]) == (5, 1, 2)
    assert counts["molecules_without_label"] == 2


def test_words_are_told_once_for_all_tasks_that_have_them(table):
    rows = ["C,yes,YES,0,n.d.", "CC,no,no,1,+", "CCC,yes,,n.d.,-", "CO,No,yes,1,+"]
    curation = curate(table("\n".join(["smiles,a,b,c,d", *rows])), columns())
    expected = [["1", "1", "0", ""], ["0", "0", "1", "1"]]
    assert labels_of(curation) == [*expected, ["1", "", "", "0"], ["0", "1", "1", "1"]]
    assert curation.counts["classes"] == {
        "a": ["no", "yes"],
        "b": ["no", "YES"],
        "d": ["-", "+"],
    }
    assert curation.counts["words"]["a"] == {"yes": 1, "no": 0}
    notes = [note for note in curation.counts["notes"] if "abel" in note]
    assert len(notes) == 4
    assert notes[3] == "Taken for a missing label, besides empty cells: 'n.d.' (2)."
    signed = curate(table("smiles,a\nC,1\nCC,-1\n"), columns()).counts["notes"]
    assert signed[-1] == "Labels of a: '-1' is class 0, '1' is class 1."
    alike = curate(table("smiles,a,b\nC,yes,yes\nCC,no,no\n"), columns())
    told = "Labels of a, b: 'no' is class 0, 'yes' is class 1."
    assert alike.counts["notes"][-1] == told


def test_words_of_one_task_may_differ_from_those_of_others(table):
    path = table("smiles,a,b\nC,x,x\nCC,y,y\n")
    labels = {"x": 0, "y": 1, "b": {"x": 1, "y": 0}}
    assert labels_of(curate(path, columns(labels=labels))) == [["0", "1"], ["1", "0"]]
    with pytest.raises(UserError, match="dataset.labels: 'z' is no task"):
        curate(path, columns(labels=labels | {"z": {"x": 1}}))


def test_words_that_no_column_has_are_warned_of(table):
    path = table("smiles,a\nC,yes\nCC,no\n")
    curation = curate(path, columns(labels={"inconclusiv": None, "NO": 0}))
    (warning,) = curation.counts["warnings"]
    assert "'inconclusiv'" in warning
    assert "did you mean" not in warning


def test_words_that_no_column_has_are_told_the_nearest(table):
    path = table("smiles,a\nC,Positive\nCC,Negative\n")
    curation = curate(path, columns(labels={"positiv": 1}))
    (warning,) = curation.counts["warnings"]
    assert warning.endswith(
        "'positiv', which no task column has; did you mean Positive?"
    )
    path = table("smiles,a\nC,99.5\nCC,-999.5\nCCC,<999\n")
    settings = columns(task_type="regression", bounds="drop", labels={"-99.9": None})
    (warning,) = curate(path, settings).counts["warnings"]
    assert warning.endswith("no task column has.")


@pytest.mark.parametrize(
    ("rows", "numbers"),
    [
        ("u,C,1\nu,CC,0\nv,CCC,1\n", ["2 in 3", "2 different", "'u'"]),
        # Several measurements of one molecule, and a row that is none.
        ("u,C,1\nu,C,0\nv,CCC,1\nv,nonsense,1\n", None),
        ("u,C,1\nv,CC,0\n", None),
    ],
)
def test_ids_that_several_molecules_share_are_warned_of(table, rows, numbers):
    path = table(f"Source,smiles,a\n{rows}")
    curation = curate(path, columns(id_column="Source", tasks=["a"]))
    assert len(curation.counts["warnings"]) == (numbers is not None)
    for warning in curation.counts["warnings"]:
        assert "'Source'" in warning
        assert all(number in warning for number in numbers)
    numbered = curate(path, columns(tasks=["a"]))
    assert numbered.counts["warnings"] == []


@pytest.mark.parametrize(("bounds", "label"), [("drop", None), ("value", "0.5")])
def test_bounds_are_counted_and_listed(table, bounds, label):
    path = table("smiles,a,b\nC,<0.5,1\nCC,7,\nCCC,>9,\n")
    settings = columns(task_type="regression", bounds=bounds)
    curation = curate(path, settings)
    assert curation.counts["bounds"] == {"a": 2}
    assert labels_of(curation)[0][0] == (label or "")
    assert f"dataset.bounds: {bounds}" in curation.counts["notes"][-1]
    listed = [(c.raw.row, c.task, c.reason) for c in curation.changes if c.task]
    dropped = [(0, "a", "the bound <0.5"), (2, "a", "the bound >9")]
    assert listed == (dropped if bounds == "drop" else [])


def test_bounds_are_asked_about(table):
    message = "line 2, column 'a'.*got '< 5'.*bounds: drop.*bounds: value.*refuse"
    with pytest.raises(UserError, match=message):
        curate(table("smiles,a\nC,< 5\nCC,7\n"), columns(task_type="regression"))


def test_what_is_no_task_is_told_how_to_leave_it_out(table):
    text = "smiles,a,name\nC,1,x\nCC,0,y\n"
    with pytest.raises(UserError, match="list the tasks in dataset.tasks"):
        curate(table(text), columns())
    assert curate(table(text), columns(tasks=["a"])).tasks == ["a"]


def test_the_documentation_lists_the_names_that_no_task_may_have():
    text = (ROOT / "docs/input.md").read_text(encoding="utf-8")
    (listed,) = re.findall(r"column or row of our own tables \((.*?)\)", text)
    assert set(re.findall(r"`(\w+)`", listed)) == RESERVED
