"""PBS, LSF and Grid Engine, by stand-ins for their commands."""

import os
import re
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from helpers.cluster_run import ClusterRun, same_bytes
from helpers.patience import STEP
from helpers.project import new_project
from helpers.slurm_cluster import wait_for

COMMANDS = {
    "pbs": ("qsub", "qselect", "qdel"),
    "lsf": ("bsub", "bjobs", "bkill"),
    "sge": ("qsub", "qstat", "qdel"),
}
# What each asks for, for a group of two trainings that run side by side.
ASKED = {
    "pbs": r"-l\nselect=1:ncpus=2:mem=\d+mb\n-l\nwalltime=\d+:00",
    "lsf": r"-n\n2\n-R\nspan\[hosts=1\] rusage\[mem=\d+MB\]\n-M\n\d+MB\n-W\n\d+",
    "sge": r"-pe\nsmp\n2\n-l\nmem_free=\d+M\n-l\nh_rt=0:\d+:0",
}
FORESTS = """
training: {seeds: [0]}
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 5, min_samples_leaf: [1, 3]}
"""
TABLE = "results/tiny/trials.tsv"


class StandIn:
    """A scheduler's commands, in a folder for the PATH."""

    def __init__(self, scheduler, folder):
        self.scheduler = scheduler
        self.jobs = folder / "jobs"
        self.jobs.mkdir()
        self._bin = folder / "bin"
        self._bin.mkdir()
        program = Path(__file__).with_name("standin.py").read_text("utf-8")
        for command in COMMANDS[scheduler]:
            path = self._bin / command
            path.write_text(f"#!{sys.executable}\n{program}", "utf-8")
            path.chmod(0o755)

    @property
    def environment(self):
        return {
            **os.environ,
            "PATH": f"{self._bin}:{os.environ['PATH']}",
            "STANDIN": self.scheduler,
            "STANDIN_JOBS": str(self.jobs),
        }

    def processes(self):
        """Numbers of the processes of jobs that have been started."""
        return [int(note.read_text() or 0) for note in self.jobs.glob("*.pid")]

    def any_alive(self):
        return any(
            Path(f"/proc/{process}/exe").exists() for process in self.processes()
        )


@pytest.fixture(params=COMMANDS)
def standin(request, tmp_path):
    return StandIn(request.param, tmp_path)


@pytest.fixture(scope="module")
def laptop(tmp_path_factory):
    """The search as a laptop runs it."""
    project = new_project(tmp_path_factory.mktemp("laptop") / "project")
    project.run(TABLE, *project.overlay(FORESTS))
    return project


@pytest.fixture
def elsewhere(laptop, tmp_path):
    """A folder with the same data, in which nothing was trained."""
    project = laptop.copy(tmp_path / "project")
    shutil.rmtree(project.folder / "results")
    return project


@pytest.fixture
def start(standin, elsewhere):
    """Start the search on forests, with more arguments; kill it in the end."""
    runs = []

    def started(*arguments):
        run = ClusterRun(
            elsewhere,
            standin.scheduler,
            standin.environment,
            TABLE,
            *elsewhere.overlay(FORESTS),
            *arguments,
        )
        runs.append(run)
        return run

    yield started
    for run in runs:
        run.kill()


def is_known_to_snakemake(project):
    logs = (project.folder / ".snakemake/log").glob("*.log")
    return any("with external jobid" in log.read_text("utf-8") for log in logs)


def delete_first_job(standin):
    (note,) = standin.jobs.glob("*.pid")
    os.killpg(int(note.read_text()), 9)


@pytest.mark.promise("a job is killed (PBS, LSF, SGE)", "submitted again; same bytes")
def test_job_that_was_killed_is_submitted_again(standin, start, elsewhere, laptop):
    run = start()
    run.wait_for(standin.processes, "a job")
    delete_first_job(standin)
    run.succeed()
    assert same_bytes(laptop.folder, elsewhere.folder, [TABLE])
    submitted = [path.read_text("utf-8") for path in standin.jobs.glob("*.options")]
    # Both trainings, both again, and the tables.
    assert len(submitted) == 3
    assert (
        len([text for text in submitted if re.search(ASKED[standin.scheduler], text)])
        == 2
    )


@pytest.mark.promise("a job fails (PBS)", "the run ends, and names it")
# How a job that has ended by itself ended, all are told by the same script.
@pytest.mark.parametrize("standin", ["pbs"], indirect=True)
def test_job_that_fails_ends_the_run(standin, start, elsewhere):
    for features in elsewhere.folder.glob("data/*/*/whole/train/*.npz"):
        features.write_bytes(b"no features")
    run = start()
    assert run.end(300) != 0
    # The rule has it tried twice more.
    assert len(standin.processes()) == 3
    assert not (elsewhere.folder / TABLE).exists()
    assert "train_replicate" in run.output


@pytest.mark.promise(
    "a training of a group fails for good (PBS, `KEEP_GOING=1`)",
    "tried alone; that one only is left out",
)
@pytest.mark.long
@pytest.mark.parametrize("standin", ["pbs"], indirect=True)
def test_only_what_failed_alone_is_given_up(start, elsewhere):
    """Two trainings share a submission; one of them is killed, whatever is tried."""
    script = elsewhere.folder / "scripts/train_replicate.py"
    killed = """'"min_samples_leaf":3' in snakemake.params.trial"""
    script.write_text(
        f"import os\nif {killed}:\n    os.kill(os.getpid(), 9)\n" + script.read_text()
    )
    run = start("--keep-going")
    run.succeed()
    table = pd.read_csv(elsewhere.folder / TABLE, sep="\t")
    assert sorted(table["status"]) == ["failed", "ok"]


@pytest.mark.promise("Ctrl-C (PBS, LSF, SGE)", "the jobs are deleted")
def test_interrupted_run_deletes_its_jobs(standin, start, elsewhere):
    run = start()
    # A job starts before its number has come back: Snakemake must know of it.
    run.wait_for(
        lambda: standin.any_alive() and is_known_to_snakemake(elsewhere), "a job"
    )
    run.interrupt()
    assert run.end(120) != 0
    wait_for(lambda: not standin.any_alive(), "the end of its jobs", STEP)
