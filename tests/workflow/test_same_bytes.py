"""The same configuration gives the same bytes: however many cores, killed or not."""

import os
import signal
import subprocess
import sys
import time
import zipfile
from io import BytesIO

import h5py
import numpy as np
import psutil
import pytest

RESULT_FILES = (
    "trials.tsv",
    "scores.tsv",
    "selection.json",
    "test_predictions.csv",
    "test.json",
    "test.tsv",
)
REPLICATE_FILES = ("result.json", "valid_predictions.npy", "learning_curve.tsv")


def replicates(project):
    folder = project.folder / "results" / "trials"
    return sorted(path.parent.relative_to(folder) for path in folder.rglob("result.json"))


def weights(path):
    with zipfile.ZipFile(path) as archive:
        content = BytesIO(archive.read("model.weights.h5"))
    found = {}
    with h5py.File(content) as file:
        file.visititems(
            lambda name, item: (
                found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None
            )
        )
    return found


def assert_same_results(one, other):
    assert replicates(one) == replicates(other)
    for replicate in replicates(one):
        for name in REPLICATE_FILES:
            path = f"results/trials/{replicate}/{name}"
            assert (one.folder / path).read_bytes() == (
                other.folder / path
            ).read_bytes(), path
    for name in RESULT_FILES:
        path = f"results/tiny/{name}"
        assert (one.folder / path).read_bytes() == (other.folder / path).read_bytes(), name
    for seed in (0, 1):
        path = f"results/tiny/models/dense/seed-{seed}.keras"
        mine, theirs = weights(one.folder / path), weights(other.folder / path)
        assert mine.keys() == theirs.keys()
        assert mine
        for name in mine:
            np.testing.assert_array_equal(mine[name], theirs[name], err_msg=name)


def test_one_core_gives_the_bytes_of_two(finished, project):
    project.run(cores=1)
    assert_same_results(finished, project)


def launch(project):
    """Start the launcher as `make run` does."""
    return subprocess.Popen(
        [sys.executable, "-m", "toxtune.commands.run", "--cores", "2"]
        + ["--configfile", "tests/config.yaml"],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def kill_everything(process):
    """SIGKILL a process and all that it has started."""
    family = [process, *psutil.Process(process.pid).children(recursive=True)]
    for member in family:
        try:
            os.kill(member.pid, signal.SIGKILL)
        except ProcessLookupError:
            continue
    process.wait()


@pytest.mark.parametrize("finished_trainings", [1, 4])
def test_killed_in_the_middle_of_training(finished, project, finished_trainings):
    first = launch(project)
    deadline = time.monotonic() + 300
    while len(replicates_or_none(project)) < finished_trainings:
        assert first.poll() is None, first.stdout.read()
        assert time.monotonic() < deadline
        time.sleep(0.05)
    kill_everything(first)
    assert not (project.folder / "results/tiny/trials.tsv").exists()

    second = launch(project)
    output, _ = second.communicate(timeout=600)
    assert second.returncode == 0, output
    assert_same_results(finished, project)


def replicates_or_none(project):
    return replicates(project) if (project.folder / "results/trials").is_dir() else []
