"""SIGKILL at every stage of a run whose winner is an ensemble, equal or greedy."""

import random
import shutil

import pytest

from helpers.broken_run import BrokenRun
from helpers.ensemble_search import KINDS, search_with
from helpers.kills import SCORES, VICTIMS, assert_recovers, kill_at, promise

KILLS = 100
# The one that the gate has time for: a training of a greedy ensemble's members.
IN_EVERY_TEST_RUN = 15
# Script of a stage, and what it makes beside the scores of the test set.
STAGES = {
    "train_replicate": None,
    "gather_trials": None,
    "select_best": None,
    "train_winner": None,
    "open_test": None,
    "summarize_test": None,
    "correct_selection": "optimism.json",
    "calibrate_winners": "calibration.json",
    "calibrate_sets": "conformal.json",
    "compare_winners": "comparison.tsv",
    "judge_probabilities": "decisions.tsv",
    "judge_sets": "coverage.tsv",
    "judge_domain": "domain.tsv",
    "measure_similarity": "similarity.tsv",
    "save_final_model": "final.zip",
    "write_summary": "summary.md",
    "write_report": "report.html",
}
# What has the same bytes in every run; the last three have times inside.
COMPARED = [path for path in STAGES.values() if path][:-3]
WITH_TRAININGS = ("train_replicate", "train_winner", "open_test")
# Jobs of one stage, at the least.
TRAININGS = 6
# Longer than most stages on a machine that does nothing else.
LONGEST_DELAY = 1.5


def kill(seed):
    """Choose an ensemble, a victim and a stage, such that all come together."""
    kind = KINDS[seed % 2]
    victim = list(VICTIMS)[seed // 2 % len(VICTIMS)]
    # No other stage has a training to kill.
    stages = WITH_TRAININGS if victim == "training" else list(STAGES)
    stage = stages[(seed + seed // 12) % len(stages)]
    marks = [promise(victim)]
    if seed != IN_EVERY_TEST_RUN:
        marks.append(pytest.mark.long)
    name = f"{kind}-{victim}-{stage}-{seed}"
    return pytest.param(seed, kind, victim, stage, marks=marks, id=name)


KILLED = [kill(seed) for seed in range(KILLS)]


def test_every_stage_is_hit_and_every_victim_in_both_ensembles():
    values = [param.values[1:] for param in KILLED]
    assert {stage for *_, stage in values} == set(STAGES)
    assert {(kind, victim) for kind, victim, _ in values} == {
        (kind, victim) for kind in KINDS for victim in VICTIMS
    }


def stage_comes(run, stage, count):
    """Return what tells whether so many jobs of a stage have been seen."""
    seen = set()

    def comes():
        seen.update(run.jobs_of(stage))
        return len(seen) >= count

    return comes


@pytest.mark.parametrize(("seed", "kind", "victim", "stage"), KILLED)
def test_kill(finished_ensembles, tmp_path, seed, kind, victim, stage):
    finished = finished_ensembles[kind]
    project = finished.copy(tmp_path / "project")
    targets = [SCORES, *([f"results/tiny/{STAGES[stage]}"] if STAGES[stage] else [])]
    targets += search_with(project, kind)
    draw = random.Random(seed)
    count = draw.randint(1, TRAININGS) if stage.startswith("train") else 1
    delay = draw.uniform(0, LONGEST_DELAY)
    while True:
        shutil.rmtree(project.folder / "results", ignore_errors=True)
        run = BrokenRun(project, *targets)
        if kill_at(run, stage_comes(run, stage, count), delay, victim, draw):
            break
        # The run was quicker this time, or its last victim had gone.
        count, delay = max(1, count - 1), 0.8 * delay
    assert_recovers(run, victim, project, finished, targets)
    assert project.result("selection.json")["overall"] == "ensemble"
    if STAGES[stage] in COMPARED:
        name = f"results/tiny/{STAGES[stage]}"
        mine, theirs = (one.folder / name for one in (project, finished))
        assert mine.read_bytes() == theirs.read_bytes()
