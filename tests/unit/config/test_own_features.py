"""Own features in a plan: what they are called, where they are, what renames what."""

from pathlib import Path

import numpy as np
import pytest

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.errors import UserError

TABLE = "smiles,id,toxic,dose,pKa\nC,0,1,1,2\nCC,1,0,3,4\n"
COLUMNS = "features: {assay: {kind: columns, columns: [pKa, dose]}}"
FILE = "features: {mine: {kind: file, path: numbers/mine.npz}}"


@pytest.fixture
def plan(tmp_path, monkeypatch):
    """Return a function that plans an overlay, beside which the files are."""
    beside, run = tmp_path / "beside", tmp_path / "run"
    (beside / "numbers").mkdir(parents=True)
    run.mkdir()
    monkeypatch.chdir(run)
    (beside / "my.csv").write_text(TABLE)

    def planned(features, tasks="[]", name="assay", values=1.0, id_column="id"):
        np.savez(
            beside / "numbers/mine.npz",
            ids=np.arange(2),
            values=np.full((2, 1), values),
        )
        space = f"{{family: random_forest, hyperparameters: {{}}, features: {name}}}"
        overlay = beside / "my.yaml"
        overlay.write_text(
            f"run: mine\ndataset: {{source: my.csv, tasks: {tasks}, "
            f"id_column: {id_column}}}\n{features}\n"
            f"search: {{spaces: [{space}]}}\n"
        )
        return load_plans(load_config([ROOT / "config.yaml", overlay]))[0]

    return planned


def test_columns_that_are_features_are_no_tasks(plan):
    assert plan(COLUMNS).columns["not_tasks"] == ["dose", "pKa"]
    # Where tasks are named, features rename no dataset.
    named = plan(COLUMNS, tasks="[toxic]")
    assert "not_tasks" not in named.columns
    assert named.dataset_id == plan("", tasks="[toxic]", name="ecfp").dataset_id


def test_a_definition_knows_its_name_and_sorted_columns(plan):
    (definition,) = plan(COLUMNS).features.values()
    assert (definition["name"], definition["columns"]) == ("assay", ["dose", "pKa"])


def test_a_file_is_found_beside_the_overlay_and_known_by_its_content(plan):
    first = plan(FILE, name="mine")
    ((name, definition),) = first.features.items()
    assert definition["id_column"] == "id"
    assert len(definition["sha256"]) == 64
    assert name == plan(FILE, name="mine").feature_names["mine"]
    assert name != plan(FILE, name="mine", values=2.0).feature_names["mine"]


def test_a_file_that_is_nowhere_is_asked_for(plan):
    with pytest.raises(UserError, match="features.mine.path: there is no file no.npz"):
        plan("features: {mine: {kind: file, path: no.npz}}", name="mine")


@pytest.mark.parametrize("file", ["my.csv", "numbers/mine.npz"])
def test_a_file_is_not_joined_with_numbered_rows(plan, file):
    features = f"features: {{mine: {{kind: file, path: {file}}}}}"
    rule = f"features.mine.path: .*{file} is joined .*id_column: NAME"
    with pytest.raises(UserError, match=rule):
        plan(features, name="mine", id_column="null", tasks="[toxic]")


def test_own_features_stand_beside_others(plan):
    both = f"{COLUMNS[:-1]}, both: [assay, maccs]}}"
    (trial,) = plan(both, name="both").trials.values()
    assert trial.features.startswith("columns-")
    assert trial.features.endswith("+maccs")


LATER = "prospective: [{name: later, source: later.csv}]"


@pytest.mark.parametrize(
    ("features", "name", "faults"),
    [
        (
            "features: {assay: {kind: columns, columns: [pKb, dose, Dose]}}",
            "assay",
            [
                "my.csv: has no column 'pKb' (features.assay.columns)",
                "my.csv: has no column 'Dose' (features.assay.columns); did you mean",
                "later.csv: has no column 'pKb' (features.assay.columns)",
                "later.csv: has no column 'dose' (features.assay.columns)",
                "later.csv: has no column 'Dose' (features.assay.columns)",
            ],
        ),
        (
            "features: {mine: {kind: file, path: my.csv, columns: [dose, pkA]}}",
            "mine",
            ["my.csv: must have one column 'pkA' (features.mine)"],
        ),
        (
            "features: {mine: {kind: file, path: my.csv, id_column: mol_id}}",
            "mine",
            ["my.csv: must have one column 'mol_id' (features.mine)"],
        ),
        (
            "features: {mine: {kind: file, path: numbers/mine.npz, columns: [dose]}}",
            "mine",
            ["numbers/mine.npz: must have one column 'dose' (features.mine)"],
        ),
        (
            "features: {mine: {kind: file, path: no table.csv}}",
            "mine",
            ["no table.csv: the file is empty"],
        ),
    ],
)
def test_missing_columns_are_all_refused_before_any_job(plan, features, name, faults):
    beside = Path("../beside")
    (beside / "later.csv").write_text("smiles,id,toxic,pKa\nCO,7,1,2\n")
    (beside / "no table.csv").write_text("")
    with pytest.raises(UserError) as error:
        plan(f"{LATER}\n{features}", name=name)
    lines = str(error.value).splitlines()
    assert len(lines) == len(faults)
    for line, fault in zip(lines, faults, strict=True):
        assert fault in line


EMBEDDING = (
    "features: {mine: {kind: file, path: e.csv, id_column: KEY}}\n"
    "prospective: [{name: later, source: later.csv}]"
)


@pytest.mark.parametrize(
    ("header", "fault"),
    [
        ("smiles,toxic,id", None),
        ("smiles,toxic,e1,e0", None),
        ("smiles,toxic,e0", "later.csv: has no column 'id' (dataset.id_column, by"),
        ("smiles,toxic,KEY", "later.csv: has no column 'id' (dataset.id_column, by"),
    ],
)
def test_later_data_need_the_ids_of_a_file_or_all_of_its_columns(plan, header, fault):
    """By the dataset's name of the ids: the file may have its own."""
    beside = Path("../beside")
    (beside / "e.csv").write_text("KEY,e0,e1\n0,1,5\n1,0,6\n")
    (beside / "later.csv").write_text(
        f"{header}\nCO,1{',2' * (header.count(',') - 1)}\n"
    )
    if fault is None:
        assert plan(EMBEDDING, name="mine", tasks="[toxic]").features
        return
    with pytest.raises(UserError) as error:
        plan(EMBEDDING, name="mine", tasks="[toxic]")
    (line,) = str(error.value).splitlines()
    assert fault in line
    assert "features.mine" in line


# The task of TABLE among the features, however it gets there.
LEAKS = {
    "read with all others": ("{kind: file, path: leak.csv}", "toxic"),
    "read with all, task found": ("{kind: file, path: leak.csv}", ""),
    "asked for, task found": ("{kind: file, path: leak.csv, columns: [toxic]}", ""),
    "the dataset itself": ("{kind: file, path: my.csv, id_column: smiles}", "toxic"),
    "an array": ("{kind: file, path: leak.npz}", "toxic"),
    "an array asked for": ("{kind: file, path: leak.npz, columns: [toxic]}", ""),
    "blanks": ("{kind: columns, columns: [' toxic']}", "toxic"),
    "blanks in a file": ("{kind: file, path: leak.csv, columns: [toxic]}", "' toxic '"),
}


@pytest.mark.parametrize(("feature", "task"), LEAKS.values(), ids=LEAKS)
def test_a_task_among_the_features_is_refused(plan, feature, task):
    beside = Path("../beside")
    (beside / "leak.csv").write_text("id,toxic,d1\n0,1,5\n1,0,6\n")
    names = np.array(["d1", "toxic"])
    np.savez(beside / "leak.npz", ids=np.arange(2), values=np.ones((2, 2)), names=names)
    rule = r"^features\.mine.*: a task .*must be no feature, got toxic"
    with pytest.raises(UserError, match=rule):
        plan(f"features: {{mine: {feature}}}", name="mine", tasks=f"[{task}]")


def test_a_task_in_a_file_of_a_dataset_that_is_fetched_is_refused(plan, tmp_path):
    (tmp_path / "run/leak.csv").write_text("mol_id,NR-AR\n0,1\n")
    config = "dataset: {source: tox21, tasks: [NR-AR]}\n"
    config += "features: {mine: {kind: file, path: leak.csv}}"
    (tmp_path / "run/fetched.yaml").write_text(config)
    with pytest.raises(UserError, match="features.mine: leak.csv: a task must"):
        load_config([ROOT / "config.yaml", Path("fetched.yaml")])


def test_columns_that_are_there_are_let_pass(plan):
    """Also where a table is found beside its overlay, or its file has blanks."""
    (Path("../beside") / "later.csv").write_text(
        "id, smiles, dose ,pKa,toxic\n7,CO,1,2,0\n"
    )
    assert plan(f"{LATER}\n{COLUMNS}").prospective
    file = "features: {mine: {kind: file, path: my.csv, columns: [' dose ']}}"
    assert plan(file, name="mine", tasks="[toxic]").features
