"""Several runs on one test set, compared in a page."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.finished_runs import SPLIT, TASKS, N, write_run, write_runs, write_sets
from toxtune.commands.cli import run_command
from toxtune.errors import UserError
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import MetricScores, SetScores
from toxtune.io.files import write_json
from toxtune.report import finished_runs
from toxtune.report.finished_runs import differences, openings, read_runs
from toxtune.report.runs_page import runs_page, sentences
from toxtune.report.several_splits import heading_of_splits
from toxtune.report.tables.runs import differences_table, runs_table, tasks_table
from toxtune.stats.metrics import METRICS, Objective


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


def test_controls_are_named_first(project):
    write_json(Path("results/poor/provenance.json"), {"dataset": {"permute_labels": 4}})
    runs = read_runs(["good", "poor"])
    said = sentences(runs, differences(runs, "roc_auc"), 1)
    assert said[0].startswith("poor: A control: its labels are shuffled (seed 4)")
    assert not any("control" in sentence for sentence in said[1:])
    assert said[0] in runs_page(runs, Path("results"))


def test_all_openings_are_listed(project):
    (run, _) = read_runs(["good", "poor"])
    assert [line["run"] for line in openings(run)] == ["good", "poor", "another"]


def test_looks_of_other_splits_of_the_configuration_do_not_count(project):
    """As in the summary of the run."""
    (ledger,) = Path("results/ledger").iterdir()
    line = json.loads(ledger.read_text("utf-8").splitlines()[0])
    line |= {"split": "6" * 12, "selection": "7" * 12, "run": "good/split-1"}
    with ledger.open("a", encoding="utf-8") as stream:
        stream.write(json.dumps(line) + "\n")
    (run, _) = read_runs(["good", "poor"])
    assert len(openings(run)) == 4
    provenance = {"dataset": {}, "siblings": {"good/split-1": "6" * 12}}
    write_json(run.folder / "provenance.json", provenance)
    (run, _) = read_runs(["good", "poor"])
    assert len(openings(run)) == 3


def test_of_many_runs_each_has_its_own_differences(project):
    """As text, 10 is before 2."""
    good, poor = read_runs(["good", "poor"])
    shares = np.linspace(0, 1, 12)
    runs = [
        dataclasses.replace(
            good,
            name=f"run {number}",
            predictions=(1 - share) * good.predictions + share * poor.predictions,
        )
        for number, share in enumerate(shares)
    ]
    table = differences(runs, "roc_auc")
    of_task = tasks_table(runs, table)
    column = {name: number for number, name in enumerate(of_task.header)}
    for number in range(1, len(runs)):
        (pair,) = differences([runs[0], runs[number]], "roc_auc").query("task == 'a'")[
            "difference"
        ]
        cell = of_task.rows[0][column[f"run {number} minus run 0"]]
        assert float(cell) == pytest.approx(pair, abs=0.0005)
    assert [row[0] for row in differences_table(runs, table).rows] == [
        run.name for run in runs[1:]
    ]


def test_baselines_stand_below_the_runs(project):
    chance = SetScores(None, 0.51, 0.52, (0.4, 0.6))
    metrics = {name: MetricScores(chance, {}) for name in METRICS}
    baselines = Baselines({"prevalence": metrics}, notes=[])
    write_json(Path("results/poor/baselines.json"), baselines.to_dict())
    page = runs_page(read_runs(["good", "poor"]), Path("results"))
    assert "prevalence (baseline)" in page
    assert "0.520" in page


def in_errors(run, task_sds):
    """The same run as if its labels were values."""
    objective = Objective("rmse", "minimize")
    score = MetricScores(SetScores(0.1, 0.4, 0.42, (0.3, 0.5)), {})
    return dataclasses.replace(
        run,
        selection=dataclasses.replace(run.selection, objective=objective),
        evaluation=dataclasses.replace(
            run.evaluation, families={"dense": {"rmse": score}}, task_sds=task_sds
        ),
    )


def test_scores_in_different_units_are_refused(project):
    runs = read_runs(["good", "poor"])
    scaled = in_errors(runs[0], {"a": 1.0, "b": 2.0})
    plain = in_errors(runs[1], {})
    finished_runs._refuse_different_scores([scaled, scaled])
    with pytest.raises(UserError, match=r"objective\.scale") as refused:
        finished_runs._refuse_different_scores([scaled, plain])
    assert "good has RMSE / SD and poor has RMSE." in str(refused.value)


def test_intervals_of_different_levels_are_refused(project):
    path = Path("results/poor/test.json")
    content = json.loads(path.read_text("utf-8")) | {"confidence": 0.8}
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(UserError, match=r"test\.confidence") as refused:
        read_runs(["good", "poor"])
    assert "good has 90% intervals and poor has 80% intervals" in str(refused.value)


def test_small_errors_are_written_with_their_digits(project):
    sds = dict.fromkeys(TASKS, 0.00001)
    runs = [in_errors(run, sds) for run in read_runs(["good", "poor"])]
    row = {"family": "1", "metric": "rmse", "test": 4e-6}
    row |= {"test_against": 5.47e-6, "difference": -1.47e-6}
    row |= {"low": -2e-6, "high": np.nan}
    table = pd.DataFrame([row | {"task": task} for task in (*TASKS, "mean")])
    tasks = tasks_table(runs, table)
    assert tasks.rows[0][1:3] == ["0.00000547", "-0.00000147"]
    assert "unit of its labels" in tasks.note
    assert differences_table(runs, table).title.startswith("RMSE / SD minus")


def test_runs_of_different_training_sets_say_so(project):
    other = SPLIT.with_name("6" * 12)
    write_sets(other)
    write_run("else", 0.4, other)
    for name, test in {"good": 0.52, "poor": 0.53, "else": 0.54}.items():
        chance = SetScores(None, 0.51, test, (0.4, 0.6))
        metrics = {metric: MetricScores(chance, {}) for metric in METRICS}
        baselines = Baselines({"prevalence": metrics}, notes=[])
        write_json(Path(f"results/{name}/baselines.json"), baselines.to_dict())
    runs = read_runs(["good", "poor", "else"])
    rows = {row[0]: row[1] for row in runs_table(runs).rows}
    assert rows["prevalence (baseline of good and poor)"] == "0.520"
    assert rows["prevalence (baseline of else)"] == "0.540"
    page = runs_page(runs, Path("results"))
    assert f"else: dataset {'d' * 12}, split {'6' * 12}." in page
    said = sentences(runs, differences(runs, "roc_auc"), 1)[-1]
    assert said.endswith("These runs have 2: good and poor; else.")
    said = sentences(runs[:2], differences(runs[:2], "roc_auc"), 1)[-1]
    assert said.endswith("choose by validation scores.")


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


def test_of_several_splits_one_is_to_be_named(project):
    """Also where the folder has what a single split gave before."""
    write_run("good/split-0", noise=1)
    assert [run.name for run in read_runs(["good", "poor"])] == ["good", "poor"]
    text = f"{heading_of_splits('good', 2)}\n\nThey score well.\n"
    Path("results/good/summary.md").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match="name one, good/split-0"):
        read_runs(["good", "poor"])
    assert read_runs(["good/split-0", "poor"])
    Path("results/good/summary.md").write_text("# good: results\n", encoding="utf-8")
    assert read_runs(["good", "poor"])


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
