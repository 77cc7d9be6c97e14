"""Train networks on a GPU, several at a time, and on two cores of the same machine.

    .venv/bin/python benchmarks/measure_gpu.py --raw resources/tox21.csv.gz

The networks of ``examples/tox21-random.yaml`` on its first split, from features that
are there to the table of trials. Needs a GPU and ``make install EXTRA=cuda``; the
machine must do nothing else. Each row is a search of its own, without a store.

The last line tells whether the rows on the GPU gave the same bytes.
"""

import argparse
import hashlib
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import yaml
from machine_cost import Measured, measure

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.project import ROOT, copy_checkout
from toxtune.io.tsv import read_tsv

# What examples/tox21-random.yaml searches.
PRESET = "examples/presets/classes/thorough.yaml"
RUN = "networks"
CPU, GPU = "cpu", "gpu"
# What the other tables have.
CORES = 2
SECONDS_BETWEEN_LOOKS = 0.5


def main() -> None:
    """Print a row of the table as soon as it is there."""
    options = _parse()
    with tempfile.TemporaryDirectory() as place:
        search = Search(Path(place, "toxtune"), options.raw)
        print(
            "| on | at once | wall, s | CPU, s | a training, s | memory, MiB | the "
            "GPU's, MiB | GPU busy | best validation |"
        )
        print("|---|---|---|---|---|---|---|---|---|", flush=True)
        if CPU in options.devices:
            cores = os.sched_getaffinity(0)
            os.sched_setaffinity(0, sorted(cores)[:CORES])
            search.show(CPU, CORES)
            os.sched_setaffinity(0, cores)
        if GPU in options.devices:
            found = {search.show(GPU, number) for number in options.at_once}
            print("the same bytes" if len(found) == 1 else "the bytes differ")


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    parser.add_argument("--devices", nargs="+", choices=(CPU, GPU), default=(CPU, GPU))
    parser.add_argument(
        "--at-once", type=int, nargs="+", default=[1, 3, 9], help="on the GPU"
    )
    return parser.parse_args()


class Search:
    """A copy of this workflow that searches among networks, with features ready."""

    def __init__(self, folder: Path, raw: Path) -> None:
        self.folder = copy_checkout(folder)
        preset = yaml.safe_load((ROOT / PRESET).read_text())
        spaces = preset["search"]["spaces"]
        self.networks = [space for space in spaces if space["family"] == "dense"]
        self.dataset = {"source": str(raw.resolve()), "id_column": "mol_id"}
        # The same features, and as good as no training.
        short = [
            {**space, "hyperparameters": {"neurons": 8, "epochs": 1}}
            for space in self.networks[:1]
        ]
        self._run(CPU, os.cpu_count() or 1, short)

    def show(self, device: str, at_once: int) -> str:
        """Search on a device, print the row, and return a hash of all predictions."""
        for name in ("results", "logs"):
            shutil.rmtree(self.folder / name, ignore_errors=True)
        with Card(device == GPU) as card:
            measured = self._run(device, at_once, self.networks)
        results = self.folder / "results"
        seconds = read_tsv(results / RUN / "cost.tsv")["seconds"].median()
        best = read_tsv(results / RUN / "trials.tsv")["roc_auc_mean"].max()
        print(
            f"| {device} | {at_once} | {measured.wall:.1f} | {measured.cpu:.1f} | "
            f"{seconds:.1f} | {measured.memory:.0f} | "
            f"{card.memory or ''} | {card.share} | {best:.4f} |",
            flush=True,
        )
        predictions = sorted((results / "trials").rglob("valid_predictions.npy"))
        if not predictions:
            raise SystemExit("no training has left predictions to compare")
        digest = hashlib.sha256(b"".join(path.read_bytes() for path in predictions))
        return digest.hexdigest()

    def _run(self, device: str, at_once: int, spaces: list[dict]) -> Measured:
        settings = {
            "run": RUN,
            "dataset": self.dataset,
            "split": {"seeds": [0]},
            "search": {"spaces": spaces},
            "training": {"device": device},
        }
        (self.folder / "here.json").write_text(json.dumps(settings))
        command = [sys.executable, "-m", "toxtune", "run", f"results/{RUN}/trials.tsv"]
        command += ["--cores", str(at_once), "--configfile", "here.json"]
        return measure(command, self.folder)


@dataclass
class Card:
    """What a GPU does while this context lasts; nothing where `is_watched` is false.

    Attributes
    ----------
    memory
        The most that was taken of its memory by all processes together, MiB.
    busy
        Per cent of the time in which it computed, at each look.
    """

    is_watched: bool
    memory: int = 0
    busy: list[int] = field(default_factory=list)

    def __enter__(self) -> Self:
        """Begin to look."""
        self._is_over = threading.Event()
        self._watcher = threading.Thread(target=self._look)
        self._watcher.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Look no more."""
        self._is_over.set()
        self._watcher.join()

    @property
    def share(self) -> str:
        """The mean of how busy it was, as text."""
        return f"{statistics.mean(self.busy):.0f}%" if self.busy else ""

    def _look(self) -> None:
        query = "--query-gpu=utilization.gpu,memory.used"
        command = ["nvidia-smi", query, "--format=csv,noheader,nounits"]
        while self.is_watched and not self._is_over.wait(SECONDS_BETWEEN_LOOKS):
            done = subprocess.run(command, capture_output=True, text=True, check=True)
            busy, memory = map(int, done.stdout.splitlines()[0].split(","))
            self.busy.append(busy)
            self.memory = max(self.memory, memory)


if __name__ == "__main__":
    main()
