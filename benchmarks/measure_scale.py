"""How a search's plan, tables and report grow with the number of trials.

    .venv/bin/python benchmarks/measure_scale.py --trials 100 1000 10000

No trial is trained: each result is written here, with made-up predictions, and
Snakemake is told to take it for its own. The winner's model is trained. Prints a table
in Markdown, of CPU seconds of Snakemake and wall seconds of jobs: only on a machine
that does nothing else are these the same.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.project import copy_checkout
from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.data.subsets import read_subset
from toxtune.io.files import sha256_of_file, write_json
from toxtune.io.integrity import sealed
from toxtune.search.trials import Trial
from toxtune.splits.training_set import WHOLE

SEARCH = {
    "run": "scale",
    "dataset": {"source": "demo"},
    "training": {"seeds": [0]},
}
TARGET = "results/scale/selection.json"
PAGE = "results/scale/report.html"
JOBS = ("gather_trials", "select_best", "correct_selection", "write_report")


@dataclass(frozen=True)
class Cost:
    """Of one process: seconds, and MiB of memory at most."""

    seconds: float
    memory: float

    def __str__(self) -> str:
        """Return a cell of the table."""
        return f"{self.seconds:.1f} s, {self.memory:.0f} MiB"


class Grid:
    """A project with a grid of so many trials, one seed each."""

    def __init__(self, folder: Path, n_trials: int) -> None:
        self.folder = copy_checkout(folder)
        # A configuration holds no more than 10,000 values.
        rates = np.linspace(0.001, 0.1, 100).tolist()
        decays = np.linspace(0.0, 0.1, n_trials // 100).tolist()
        space = {
            "family": "dense",
            "features": "ecfp",
            "hyperparameters": {"learning_rate": rates, "weight_decay": decays},
        }
        overlay = {**SEARCH, "search": {"spaces": [space]}}
        (self.folder / "scale.json").write_text(json.dumps(overlay))
        os.chdir(self.folder)

    def snakemake(self, *arguments: str) -> Cost:
        """Run snakemake to its end."""
        command = [sys.executable, "-m", "snakemake", "--configfile", "scale.json"]
        command += ["--cores", "2", *arguments]
        with open("output.txt", "w") as output:
            process = subprocess.Popen(
                command,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, "PYTHONPATH": "scripts"},
            )
            _, status, usage = os.wait4(process.pid, 0)
        if status:
            raise SystemExit(Path("output.txt").read_text())
        return Cost(usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)

    def trials(self) -> list[Trial]:
        """List what the search consists of."""
        config = load_config([Path("config.yaml"), Path("scale.json")])
        (plan,) = load_plans(config)
        return list(plan.trials.values())

    def write_results(self) -> None:
        """Write what trainings would have written."""
        trials = self.trials()
        shape = read_subset(Path(trials[0].training_set().subset("valid"))).labels.shape
        generator = np.random.default_rng(0)
        for trial in trials:
            predictions = generator.random(shape, dtype=np.float32)
            write_result(trial, predictions)

    def disk(self) -> float:
        """KiB of results, logs and records of Snakemake, on disk."""
        folders = [name for name in ("results", "logs") if Path(name).exists()]
        command = ["du", "-sk", "--total", *folders, ".snakemake"]
        listing = subprocess.check_output(command, text=True)
        return float(listing.splitlines()[-1].split()[0])

    def job(self, rule: str) -> Cost:
        """Tell what a job took, by Snakemake's benchmark: seconds of wall time.

        Its CPU time is that of its last look, which may be half a minute ago.
        """
        with open(f"logs/scale/{rule}.benchmark.tsv", newline="") as stream:
            (row,) = csv.DictReader(stream, delimiter="\t")
        return Cost(float(row["s"]), float(row["max_rss"]))


def write_result(trial: Trial, predictions: np.ndarray) -> None:
    """Write one training's files, the result last."""
    folder = Path(trial.folder) / "seed-0"
    folder.mkdir(parents=True)
    np.save(folder / "valid_predictions.npy", predictions)
    curve = "epoch\ttrain_loss\tvalid_loss\n"
    curve += "".join(f"{epoch}\t0.4\t0.5\n" for epoch in range(1, 16))
    (folder / "learning_curve.tsv").write_text(curve)
    cost = {"seconds": 1.0, "peak_memory_mib": 500.0, "host": "nowhere"}
    write_json(folder / "cost.json", cost)
    result: dict[str, Any] = {
        "trial": vars(trial),
        "seed": 0,
        "training_set": WHOLE,
        "status": "ok",
        "epochs": 15,
        "store_key": "0" * 64,
        "sha256": {
            name: sha256_of_file(folder / name)
            for name in ("valid_predictions.npy", "learning_curve.tsv")
        },
    }
    write_json(folder / "result.json", sealed(result))


def measure(n_trials: int) -> list[Any]:
    """Plan, gather, select, and do nothing, for one size of grid."""
    with tempfile.TemporaryDirectory() as folder:
        grid = Grid(Path(folder) / "project", n_trials)
        planned = grid.snakemake("-n", "-q", "--", TARGET)
        grid.snakemake("--until", "take_features", "--", TARGET)
        before = grid.disk()
        grid.write_results()
        grid.snakemake("--touch", "--until", "train_replicate", "--", TARGET)
        grown = (grid.disk() - before) / n_trials
        grid.snakemake(TARGET)
        nothing = grid.snakemake(TARGET)
        if "Nothing to be done" not in Path("output.txt").read_text():
            raise SystemExit("there was something to be done")
        grid.snakemake(PAGE)
        jobs = [grid.job(rule) for rule in JOBS]
        page = f"{Path(PAGE).stat().st_size / 1e6:.1f} MB"
        os.chdir("/")
    return [f"{n_trials:,}", planned, nothing, *jobs, page, f"{grown:.0f} KiB"]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--trials",
        type=int,
        nargs="+",
        default=[100, 1000, 10000],
        help="multiples of 100",
    )
    columns = ["trials", "dry run", "no-op run", *JOBS, "report", "disk per trial"]
    print(f"| {' | '.join(columns)} |\n|{'---|' * len(columns)}")
    for n_trials in parser.parse_args().trials:
        print(f"| {' | '.join(map(str, measure(n_trials)))} |", flush=True)


if __name__ == "__main__":
    main()
