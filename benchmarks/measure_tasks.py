"""Run the workflow on as many tasks as ToxCast has, and tell what each job takes.

    .venv/bin/python benchmarks/measure_tasks.py --tasks 617

The molecules are those of `measure_large.py`. Each task asks for two substituents of
its own, where one molecule in ten answers otherwise, and four labels in five are
missing. Prints time and memory of each rule's largest job.
"""

import argparse
import csv
import tempfile
from pathlib import Path

import numpy as np
from measure_large import SUBSTITUENTS, draw_molecules, print_jobs, run_workflow

from helpers.project import copy_checkout

MISSING, WRONG = 0.8, 0.1
NETWORK = {"neurons": 64, "epochs": 5}
FOREST = {"n_estimators": 3}
OVERLAY = {
    "run": "tasks",
    "dataset": {"source": "tasks.csv"},
    "features": {"ecfp": {"kind": "circular", "radius": 2, "size": 512}},
    "training": {"seeds": [0]},
    "search": {
        "spaces": [
            {"family": "dense", "features": "ecfp", "hyperparameters": NETWORK},
            {"family": "random_forest", "features": "ecfp", "hyperparameters": FOREST},
        ],
    },
}


def write_table(path: Path, n_molecules: int, n_tasks: int) -> None:
    """Write a CSV file of molecules and their labels."""
    draw = np.random.default_rng(1)
    asked = [draw.choice(SUBSTITUENTS, 2, replace=False) for _ in range(n_tasks)]
    with open(path, "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["smiles", *(f"task {number}" for number in range(n_tasks))])
        for smiles, own in draw_molecules(n_molecules):
            has = np.array([not {*own}.isdisjoint(pair) for pair in asked])
            labels = (has ^ (draw.random(n_tasks) < WRONG)).astype(int).astype(str)
            labels[draw.random(n_tasks) < MISSING] = ""
            writer.writerow([smiles, *labels])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--tasks", type=int, default=617)
    parser.add_argument("--molecules", type=int, default=8_600)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = copy_checkout(Path(name) / "project")
        write_table(folder / "tasks.csv", options.molecules, options.tasks)
        run_workflow(folder, OVERLAY)
        print_jobs(folder)
        page = folder / "results" / "tasks" / "report.html"
        print(f"\nThe report has {page.stat().st_size / 1e6:.1f} MB.")


if __name__ == "__main__":
    main()
