"""Run the workflow on 100,000 molecules x 2,048 bits, and tell what trainings need.

    .venv/bin/python benchmarks/measure_large.py --molecules 100000
    .venv/bin/python benchmarks/measure_large.py --molecules 1000000 --target trials.tsv

The molecules are naphthalenes with four substituents each, or five where more than
160,000 are wanted; the label says whether one of them is a nitro group. Prints time and
memory of each rule's largest job, then speed and memory of the network with features as
they are kept (a byte each, made numbers by the batch) and as 32-bit numbers from the
start, which a million molecules have no room for.
"""

import argparse
import csv
import json
import math
import multiprocessing
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.project import copy_checkout
from toxtune.io.files import read_json
from toxtune.models import dense
from toxtune.tasks import TaskType
from toxtune.training.fitting import load_examples

NITRO = "[N+](=O)[O-]"
SUBSTITUENTS = (
    *("C", "CC", "CCC", "C(C)C", "C(C)(C)C", "O", "OC", "OCC", "N", "NC", "N(C)C"),
    *("F", "Cl", "Br", "C#N", "C(F)(F)F", "C(=O)O", "C(=O)N", "S(=O)(=O)N", NITRO),
)
SCAFFOLDS = (
    "c1c({})cc2c({})c({})c({})cc2c1",
    "c1c({})cc2c({})c({})c({})c({})c2c1",
)
NETWORK = {"hidden_layers": 2, "neurons": 256, "dropout": 0.25, "epochs": 3}
OVERLAY = {
    "run": "large",
    "dataset": {"source": "large.csv"},
    "features": {"ecfp": {"kind": "circular", "radius": 2, "size": 2048}},
    "training": {"seeds": [0]},
    "search": {
        "spaces": [
            {"family": "dense", "features": "ecfp", "hyperparameters": NETWORK},
        ],
    },
}


def draw_molecules(n_molecules: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the SMILES of different molecules, each with its substituents."""
    n_kinds = len(SUBSTITUENTS)
    scaffold = next(
        one for one in SCAFFOLDS if n_kinds ** one.count("{}") >= n_molecules
    )
    shape = [n_kinds] * scaffold.count("{}")
    drawn = np.random.default_rng(0).permutation(math.prod(shape))[:n_molecules]
    for numbers in zip(*np.unravel_index(drawn, shape), strict=True):
        own = tuple(SUBSTITUENTS[number] for number in numbers)
        yield scaffold.format(*own), own


def write_molecules(path: Path, n_molecules: int) -> None:
    """Write a CSV file of molecules."""
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["smiles", "nitro"])
        for smiles, own in draw_molecules(n_molecules):
            writer.writerow([smiles, int(NITRO in own)])


def run_workflow(
    folder: Path, overlay: Mapping[str, Any], target: str | None = None
) -> None:
    """Run the workflow, all of it or up to a file of the run."""
    (folder / "large.json").write_text(json.dumps(overlay))
    command = [sys.executable, "-m", "toxtune", "run", "--cores", "2"]
    command += [f"results/large/{target}"] if target else []
    subprocess.run(
        [*command, "--configfile", "large.json"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        stdout=subprocess.DEVNULL,
        check=True,
    )


def print_jobs(folder: Path) -> None:
    """Print what each rule's largest job took, by Snakemake's benchmarks."""
    print("| job | s | peak memory, MiB |\n|---|---|---|")
    for path in sorted(folder.glob("logs/**/*.benchmark.tsv")):
        with open(path, newline="") as stream:
            (row,) = csv.DictReader(stream, delimiter="\t")
        name = path.relative_to(folder / "logs").as_posix()
        name = name.removesuffix(".benchmark.tsv")
        print(f"| {name} | {row['s']} | {row['max_rss']} |")
    for path in folder.glob("results/trials/*/*/*/cost.json"):
        cost = read_json(path)
        print(f"| a training | {cost['seconds']} | {cost['peak_memory_mib']} |")


def train(features: Path, subset: Path, as_numbers: bool) -> tuple[float, float]:
    """Train once; return molecules per second and MiB at most."""
    examples = load_examples([features], subset, TaskType.BINARY)
    if as_numbers:
        numbers = examples.features.astype(np.float32)
        examples = replace(examples, features=numbers)
    declared = dense.FAMILY.hyperparameters
    settings = {name: axis.default for name, axis in declared.items()} | NETWORK
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow  # noqa: F401

    start = time.perf_counter()
    dense.fit(examples, None, settings, 0, None)
    seconds = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return len(examples.features) * NETWORK["epochs"] / seconds, peak


def print_speed(folder: Path) -> None:
    """Print speed and memory with both kinds of features, each in its own process."""
    (features,) = folder.glob("data/*/*/whole/train/*.npz")
    subset = features.parent.with_suffix(".csv")
    print("\n| features in memory | molecules/s in training | peak memory, MiB |")
    print("|---|---|---|")
    for name, as_numbers in {"a byte a bit": False, "32-bit numbers": True}.items():
        spawned = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(1, mp_context=spawned) as pool:
            speed, peak = pool.submit(train, features, subset, as_numbers).result()
        print(f"| {name} | {speed:,.0f} | {peak:,.0f} |", flush=True)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--molecules", type=int, default=100_000)
    parser.add_argument("--target", help="a file of results/<run>, if not all")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = copy_checkout(Path(name) / "project")
        write_molecules(folder / "large.csv", options.molecules)
        run_workflow(folder, OVERLAY, options.target)
        print_jobs(folder)
        if not options.target:
            print_speed(folder)


if __name__ == "__main__":
    main()
