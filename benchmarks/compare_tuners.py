"""Time the book's grid here and with other tuners, in turn, in one sitting.

    make bench

Each contestant runs in processes of its own on a machine that does nothing else: CPU
time is that of the whole machine, and so is peak memory, as the fall of what is
available. Both count processes that fork, share pages or outlive their parents alike.

Two tables in Markdown: the search alone, from features that are there to the table of
trials, and all of it, from a raw file to a tested model; then what one training adds.
"""

import argparse
import csv
import json
import math
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from project import ROOT, new_project
from toxtune.arrays import load_features
from toxtune.parts import read_part

GRID = ROOT / "benchmarks" / "grid.yaml"
TUNERS = ROOT / "benchmarks" / "tuners.py"
OURS = "toxtune"
CORES = 2
SECONDS_BETWEEN_LOOKS = 0.1
# Twice the seeds are twice the trainings of the same kinds.
TWICE = [0, 1, 2, 3, 4, 5]


NAMES = {
    "plain-loop": "plain Keras loop",
    "keras-tuner": "KerasTuner",
    "optuna": "Optuna",
    "ray-tune": "Ray Tune, 2 workers",
}
FASTEST = "ray-tune"
# They train one network after another, so one round tells what there is to tell.
LIKE_THE_LOOP = {"keras-tuner", "optuna"}
SEARCH = "The search alone, from features that are there"
EVERYTHING = "From a raw file to a tested model"
SLOPE = "Twice the trainings"


@dataclass(frozen=True)
class Measured:
    """What one run took, of the whole machine, and what it found.

    Attributes
    ----------
    wall, cpu
        Seconds.
    memory
        MiB.
    output
        What it printed.
    score
        Best mean validation score, or that model's test score.
    in_training
        Seconds inside training loops, all trainings together; known of ours alone.
    """

    wall: float
    cpu: float
    memory: float
    output: str
    score: float = math.nan
    in_training: float = math.nan


@dataclass(frozen=True)
class Contestant:
    """One row of a table; run in the first round alone, or in all."""

    table: str
    name: str
    run: Callable[[], Measured]
    once: bool = False


def measure(command: list[str], folder: Path) -> Measured:
    """Run a command on an otherwise idle machine."""
    idle = psutil.virtual_memory().available
    least = idle
    is_over = threading.Event()

    def look() -> None:
        nonlocal least
        while not is_over.wait(SECONDS_BETWEEN_LOOKS):
            least = min(least, psutil.virtual_memory().available)

    watcher = threading.Thread(target=look)
    watcher.start()
    start, cpu = time.perf_counter(), _machine_cpu()
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": "scripts"},
            capture_output=True,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - start
    finally:
        is_over.set()
        watcher.join()
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return Measured(
        wall, _machine_cpu() - cpu, (idle - least) / 2**20, done.stdout.strip()
    )


def _machine_cpu() -> float:
    times = psutil.cpu_times()
    return times.user + times.system + times.nice


class Workflow:
    """A copy of this workflow in a folder of its own, with features ready."""

    def __init__(self, folder: Path, raw: Path) -> None:
        self.folder = new_project(folder).folder
        settings = {"dataset": {"source": str(raw.resolve())}}
        (self.folder / "here.json").write_text(json.dumps(settings))
        self.run("results/grid/test.tsv")
        self.arrays = self._write_arrays()

    def run(self, target: str, seeds: list[int] | None = None) -> Measured:
        """Run the launcher as `make run` does, for a target."""
        files = [str(GRID), "here.json"]
        if seeds:
            (self.folder / "seeds.json").write_text(
                json.dumps({"search": {"seeds": seeds}})
            )
            files.append("seeds.json")
        command = [sys.executable, "-m", "toxtune.commands.run", target]
        command += ["--cores", str(CORES), "--configfile", *files]
        return measure(command, self.folder)

    def forget(self, *names: str) -> None:
        """Remove what earlier runs made."""
        for name in names:
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def search(self, seeds: list[int] | None = None) -> Measured:
        """Do the search alone."""
        self.forget("results", "logs")
        measured = self.run("results/grid/trials.tsv", seeds)
        trials, cost = self._table("trials.tsv"), self._table("cost.tsv")
        return replace(
            measured,
            score=max(float(row["roc_auc_mean"]) for row in trials),
            in_training=sum(float(row["seconds"]) for row in cost),
        )

    def everything(self) -> Measured:
        """Go from the raw file to a tested model."""
        self.forget("results", "logs", "data", ".snakemake", ".toxtune")
        measured = self.run("results/grid/test.tsv")
        report = json.loads((self.folder / "results/grid/test.json").read_text())
        return replace(
            measured, score=report["families"]["dense"]["roc_auc"]["mean"]["test"]
        )

    def _table(self, name: str) -> list[dict[str, str]]:
        with open(self.folder / "results/grid" / name, newline="") as stream:
            return list(csv.DictReader(stream, delimiter="\t"))

    def _write_arrays(self) -> Path:
        """Give the others the same molecules, labels and features."""
        arrays = {}
        for part in ("train", "valid"):
            (labels,) = self.folder.glob(f"data/*/*/{part}.csv")
            features = list(self.folder.glob(f"data/*/*/{part}/*.npz"))
            arrays[f"{part}_x"] = load_features(features).astype(np.float32)
            arrays[f"{part}_y"] = np.nan_to_num(read_part(labels).labels, nan=-1)
        path = self.folder / "arrays.npz"
        np.savez(path, **arrays)
        return path


def other(python: Path, tuner: str, *arguments: str) -> Callable[[], Measured]:
    """Return a function that runs another tuner."""
    command = [str(python.absolute()), str(TUNERS), tuner, "--grid", str(GRID)]

    def run() -> Measured:
        measured = measure([*command, *arguments], ROOT)
        found = json.loads(measured.output.splitlines()[-1])
        return replace(measured, score=found.get("test", found["score"]))

    return run


def median(runs: list[Measured], name: str) -> float:
    """Median of one figure."""
    return statistics.median(getattr(run, name) for run in runs)


def print_table(title: str, runs: dict[str, list[Measured]], score: str) -> None:
    """Print medians, and the ratios of our time to theirs."""
    print(f"\n{title}\n")
    print(
        f"| | wall, s | CPU, s | peak memory, MiB | {score} | ours / its: wall | CPU |"
    )
    print("|---|---|---|---|---|---|---|")
    ours = runs[OURS]
    for name, own in runs.items():
        wall, cpu, memory = (median(own, each) for each in ("wall", "cpu", "memory"))
        print(
            f"| {name} | {wall:.1f} | {cpu:.1f} | {memory:.0f} | {own[-1].score:.4f} "
            f"| {median(ours, 'wall') / wall:.2f} | {median(ours, 'cpu') / cpu:.2f} |"
        )
    print(f"\nWall time of each round, s: {OURS} {_rounds(ours)}", end="")
    print(
        "".join(f"; {name} {_rounds(own)}" for name, own in runs.items() if own != ours)
    )


def _rounds(runs: list[Measured]) -> str:
    return ", ".join(f"{run.wall:.1f}" for run in runs)


def print_slope(once: list[Measured], twice: list[Measured], n_trainings: int) -> None:
    """Print what a training costs beside its training loop."""
    overheads = [
        (CORES * (more.wall - less.wall) - (more.in_training - less.in_training))
        / n_trainings
        for less, more in zip(once, twice, strict=True)
    ]
    fixed = [2 * less.wall - more.wall for less, more in zip(once, twice, strict=True)]
    print(f"\n{n_trainings} and {2 * n_trainings} trainings, wall time, s: ", end="")
    print(f"{median(once, 'wall'):.1f} and {median(twice, 'wall'):.1f}. ", end="")
    print(
        f"What a training adds (wall x {CORES} cores, its loop left out), s: ", end=""
    )
    print(f"{statistics.median(overheads):.2f} (rounds: ", end="")
    print(", ".join(f"{one:.2f}" for one in overheads), end="). ")
    print(f"What does not grow, s: {statistics.median(fixed):.1f}.")


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    parser.add_argument("--peers", type=Path, required=True, help="their Python")
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workflow = Workflow(Path(folder) / "toxtune", options.raw)
        compare(contestants(workflow, options.peers, options.raw), options.rounds)


def contestants(workflow: Workflow, peers: Path, raw: Path) -> list[Contestant]:
    """List what is run in each round, in this order."""
    arrays = ["--arrays", str(workflow.arrays)]
    csv_file = ["--csv", str(raw.resolve())]
    runs = [
        Contestant(SEARCH, OURS, workflow.search),
        Contestant(EVERYTHING, OURS, workflow.everything),
        Contestant(SLOPE, OURS, lambda: workflow.search(TWICE)),
        Contestant(EVERYTHING, NAMES[FASTEST], other(peers, FASTEST, *csv_file)),
    ]
    for tuner, name in NAMES.items():
        as_written = other(peers, tuner, *arrays)
        in_one_call = other(peers, tuner, *arrays, "--in-one-call")
        runs += [
            Contestant(SEARCH, name, as_written, once=tuner in LIKE_THE_LOOP),
            Contestant(SEARCH, f"{name}, an epoch a call", in_one_call, once=True),
        ]
    return runs


def compare(runs: list[Contestant], rounds: int) -> None:
    """Run all in turn, and print the tables."""
    print(f"{platform.machine()}, {CORES} cores; medians of {rounds} rounds.")
    found: dict[str, dict[str, list[Measured]]] = {}
    for number in range(rounds):
        for one in runs:
            if number and one.once:
                continue
            measured = one.run()
            found.setdefault(one.table, {}).setdefault(one.name, []).append(measured)
            print(f"{number + 1}: {one.table}: {one.name}: {measured}", file=sys.stderr)
    print_table(SEARCH, found[SEARCH], "best valid")
    print_table(EVERYTHING, found[EVERYTHING], "test")
    print_slope(found[SEARCH][OURS], found[SLOPE][OURS], 36)


if __name__ == "__main__":
    main()
