"""The same configuration gives the same bytes: however many cores, killed or not."""

import time

import pytest

from helpers.ensemble_search import search_with
from helpers.patience import RUN
from helpers.project import kill_everything

RESULT_FILES = (
    "trials.tsv",
    "scores.tsv",
    "selection.json",
    "test_predictions.csv",
    "test.json",
    "test.tsv",
    "optimism.json",
    "selection_frequency.tsv",
    "calibration.json",
    "comparison.tsv",
    "decisions.tsv",
    "brier.tsv",
    "reliability.tsv",
    "similarity.tsv",
    "examples.tsv",
    "cliffs.tsv",
    "cliff_counts.tsv",
    "map.tsv",
    "map.json",
    "labels.tsv",
)
# All that is compared.
TARGETS = [f"results/tiny/{name}" for name in (*RESULT_FILES, "final.zip")]
REPLICATE_FILES = ("result.json", "valid_predictions.npy", "learning_curve.tsv")


def replicates(project):
    folder = project.folder / "results" / "trials"
    results = folder.rglob("result.json")
    return sorted(path.parent.relative_to(folder) for path in results)


def models(project):
    folder = project.folder / "results/tiny"
    paths = [*folder.glob("models/*/seed-*"), folder / "final.zip"]
    return sorted(path.relative_to(project.folder) for path in paths)


def assert_same_results(one, other):
    assert replicates(one) == replicates(other)
    paths = TARGETS + [
        f"results/trials/{replicate}/{name}"
        for replicate in replicates(one)
        for name in REPLICATE_FILES
    ]
    formats = {path.suffix for path in models(one)}
    assert formats >= {".skops", ".zip"}
    assert formats & {".keras", ".lightgbm"}
    assert models(one) == models(other)
    for path in [*paths, *models(one)]:
        mine, theirs = (one.folder / path, other.folder / path)
        assert mine.read_bytes() == theirs.read_bytes(), path


def test_one_core_and_fresh_trainers_give_the_bytes_of_two_and_warm_ones(
    finished, project
):
    project.run(*TARGETS, *project.overlay("training: {workers: fresh}"), cores=1)
    assert_same_results(finished, project)


@pytest.mark.parametrize(
    ("finished_trainings", "cores"),
    [(1, 2), pytest.param(4, 1, marks=pytest.mark.long)],
)
def test_killed_in_the_middle_of_training(finished, project, finished_trainings, cores):
    kill_when_trained(project, finished_trainings)
    go_on(project, cores=cores)
    assert_same_results(finished, project)


def test_a_greedy_ensemble_of_the_newer_families(finished_ensembles, project):
    """Fresh trainers, one core and a kill at once: each by itself is above."""
    finished = finished_ensembles["greedy"]
    members = finished.result("selection.json")["ensemble"]["members"]
    assert sum(members.values()) > len(members) > 1
    overlay = search_with(project, "greedy", "training: {workers: fresh}\n")
    kill_when_trained(project, 3, *overlay)
    go_on(project, *overlay, cores=1)
    assert_same_results(finished, project)


def kill_when_trained(project, count, *arguments):
    """Start a run, and kill all of it when so many trainings are done."""
    first = project.launch(*TARGETS, *arguments, is_killed=True)
    deadline = time.monotonic() + RUN
    while len(replicates_or_none(project)) < count:
        assert first.poll() is None, first.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kill_everything(first)
    assert not (project.folder / "results/tiny/trials.tsv").exists()


def go_on(project, *arguments, cores):
    """Start it again, as a user would, and wait for its end."""
    second = project.launch(*TARGETS, *arguments, cores=cores)
    output, _ = second.communicate(timeout=RUN)
    assert second.returncode == 0, output


def replicates_or_none(project):
    return replicates(project) if (project.folder / "results/trials").is_dir() else []


def test_lock_of_a_killed_run_outlives_a_refused_configuration(project):
    first = project.launch(is_killed=True)
    locks = project.folder / ".snakemake" / "locks"
    deadline = time.monotonic() + RUN
    while not (locks.is_dir() and any(locks.iterdir())):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kill_everything(first)
    overlay = project.folder / "tests/config.yaml"
    good = overlay.read_text("utf-8")
    overlay.write_text(good + "serach: {}\n", encoding="utf-8")
    refused = project.launch()
    assert "unknown key 'serach'" in refused.communicate(timeout=RUN)[0]
    overlay.write_text(good, encoding="utf-8")
    again = project.launch("search")
    output, _ = again.communicate(timeout=RUN)
    assert again.returncode == 0, output
