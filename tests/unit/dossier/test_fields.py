"""What fields say of runs with unusual settings."""

import json
import zipfile
from unittest.mock import Mock

import pytest

from helpers.selections import made_selection, made_trial, made_winner
from toxtune.commands.cli import run_command
from toxtune.dossier import algorithm, external, internal, robustness
from toxtune.dossier.content import Value
from toxtune.dossier.run_files import FINAL, FINAL_JSON, RunFiles
from toxtune.dossier.subject import Subject
from toxtune.io.files import write_json
from toxtune.stats.metrics import Objective, metrics_of
from toxtune.tasks import TaskType

DATA = f"data/{'d' * 12}"
SPLIT = f"{DATA}/{'5' * 12}"
NAME = "series {} of {0}"
INTERVAL = {"corrected": 0.5, "interval": [0.4, 0.6], "out_of": 7}


@pytest.fixture
def project(tmp_path, monkeypatch):
    """An empty project, with the folder of the run mine."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "results" / "mine"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(folder / FINAL, "w") as archive:
        archive.writestr(FINAL_JSON, '{"refit": "none"}')
    return tmp_path


def subject_of(objective=None):
    winners = {"dense": made_winner(made_trial("a" * 12, "dense"))}
    chosen = made_selection(winners, "dense", *([objective] if objective else []))
    return Subject(RunFiles("mine"), chosen)


def write_search(folder, objective=None, confidence=0.95, **dataset):
    """Write what the field of shuffled labels reads of a run."""
    objective = objective or Objective("roc_auc", "maximize")
    provenance = {"dataset": {"sha256": "00", **dataset}, "split": {"method": "random"}}
    score = {"mean": {"test": 0.5, "test_interval": [0.4, 0.6]}}
    test = {
        "objective": objective.to_dict(),
        "confidence": confidence,
        "overall": "dense",
        "families": {"dense": {objective.metric: score}},
    }
    write_json(folder / "selection.json", {})
    write_json(folder / "provenance.json", provenance)
    write_json(folder / "test.json", test)
    write_json(folder / "optimism.json", {"overall": INTERVAL})


def text_of(block):
    return "".join(p.shown if isinstance(p, Value) else p for p in block.parts)


@pytest.mark.parametrize(
    ("other", "confidence"),
    [
        (Objective("pr_auc", "maximize"), 0.95),
        (Objective("roc_auc", "maximize", scale="none"), 0.95),
        (Objective("roc_auc", "maximize"), 0.8),
    ],
)
def test_a_control_has_the_scores_of_the_run(project, other, confidence):
    results = project / "results"
    write_search(results / "mine")
    write_search(results / "control", permute_labels=1234)
    write_search(results / "other", other, confidence, permute_labels=0)
    table, note = robustness._scrambling(subject_of())
    assert table.header.count("95% interval") == 2
    ((run, seed, (out_of,), *_),) = table.rows
    assert run == ("control",)
    assert seed[0].shown == "1234"
    assert out_of.value == 7
    assert "chose out of so many models: 7" in text_of(note)


def test_names_with_braces_stand_as_they_are(project):
    split = {"method": "group", "column": NAME}
    provenance = {"dataset": {"sha256": "00"}, "split": split}
    write_json(project / "results/mine/provenance.json", provenance)
    sets = {name: {"molecules": 5} for name in ("train", "valid", "test")}
    recipe = {"sets": sets, "notes": [], "left_out": {f"no {NAME}": 1}}
    write_json(project / SPLIT / "split.json", recipe)
    counts = dict.fromkeys(("rows", "dropped", "molecules", "compounds"), 1)
    write_json(project / DATA / "curation.json", {**counts, "notes": []})
    write_json(project / DATA / "sources.json", {"source": "mine.csv"})
    (project / "results/mine/trials.tsv").write_text(f"features\n{NAME}\n", "utf-8")
    subject = subject_of()
    assert NAME in text_of(next(external._design(subject)))
    assert NAME in text_of(algorithm._selection(subject))
    curation = " ".join(map(text_of, internal._preprocessing(subject)))
    assert f"1 (no {NAME})" in curation


@pytest.mark.parametrize(
    ("temperature", "threshold", "said"),
    [(None, 0.4, True), (2.0, 0.4, False), (None, None, False)],
)
def test_a_threshold_without_a_temperature_is_explained(
    project, temperature, threshold, said
):
    fitted = {"temperature": temperature, "threshold": threshold}
    final = {"refit": "none", "tasks": ["a"], "thresholds": {"a": fitted}}
    with zipfile.ZipFile(project / "results/mine" / FINAL, "w") as archive:
        archive.writestr(FINAL_JSON, json.dumps(final))
    note = algorithm._thresholds(subject_of()).note
    assert ("no number fits best" in note) is said


@pytest.mark.parametrize(
    ("method", "advised"), [("random", True), ("time", False), ("column", False)]
)
def test_folds_are_advised_where_a_split_has_any(project, method, advised):
    write_json(project / "results/mine/provenance.json", {"split": {"method": method}})
    (said,) = robustness._folds(subject_of())
    assert ("cross_validation" in str(said)) is advised


@pytest.mark.parametrize("sds", [{"a": 1.5, "b": 20.0}, None])
def test_errors_of_single_tasks_are_said_to_be_in_their_own_unit(project, sds):
    final = {"refit": "none", "tasks": ["a", "b"]}
    with zipfile.ZipFile(project / "results/mine" / FINAL, "w") as archive:
        archive.writestr(FINAL_JSON, json.dumps(final))
    scores = {"train": 0.5, "test": 0.6, "test_interval": [0.4, 0.8]}
    of_metric = {"mean": scores, "tasks": {"a": scores, "b": scores}}
    families = {"dense": dict.fromkeys(metrics_of(TaskType.REGRESSION), of_metric)}
    test = {"families": families, "confidence": 0.95, "task_sds": sds}
    write_json(project / "results/mine/test.json", test)
    subject = subject_of(Objective("rmse", "minimize"))
    (fit,) = internal._fit(subject)
    for table in (fit, external._by_task(subject)):
        assert ("RMSE / SD" in table.header) is bool(sds)
        assert ("in the task's own unit" in table.note) is bool(sds)


def test_intervals_without_bounds_are_called_so(project):
    header = ["refit", "task", "class", "confidence"]
    header += ["molecules", "covered", "coverage", "width"]
    rows = [["none", "a", "all", "0.9", "54", "54", "1.0", "inf"]]
    lines = ["\t".join(row) for row in (header, *rows)]
    coverage = project / "results/mine/coverage.tsv"
    coverage.write_text("\n".join(lines), encoding="utf-8")
    table = external._coverage(subject_of(Objective("rmse", "minimize")))
    ((*_, (width,)),) = table.rows
    assert width.shown == "unbounded"
    json.dumps(table.to_dict(), allow_nan=False)


def test_a_dossier_that_cannot_be_written_leaves_no_questions(project, monkeypatch):
    def fail(*_):
        raise OSError("No space left on device")

    for place, replacement in {
        "dossier.subject.read_subject": lambda run: subject_of(),
        "dossier.document.write_dossier": Mock(),
        "dossier.page.page": Mock(return_value=""),
        "dossier.xml_form.as_xml": Mock(return_value=""),
        "io.files.write_json": fail,
    }.items():
        monkeypatch.setattr(f"toxtune.{place}", replacement)
    with pytest.raises(OSError, match="No space"):
        run_command(["dossier", "--run", "mine"])
    assert not list(project.glob("dossiers/*"))
