"""Faults of a Slurm cluster: the documented command goes on, to the same bytes."""

import subprocess
import time

import pytest

from helpers.cluster_run import SlurmRun, same_bytes
from helpers.slurm_cluster import wait_for

pytestmark = pytest.mark.long

NAMES = ("trials.tsv", "selection.json", "test.json")
TABLES = [f"results/tiny/{name}" for name in NAMES]


@pytest.fixture
def start(slurm, searched):
    """Start the search and its test, with more arguments; kill it in the end."""
    runs = []

    def started(*arguments):
        runs.append(SlurmRun(searched, slurm, *TABLES, *arguments))
        return runs[-1]

    yield started
    for run in runs:
        run.kill()
    slurm.command("scancel", "--user=root")


@pytest.fixture
def run(start):
    return start()


def hours(job):
    """Read a limit such as 1-12:00:00."""
    days, _, time = job.limit.rpartition("-")
    return 24 * int(days or 0) + int(time.split(":")[0])


def cancel_left_jobs(slurm, project):
    """The documented command."""
    subprocess.run(
        ["profiles/slurm/cancel.sh"],
        cwd=project.folder,
        env=slurm.environment,
        check=True,
        timeout=60,
    )
    wait_for(
        lambda: (
            not [
                job
                for job in slurm.jobs(project.folder)
                if job.state in ("PENDING", "RUNNING", "COMPLETING")
            ]
        ),
        "an empty queue",
    )


def interrupt_and_go_on(slurm, project, start, run):
    """The documented way out of a run that has lost sight of its jobs."""
    run.interrupt()
    assert run.end(60) != 0
    cancel_left_jobs(slurm, project)
    start().succeed()


def wait_for_idle_nodes(run):
    wait_for(
        lambda: "RUNNING" not in {job.state for job in run.jobs}, "idle nodes", 120
    )


@pytest.mark.promise("`scancel` of a job", "submitted again; same bytes")
def test_cancelled_job_is_submitted_again(finished, searched, run):
    job = run.cancelled_job("train_replicate")
    run.succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)
    states = {other.number: other.state for other in run.jobs}
    assert states.pop(job.number) == "CANCELLED"
    assert set(states.values()) == {"COMPLETED"}


@pytest.mark.promise("a time limit", "submitted again, with more time; same bytes")
def test_job_out_of_time_is_submitted_again(finished, searched, run):
    job = run.expired_job("train_replicate")
    run.succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)
    trainings = [other for other in run.jobs if "train_replicate" in other.rules]
    again = max(trainings, key=lambda other: int(other.number))
    assert again.number != job.number
    assert hours(again) > hours(job)


@pytest.mark.promise(
    "a job's memory limit", "submitted again, with more memory; same bytes"
)
def test_job_out_of_memory_is_submitted_again(finished, searched, start):
    run = start(
        "--set-resources", "train_replicate:mem_mb=4000 if attempt > 1 else 400"
    )
    run.succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)
    states = {job.state for job in run.jobs if "train_replicate" in job.rules}
    # The kill by this cluster's accounting counts as a failure, that by a cgroup not.
    assert states in ({"FAILED", "COMPLETED"}, {"OUT_OF_MEMORY", "COMPLETED"})


@pytest.mark.promise(
    "a job is preempted (`PreemptMode=REQUEUE`)", "Slurm starts it again; same bytes"
)
def test_preempted_job_runs_again(slurm, finished, searched, start):
    # The profile's own, and the partition.
    run = start("--default-resources", "in_turn=1", "mpi=0", "slurm_partition=low")
    job = run.running_job("train_replicate")
    slurm.command("sbatch", "-N3", "--exclusive", "-o/dev/null", "--wrap", "sleep 5")
    run.wait_for(lambda: run.state(job) == "PENDING", "preemption")
    run.succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)
    assert run.state(job) == "COMPLETED"


@pytest.mark.promise("a node is killed", "Slurm starts the job on another; same bytes")
def test_job_of_a_killed_node_runs_again_elsewhere(slurm, finished, searched, run):
    job = run.running_job("train_replicate")
    slurm.kill_node(job.node)
    try:
        run.succeed()
    finally:
        slurm.start_node(job.node)
    assert same_bytes(finished.folder, searched.folder, TABLES)
    (again,) = [other for other in run.jobs if other.number == job.number]
    assert again.state == "COMPLETED"
    assert again.node != job.node


@pytest.mark.promise(
    "the submit host is killed",
    "`profiles/slurm/cancel.sh`, then `make run`; same bytes",
)
def test_killed_submit_host(slurm, finished, searched, start, run):
    run.running_job("train_replicate")
    run.kill()
    # Its jobs run on, and would be submitted a second time.
    assert "RUNNING" in {job.state for job in run.jobs}
    cancel_left_jobs(slurm, searched)
    start().succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)


@pytest.mark.promise(
    "the submit host is killed, its jobs run on",
    "`make run`: they run twice; same bytes",
)
def test_killed_submit_host_and_jobs_that_run_on(finished, searched, start, run):
    """Who forgets to cancel them pays twice, and gets the same."""
    run.running_job("train_replicate")
    run.kill()
    start().succeed()
    assert same_bytes(finished.folder, searched.folder, TABLES)


@pytest.mark.promise(
    "the controller is away for 40 s",
    "Ctrl-C, `profiles/slurm/cancel.sh`, `make run`; same bytes",
)
def test_controller_away_for_long(slurm, finished, searched, start, run):
    """The plugin loses sight of its jobs: Ctrl-C, cancel, run again."""
    run.running_job("train_replicate")
    slurm.kill_controller()
    time.sleep(40)
    slurm.start_controller()
    wait_for_idle_nodes(run)
    assert run.is_running_after(60), (
        "the plugin has learnt to wait: correct docs/clusters.md"
    )
    interrupt_and_go_on(slurm, searched, start, run)
    assert same_bytes(finished.folder, searched.folder, TABLES)


@pytest.mark.promise(
    "the controller is restarted", "the run goes on, or as after 40 s; same bytes"
)
def test_controller_restarted(slurm, finished, searched, start, run):
    run.running_job("train_replicate")
    slurm.kill_controller()
    slurm.start_controller()
    wait_for_idle_nodes(run)
    # A look at the queue in just this second makes the plugin lose sight of its jobs.
    if run.is_running_after(240):
        interrupt_and_go_on(slurm, searched, start, run)
    assert same_bytes(finished.folder, searched.folder, TABLES)
