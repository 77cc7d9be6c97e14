"""A run on a real Slurm cluster gives the bytes of a run on a laptop."""

import shutil
from collections import defaultdict
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from helpers.cluster_run import SlurmRun, same_bytes
from helpers.slurm_cluster import MARK, wait_for

TABLES = [
    f"results/tiny/{name}" for name in ("trials.tsv", "selection.json", "test.json")
]
FEW_TRAININGS = """
training: {seeds: [0]}
search:
  spaces:
    - {family: dense, features: ecfp, hyperparameters: {neurons: [8, 16], epochs: 3}}
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 5}}
"""


def warm_servers(slurm):
    """By job: folders of its servers, and the command that each belongs to."""
    found = defaultdict(dict)
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            command, variables = process.cmdline(), process.environ()
            if "toxtune.workers.server" in command and variables.get(MARK) == str(
                slurm.folder
            ):
                *_, folder, watched = command
                # One that is ending has none.
                if owner := psutil.Process(int(watched)).cmdline():
                    found[variables["SLURM_JOB_ID"]][folder] = owner
    return found


@pytest.mark.promise("nothing: the small search, three nodes", "the laptop's bytes")
def test_same_bytes_as_on_a_laptop(slurm, project, tmp_path):
    configured = project.overlay(FEW_TRAININGS)
    project.run(*TABLES, *configured)
    # The data are there; what is trained on them, and all that follows, is not.
    elsewhere = project.copy(tmp_path / "elsewhere")
    shutil.rmtree(elsewhere.folder / "results")
    run = SlurmRun(elsewhere, slurm, *TABLES, *configured)
    servers = defaultdict(dict)

    def watched_to_the_end():
        for job, folders in warm_servers(slurm).items():
            servers[job].update(folders)
        return run.process.poll() is not None

    wait_for(watched_to_the_end, "the end of the run", run.patience)
    run.succeed()
    assert same_bytes(project.folder, elsewhere.folder, TABLES)
    groups = {job.rules.split("_")[1]: job.number for job in run.jobs}
    assert sorted(groups) == ["selection", "trainings", "verdict", "winners"]
    assert {job.state for job in run.jobs} == {"COMPLETED"}
    assert len(run.jobs) == len(groups)

    # The trainings of one submission share a server, which belongs to that submission
    # and has ended with it.
    for group in ("trainings", "winners"):
        ((folder, owner),) = servers[groups[group]].items()
        assert "slurm-jobstep" in owner
        assert not Path(folder).exists()
    wait_for(lambda: not warm_servers(slurm), "the end of the servers")
