"""Several runs on one test set, compared in a page."""

from pathlib import Path

import pytest

from helpers.finished_runs import SPLIT, TASKS, N, write_run, write_runs, write_sets
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import MetricScores, SetScores
from toxtune.io.files import write_json
from toxtune.report.finished_runs import differences, openings, read_runs
from toxtune.report.runs_page import runs_page, sentences
from toxtune.stats.metrics import METRICS


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with two runs: `good` knows the labels better than `poor`."""
    monkeypatch.chdir(tmp_path)
    write_runs()
    return tmp_path


def test_runs_are_compared_on_the_same_molecules(project):
    runs = read_runs(["good", "poor"])
    table = differences(runs, "roc_auc").set_index("task")
    means = [run.mean("roc_auc").test for run in runs]
    assert means[0] > 0.9 > means[1]
    assert table.loc["mean", "difference"] == pytest.approx(means[1] - means[0])
    assert table.loc["mean", "high"] < 0
    assert set(table.index) == {*TASKS, "mean"}
    assert 0 < table.loc["a", "p_delong"] < 0.05


@pytest.mark.parametrize("to", ["/dev/null", "results", "."])
def test_the_page_replaces_no_device_and_no_folder(project, to):
    with pytest.raises(UserError, match=f"{to}: is (no regular file|a folder)"):
        run_command(["compare", "good", "poor", "--to", to])
    assert Path("/dev/null").is_char_device()


def test_the_page_has_scores_differences_tasks_and_the_ledger(project):
    runs = read_runs(["good", "results/poor"])
    page = runs_page(runs, Path("results"))
    assert 'href="good/report.html"' in page
    assert 'href="results/good/report.html"' in runs_page(runs, Path())
    for text in ("poor is worse than good", "opened 3 times", "2026-01-03"):
        assert text in page


def test_what_is_said_turns_with_the_order_and_the_direction(project):
    runs = read_runs(["poor", "good"])
    table = differences(runs, "roc_auc")
    assert "good is better than poor by 0.342 (" in sentences(runs, table, 1)[0]
    turned = sentences(runs, table.assign(difference=-0.3, low=-0.4, high=-0.2), 1)[0]
    assert turned == "good is worse than poor by 0.300 (90% interval 0.200 to 0.400)."
    assert "do not differ clearly" in sentences(runs, table.assign(low=-1), 1)[0]


def test_all_openings_are_listed(project):
    (run, _) = read_runs(["good", "poor"])
    assert [line["run"] for line in openings(run)] == ["good", "poor", "another"]


def test_baselines_stand_below_the_runs(project):
    chance = SetScores(None, 0.51, 0.52, (0.4, 0.6))
    metrics = {name: MetricScores(chance, {}) for name in METRICS}
    baselines = Baselines({"prevalence": metrics}, notes=[])
    write_json(Path("results/poor/baselines.json"), baselines.to_dict())
    page = runs_page(read_runs(["good", "poor"]), Path("results"))
    assert "prevalence (baseline)" in page
    assert "0.520" in page


def test_runs_of_different_test_sets_are_refused_in_one_message(project):
    other = SPLIT.with_name("6" * 12)
    write_sets(other, seed=5)
    write_run("else", 0.4, other)
    with pytest.raises(UserError) as refused:
        read_runs(["good", "else", "poor"])
    message = str(refused.value)
    assert "good and poor" in message
    assert "else" in message
    assert "6" * 12 in message


def test_what_differs_among_test_sets_is_told_apart(project):
    other = SPLIT.parent.with_name("e" * 12) / SPLIT.name
    write_sets(other, seed=5)
    write_run("else", 0.4, other)
    with pytest.raises(UserError) as refused:
        read_runs(["good", "else"])
    message = str(refused.value)
    assert f"good (dataset {'d' * 12}); else (dataset {'e' * 12}); " in message
    assert f"{N} molecules, {len(TASKS)} tasks, " in message
    assert f"split {SPLIT.name}" in message


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["good"], "two or more"),
        (["good,poor"], "RUNS='a b'"),
        (["good", "good"], "two or more"),
        (["good", "results/good"], "two or more"),
        (["good", "pour"], "did you mean poor"),
        (["good", "unfinished"], "test.json"),
        (["good", "ledger"], "selection.json"),
    ],
)
def test_runs_that_cannot_be_compared_are_named(project, names, said):
    folder = Path("results", "unfinished")
    folder.mkdir()
    (folder / "selection.json").write_text("{}", "utf-8")
    with pytest.raises(UserError, match=said):
        read_runs(names)


def test_a_set_that_is_gone_is_named(project):
    (SPLIT / "whole" / "test.csv").unlink()
    with pytest.raises(UserError, match=r"whole/test\.csv"):
        read_runs(["good", "poor"])


def test_the_command_writes_the_page(project, capsys):
    assert run_command(["compare", "good", "poor"]) == 0
    assert "poor is worse than good" in capsys.readouterr().out
    assert (project / "results/comparison.html").is_file()
    assert run_command(["compare", "good", "poor", "--to", "here.html"]) == 0
    assert "results/poor/report.html" in (project / "here.html").read_text("utf-8")


def test_nothing_is_written_where_runs_are_refused(project):
    with pytest.raises(UserError):
        run_command(["compare", "good", "nobody"])
    assert not (project / "results/comparison.html").exists()
