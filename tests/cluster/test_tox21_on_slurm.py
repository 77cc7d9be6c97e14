"""The shipped search, Tox21, on three nodes: left alone, and with all that breaks."""

import pytest

from helpers.cluster_run import SlurmRun, same_bytes
from helpers.tox21_file import tox21_project

pytestmark = pytest.mark.long

TABLES = [
    f"results/tox21/{name}" for name in ("trials.tsv", "selection.json", "test.json")
]
TRAININGS = 8 * 3


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    """The search as a laptop runs it."""
    project, configured = tox21_project(tmp_path_factory.mktemp("laptop") / "project")
    project.run(*TABLES, *configured)
    return project


@pytest.fixture
def run(slurm, tmp_path):
    project, configured = tox21_project(tmp_path / "project")
    started = SlurmRun(project, slurm, *TABLES, *configured)
    started.patience = 1800
    yield started
    started.kill()
    slurm.command("scancel", "--user=root")


@pytest.mark.promise(
    "nothing: the shipped search, Tox21, three nodes",
    "the laptop's bytes; at most 8 submissions for each 36 trainings",
)
def test_same_bytes_in_few_submissions(laptop, run):
    run.succeed()
    assert same_bytes(laptop.folder, run.folder, TABLES)
    results = list((run.folder / "results/trials").rglob("result.json"))
    assert len(results) == TRAININGS
    submissions = [job for job in run.jobs if "train_replicate" in job.rules]
    assert len(submissions) * 36 / TRAININGS <= 8
    assert {job.state for job in run.jobs} == {"COMPLETED"}


@pytest.mark.promise(
    "the same, with two jobs cancelled, two out of time, a node killed", "same bytes"
)
def test_same_bytes_whatever_breaks(slurm, laptop, run):
    first = run.cancelled_job("train_replicate")
    second = run.expired_job("train_replicate", besides=[first])
    third = run.running_job("train_replicate", besides=[first, second])
    slurm.kill_node(third.node)
    winner = run.cancelled_job("train_winner")
    slurm.start_node(third.node)
    verdict = run.expired_job("open_test")
    run.succeed()
    assert same_bytes(laptop.folder, run.folder, TABLES)
    broken = {job.number for job in (first, second, winner, verdict)}
    others = {job.state for job in run.jobs if job.number not in broken}
    assert others == {"COMPLETED"}
