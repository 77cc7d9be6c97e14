"""Pruning: what a configuration uses stays, links and other files too."""

from types import SimpleNamespace

import pytest

from toxtune.commands import prune
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.runs.lock import RunLock
from toxtune.search.trials import make_trial
from toxtune.selection.search_results import TrialRecord
from toxtune.training.replicates import model_key, state_key

USED, UNUSED = "a" * 12, "b" * 12
KEY, OTHER_KEY = "c" * 64, "d" * 64
MODEL_KEY = model_key(KEY)


def store_entry(key: str) -> str:
    return f"results/store/{key[:2]}/{key}"


KEPT = [
    f"results/trials/dense/{USED}/seed-0",
    f"logs/trials/dense/{USED}",
    store_entry(KEY),
    store_entry(MODEL_KEY),
    f"data/{USED}/{USED}/train",
    "data/mine",
    "results/ledger",
    "results/some_run/models",
]
REMOVED = [
    f"results/trials/dense/{UNUSED}",
    f"results/trials/random_forest/{USED}",
    f"logs/trials/dense/{UNUSED}",
    store_entry(OTHER_KEY),
    f"results/store/dd/.{OTHER_KEY[:12]}.unfinished",
    f"data/{USED}/{UNUSED}",
    f"data/{UNUSED}",
]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Give a working directory with used and unused results."""
    monkeypatch.chdir(tmp_path)
    for name in KEPT + REMOVED:
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text("content")
    result = tmp_path / f"results/trials/dense/{USED}/seed-0/result.json"
    names = ("trial", "seed", "training_set", "status", "epochs", "sha256")
    write_json(result, {**dict.fromkeys(names), "store_key": KEY})
    trial = SimpleNamespace(family="dense", id=USED)
    plan = SimpleNamespace(dataset_id=USED, split_id=USED, trials={USED: trial})
    monkeypatch.setattr(prune, "load_config", lambda paths: list(map(str, paths)))
    monkeypatch.setattr(prune, "load_plans", lambda config: [plan])
    return tmp_path


def test_what_is_unused_is_removed_and_all_else_stays(folder, capsys):
    run_command(["prune", "--yes"])
    assert [name for name in KEPT if not (folder / name / "file").is_file()] == []
    assert [name for name in REMOVED if (folder / name).exists()] == []
    assert "7 folders, 49 B in all" in capsys.readouterr().out
    run_command(["prune", "--yes"])
    assert "Nothing to delete" in capsys.readouterr().out


def test_nothing_is_removed_unasked(folder, capsys):
    run_command(["prune"])
    assert all((folder / name).exists() for name in REMOVED)
    assert "make prune YES=1" in capsys.readouterr().out


def test_links_are_left_alone(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    (elsewhere / "file").write_text("theirs")
    (folder / f"data/{'e' * 12}").symlink_to(elsewhere)
    (elsewhere / f"trials/dense/{'f' * 12}").mkdir(parents=True)
    (folder / "results/trials/linked").symlink_to(elsewhere / "trials/dense")
    run_command(["prune", "--yes"])
    assert (elsewhere / "file").is_file()
    assert (elsewhere / f"trials/dense/{'f' * 12}").is_dir()


def test_a_file_with_two_names_counts_once(folder, capsys):
    first = folder / f"results/trials/dense/{UNUSED}/file"
    second = folder / store_entry(OTHER_KEY) / "file"
    second.unlink()
    second.hardlink_to(first)
    run_command(["prune"])
    assert "42 B in all" in capsys.readouterr().out


def test_an_example_that_does_not_load_is_skipped(folder, monkeypatch, capsys):
    (folder / "examples").mkdir()
    (folder / "examples/own.yaml").touch()

    def load_config(paths):
        if "examples/own.yaml" in map(str, paths):
            raise UserError("dataset.source: there is no file")

    monkeypatch.setattr(prune, "load_config", load_config)
    run_command(["prune"])
    assert "examples/own.yaml is skipped" in capsys.readouterr().out


def test_overlays_given_count_as_well_as_the_plain_configuration(folder, monkeypatch):
    loaded = []
    monkeypatch.setattr(prune, "load_config", lambda paths: loaded.append(list(paths)))
    prune.used_by([prune.Path("mine.yaml")])
    assert [[str(path) for path in paths] for paths in loaded] == [
        ["config.yaml", "mine.yaml"],
        ["config.yaml"],
    ]


def test_trials_of_a_run_are_in_use(folder):
    trial = make_trial(UNUSED, UNUSED, "ridge", "maccs", {"alpha": 2.0}, "regression")
    (folder / trial.folder).mkdir(parents=True)
    run = folder / "results/other/split-0/trials.json"
    write_json(run, {trial.id: TrialRecord(trial, folders={}).to_dict()})
    run_command(["prune", "--yes"])
    assert (folder / trial.folder).is_dir()
    assert (folder / f"data/{UNUSED}/file").is_file()
    assert not (folder / store_entry(OTHER_KEY)).exists()


def test_a_run_behind_a_link_uses_its_trials(folder, tmp_path_factory):
    trial = make_trial(UNUSED, UNUSED, "ridge", "maccs", {"alpha": 2.0}, "regression")
    (folder / trial.folder).mkdir(parents=True)
    moved = tmp_path_factory.mktemp("elsewhere")
    records = {trial.id: TrialRecord(trial, folders={}).to_dict()}
    write_json(moved / "trials.json", records)
    (moved / "back").symlink_to(folder / "results")
    (folder / "results/other").symlink_to(moved)
    run_command(["prune", "--yes"])
    assert (folder / trial.folder).is_dir()
    assert (folder / f"data/{UNUSED}/file").is_file()
    assert (moved / "trials.json").is_file()


MODELS = [
    "results/other/refit/dense/seed-0.keras.json",
    "results/other/refit/my_package.my_family/seed-1.zip.json",
    "results/other/split-0/models/random_forest-2/seed-0.skops.json",
    "results/other/split-0/refit/ridge/seed-0.npz.json",
]


@pytest.mark.parametrize("record", MODELS)
@pytest.mark.parametrize("part", [str, model_key, state_key])
def test_models_of_a_run_are_in_use(folder, record, part):
    key = "e" * 64
    entry = folder / store_entry(part(key)) / "file"
    entry.parent.mkdir(parents=True)
    entry.touch()
    write_json(folder / record, {"store_key": key})
    run_command(["prune", "--yes"])
    assert entry.is_file()
    assert not (folder / store_entry(OTHER_KEY)).exists()


@pytest.mark.parametrize("name", ["models", "refit"])
def test_a_run_may_be_called_what_its_folders_are(folder, name):
    write_json(folder / f"results/{name}/split-0/selection.json", {})
    run_command(["prune", "--yes"])
    assert not (folder / store_entry(OTHER_KEY)).exists()


@pytest.mark.parametrize("content", [[], {}, "text"])
def test_damaged_record_of_a_model_is_named_and_nothing_is_removed(folder, content):
    write_json(folder / MODELS[0], content)
    with pytest.raises(UserError, match=r"refit/dense/seed-0.keras.json: has no store"):
        run_command(["prune", "--yes"])
    assert all((folder / name).exists() for name in REMOVED)


@pytest.mark.parametrize("content", [[], {"a": {}}, {"a": {"trial": {"id": "b"}}}])
def test_damaged_trials_of_a_run_are_named_and_nothing_is_removed(folder, content):
    write_json(folder / "results/other/trials.json", content)
    with pytest.raises(UserError, match="results/other/trials.json"):
        run_command(["prune", "--yes"])
    assert all((folder / name).exists() for name in REMOVED)


def test_damaged_result_is_named_and_nothing_is_removed(folder):
    (folder / f"results/trials/dense/{USED}/seed-0/result.json").write_bytes(b"")
    with pytest.raises(UserError, match=f"{USED}/seed-0/result.json is .*checksum"):
        run_command(["prune", "--yes"])
    assert all((folder / name).exists() for name in REMOVED)


def test_nothing_is_pruned_during_a_run(folder):
    lock = RunLock.take()
    with pytest.raises(UserError, match="another run"):
        run_command(["prune", "--yes"])
    lock.release()


def test_one_folder_is_counted_as_one(folder, capsys):
    prune._report([folder])
    shown = capsys.readouterr().out
    assert shown.count("1 folder,") == 2
