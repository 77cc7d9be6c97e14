"""A copy of this workflow whose search can be timed."""

import csv
import json
import shutil
import statistics
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
from machine_cost import Measured, measure

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.project import ROOT, copy_checkout
from toxtune.data.subsets import read_subset
from toxtune.features.arrays import load_features

GRID = ROOT / "benchmarks" / "grid.yaml"
CORES = 2


class Workflow:
    """A copy of this workflow in a folder of its own, with features ready."""

    def __init__(self, folder: Path, raw: Path) -> None:
        self.folder = copy_checkout(folder)
        settings = {"dataset": {"source": str(raw.resolve()), "id_column": "mol_id"}}
        (self.folder / "here.json").write_text(json.dumps(settings))
        self.run("results/grid/test.tsv")
        self.arrays = self._write_arrays()

    def run(self, target: str, seeds: list[int] | None = None) -> Measured:
        """Run the launcher as `make run` does, for a target."""
        files = [str(GRID), "here.json"]
        if seeds:
            (self.folder / "seeds.json").write_text(
                json.dumps({"training": {"seeds": seeds}})
            )
            files.append("seeds.json")
        command = [sys.executable, "-m", "toxtune", "run", target]
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

    def breakdown(self) -> dict[str, float]:
        """Do the search once more; tell in core-seconds where its time went."""
        started = time.time()
        measured = self.search()
        logs = self.folder / "logs"
        loops, around = [], []
        for row in self._table("cost.tsv"):
            job = logs / Path(row["folder"]).relative_to("results")
            loops.append(float(row["seconds"]))
            around.append(_seconds_of(job) - loops[-1])
        usual = statistics.median(around)
        # The jobs that start first wait until the trainer has imported its libraries.
        waiting = sum(each - usual for each in sorted(around)[-CORES:])
        first = min(log.stat().st_mtime for log in logs.glob("trials/*/*/*.log"))
        subsets = {
            "training loops": sum(loops),
            "training jobs around them: start, reading, prediction, writing": (
                sum(around) - waiting
            ),
            "waiting for the warm server's imports": waiting,
            "gathering": _seconds_of(logs / "grid/gather_trials"),
            "start of the launcher and of Snakemake": CORES * (first - started),
        }
        rest = CORES * measured.wall - sum(subsets.values())
        return {**subsets, "between jobs, a core without one, and the end": rest}

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
        for subset in ("train", "valid"):
            (labels,) = self.folder.glob(f"data/*/*/whole/{subset}.csv")
            features = list(self.folder.glob(f"data/*/*/whole/{subset}/*.npz"))
            arrays[f"{subset}_x"] = load_features(features).astype(np.float32)
            arrays[f"{subset}_y"] = np.nan_to_num(read_subset(labels).labels, nan=-1)
        path = self.folder / "arrays.npz"
        np.savez(path, allow_pickle=False, **arrays)
        return path


def _seconds_of(job: Path) -> float:
    with open(f"{job}.benchmark.tsv", newline="") as stream:
        (row,) = csv.DictReader(stream, delimiter="\t")
    return float(row["s"])
