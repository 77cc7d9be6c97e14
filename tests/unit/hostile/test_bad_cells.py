"""Columns, labels and SMILES that are broken or mean harm: a line, or a dropped row."""

import pytest

from helpers.harm import COLUMNS, check
from helpers.molecules import write_molecules
from toxtune.data.curation import curate, warn_of_formulas, write_curation
from toxtune.data.subsets import read_table
from toxtune.molecules.smiles import MAX_ATOMS, parse_smiles
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings

pytestmark = pytest.mark.promise(
    "a bad label, id or SMILES in a table",
    "refused with line and column, or the row dropped with the reason",
)

BAD_COLUMNS = {
    "twice": ("smiles,a,a\nC,1,1\n", {}, "raw.csv: column names must differ.*: a"),
    "SMILES twice": ("smiles,smiles,a\nC,C,1\n", {}, "must differ.*: smiles"),
    "no SMILES": ("xyz,a\nC,1\n", {}, "raw.csv: has no column 'smiles'"),
    "two that may be it": (
        "Canonical SMILES,isomeric_smiles,a\nC,C,1\n",
        {},
        "could be .* write|choose one, such as dataset.smiles_column: Canonical SMILES",
    ),
    "other name": ("smiles,a\nC,1\n", {"smiles_column": "x"}, "no column 'x'"),
    "no id": (
        "smiles,a\nC,1\n",
        {"id_column": "n"},
        "no column 'n' .dataset.id_column",
    ),
    "no task": ("smiles,a\nC,1\n", {"tasks": ["b"]}, "dataset.tasks: .*no column b"),
    "nothing but SMILES": ("smiles\nC\n", {}, "raw.csv: has no task column"),
    "a line above the header": (
        "# exported\nsmiles,a\nC,1\n",
        {},
        "its columns are: # exported; the first line names the columns",
    ),
    "empty name": ("smiles,\nC,1\n", {}, "raw.csv: has no task column"),
    "name of ours": ("smiles,group\nC,1\n", {}, "dataset.tasks: 'group' in"),
    "name of a row": ("smiles,mean\nC,1\n", {}, "dataset.tasks: 'mean' in .* family"),
    "bell": ("smiles,a\7b\nC,1\n", {}, r"dataset.tasks: 'a\\x07b' in .* control"),
    "escape": ("smiles,\x1b[2J\nC,1\n", {}, r"dataset.tasks: '\\x1b\[2J' in"),
    "long name": (f"smiles,{'x' * 201}\nC,1\n", {}, "1 to 200 characters"),
    "line end in an id": (
        'smiles,n,a\nC,"x\ny",1\n',
        {"id_column": "n"},
        r"raw.csv, line 3, column 'n': must not have control characters, got 'x\\ny'",
    ),
    "tab in an id": (
        "smiles,n,a\nC,x\ty,1\n",
        {"id_column": "n"},
        "line 2, column 'n'",
    ),
    "bell in an id": (
        "smiles,n,a\nC,x\7,1\n",
        {"id_column": "n"},
        "line 2, column 'n'",
    ),
}


@pytest.mark.parametrize(
    ("content", "changes", "match"), BAD_COLUMNS.values(), ids=BAD_COLUMNS
)
def test_columns_and_ids_that_are_refused(raw, content, changes, match):
    check(match, curate, raw(content), COLUMNS | changes)


BAD_LABELS = {
    "binary": ["2", "-2", "0.5", "yes", "inf", "1e999", "1_0", "0x1", "1,0"],
    "multiclass": ["20", "-1", "0.5", "one", "inf", "1e999", "99999999999999999999"],
    "regression": [
        "high",
        "inf",
        "-inf",
        "1e999",
        "1e39",
        "-1e39",
        "1_0",
        "0x1",
        "1.5,5",
    ],
}


@pytest.mark.parametrize(
    ("kind", "label"), [(kind, one) for kind in BAD_LABELS for one in BAD_LABELS[kind]]
)
def test_label_that_is_refused(raw, kind, label):
    path = raw(f'smiles,a\nC,1\nCC,"{label}"\n')
    match = f"raw.csv, line 3, column 'a': a label must be .*, got '{label}'"
    check(match, curate, path, COLUMNS | {"task_type": kind})


def test_long_label_is_not_shown_in_full(raw):
    check("got 'xxx.* [.][.][.]", curate, raw(f"smiles,a\nC,{'x' * 9999}\n"), COLUMNS)


DROPPED = {
    "5,000 atoms": ("C" * 5000, "more than 1,000 atoms"),
    "5,000 atoms in rings": ("C1CC1" * 1666, "more than 1,000 atoms"),
    "5,000 fragments": (".".join("C" * 5000), "more than 1,000 atoms"),
    "1,001 branches": ("C(" * 1000 + "C" + ")" * 1000, "more than 1,000 atoms"),
    "20,000 characters": ("C" * 20_000, "a SMILES of more than 10,000 characters"),
    "5,000 open brackets": ("C(" * 4999, "RDKit cannot parse the SMILES"),
    "5,000 open rings": ("C1" * 4999, "RDKit cannot parse the SMILES"),
    "line end": ("CC\nO", "a control character in the SMILES"),
    "tab": ("CC\tO", "a control character in the SMILES"),
    "escape": ("CC\x1b[2JO", "a control character in the SMILES"),
    "delete": ("CC\x7fO", "a control character in the SMILES"),
    "Cyrillic": ("\u0421\u0421O", "a character in the SMILES that is not ASCII"),
    "accent": ("CC\xe9", "a character in the SMILES that is not ASCII"),
    "zero width": ("C\u200bC", "a character in the SMILES that is not ASCII"),
    "minus sign": ("[O\u2212]C", "a character in the SMILES that is not ASCII"),
    "formula": ("=HYPERLINK(1)", "RDKit cannot parse the SMILES"),
    "path": ("../../etc/passwd", "RDKit cannot parse the SMILES"),
    "quotes": ('"C"', "RDKit cannot parse the SMILES"),
    "number": ("12", "RDKit cannot parse the SMILES"),
    "impossible": ("C(C)(C)(C)(C)C", "RDKit cannot parse the SMILES"),
    "empty": ("", "no SMILES"),
    "blanks": ("   ", "no SMILES"),
}


@pytest.mark.parametrize(("smiles", "reason"), DROPPED.values(), ids=DROPPED)
def test_row_that_is_dropped_with_a_reason(raw, folder, smiles, reason, capfd):
    quoted = smiles.replace('"', '""')
    path = raw(f'smiles,a\nC,1\n"{quoted}",0\nCC,0\n')
    curation = curate(path, COLUMNS)
    assert [one.raw.row for one in curation.molecules] == [0, 2]
    write_curation(curation, False, *(folder / name for name in "mcj"))
    _, (row,) = read_table(folder / "c", delimiter="\t")
    assert row == ["1", "1", smiles.strip(), "dropped", "", reason]
    assert not capfd.readouterr().err


def test_largest_molecule_is_kept():
    assert parse_smiles("C" * MAX_ATOMS)[1] == ""


def test_text_like_formulas_is_kept_with_a_warning(raw, folder, caplog):
    ids = ["=1+1", "+cmd", "-x", "@SUM(1)", "-5", "+1e3", "x=1"]
    lines = "".join(f"{id},{'C' * n},{n % 2}\n" for n, id in enumerate(ids, start=1))
    columns = COLUMNS | {"id_column": "n"}
    curation = curate(raw(f"n,smiles,=2*3\n{lines}"), columns)
    warn_of_formulas(curation)
    assert "5 names, ids or SMILES begin with = + - or @, such as" in caplog.text
    write_curation(curation, False, *(folder / name for name in "mcj"))
    header, rows = read_table(folder / "m")
    assert header[-1] == "=2*3"
    assert [row[1] for row in rows] == ids


def test_plain_text_is_not_warned_of(raw, caplog):
    columns = COLUMNS | {"id_column": "n"}
    warn_of_formulas(curate(raw("n,smiles,a\n-5,C,1\nx,CC,0\n"), columns))
    assert not caplog.text


@pytest.mark.parametrize("time", ["inf", "-inf", "1e999", "soon", "24.11.", "1_000"])
def test_time_that_is_refused(folder, time):
    rows = [[0, 0, "C", "A", 0, "2001"], [1, 1, "CC", "B", 1, time]]
    write_molecules(folder / "molecules.csv", ["a", "split_by"], rows)
    fractions = {"train": 0.5, "valid": 0.2, "test": 0.3}
    settings = SplitSettings("time", column="year", fractions=fractions)
    match = "split.column: 'year' must have a date .*data row 2"
    check(match, make_split, folder / "molecules.csv", settings, "binary")
