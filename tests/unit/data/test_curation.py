"""Curation: what is refused, what is dropped, what is cleared, what stays."""

import csv

import pytest
from rdkit import Chem

from helpers.molecules import group_of
from toxtune.data.curation import curate, log_report, write_curation
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
    path = table("smiles,a,b\nC,0, 1 \nCC,1.0,0.0\nCCC,NA,nan\nCCCC,,1\n")
    labels = [["0", "1"], ["1", "0"], ["", ""], ["", "1"]]
    assert labels_of(curate(path, columns())) == labels


@pytest.mark.parametrize("value", ["2", "0.5", "-1", "yes", "1_0", "inf"])
def test_other_labels_are_refused_with_line_column_and_value(table, value):
    path = table(f'note,smiles,a\n"two\nlines",C,0\n\nx,CC,{value}\n')
    message = rf"line 5, column 'a': a label must be 0, 1 or empty, got '{value}'"
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
    path = table("set,name,a,smiles\ntrain,x,1.0, C \nvalid,y,0,?\ntest,z,,CC\n")
    settings = columns(id_column="name", part_column="set")
    molecules, changes, counts = (tmp_path / name for name in ("m", "c", "j"))
    write_curation(curate(path, settings), True, molecules, changes, counts)
    assert molecules.read_bytes() == (
        b"row,id,smiles,group,compound,given_smiles,a,split_by\n"
        b"0,x,C,VNWKTOKETHGBQD,VNWKTOKETHGBQD-UHFFFAOYSA-N,C,1,train\n"
        b"2,z,CC,OTMSDBZUPAUEDD,OTMSDBZUPAUEDD-UHFFFAOYSA-N,CC,,test\n"
    )
    assert changes.read_bytes() == (
        b"row\tid\tsmiles\taction\ttask\treason\n"
        b"1\ty\t?\tdropped\t\tRDKit cannot parse the SMILES\n"
    )
    curated = read_json(counts)
    assert len(curated.pop("notes")) == 2
    assert curated == {
        "rows": 3,
        "dropped": 1,
        "molecules": 2,
        "groups": 2,
        "groups_with_several_rows": 0,
        "compounds": 2,
        "task_type": "binary",
        "tasks": {"a": {"n_positive": 1, "n_negative": 0, "n_missing": 1}},
        "warnings": [],
    }


def test_row_number_is_the_id_and_no_part_unless_asked(table, tmp_path):
    path = table("smiles,a\n?,1\nCC,0\nC,1\n")
    write_curation(
        curate(path, columns()), False, tmp_path / "m", tmp_path / "c", tmp_path / "j"
    )
    with open(tmp_path / "m", newline="") as stream:
        header, *rows = csv.reader(stream)
    assert header == [*KEYS, "a"]
    assert [row[:2] for row in rows] == [["1", "1"], ["2", "2"]]


def test_task_without_both_classes_is_kept_with_a_warning(table, caplog):
    curation = curate(table("smiles,a,b,c\nC,1,1,\nCC,1,0,\n"), columns())
    log_report(curation.counts)
    assert curation.tasks == ["a", "b", "c"]
    warnings = [r.getMessage() for r in caplog.records if r.levelname == "WARNING"]
    assert [warning.split()[1] for warning in warnings] == ["a", "c"]


def test_named_tasks_are_taken_in_their_order(table):
    curation = curate(table("smiles,a,b,c\nC,1,0,x\n"), columns(tasks=["b", "a"]))
    assert curation.tasks == ["b", "a"]
    assert labels_of(curation) == [["0", "1"]]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("what", "counted"),
    [
        # As it was before there were these settings.
        ({"standardize": "none", "merge": "connectivity"}, (7619, 185, 7619)),
        ({}, (7494, 262, 7627)),
    ],
)
def test_tox21(tmp_path, what, counted):
    tox21 = KNOWN_DATASETS["tox21"]
    # The last source comes with the workflow, so that this needs no network.
    fetch_dataset([tox21.sources[-1]], tox21.sha256, tmp_path / "raw.csv")
    curation = curate(tmp_path / "raw.csv", columns(id_column="mol_id", **what))
    counts = curation.counts
    assert len(curation.tasks) == 12
    assert (counts["rows"], counts["dropped"], counts["molecules"]) == (7831, 8, 7823)
    assert counted == (
        counts["groups"],
        counts["groups_with_several_rows"],
        counts["compounds"],
    )


@pytest.mark.parametrize(
    ("column", "hint"),
    [("0.5", "looks like regression"), ("2", "looks like multiclass"), ("x", None)],
)
def test_labels_of_another_kind_are_told_what_they_look_like(table, column, hint):
    with pytest.raises(UserError, match="a label must be 0, 1 or empty") as refusal:
        curate(table(f"smiles,a\nC,1\nCC,{column}\n"), columns())
    said = "choose an objective.metric for that" in str(refusal.value)
    assert said == bool(hint)
    assert hint is None or hint in str(refusal.value)
