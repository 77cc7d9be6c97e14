"""From Tox21's file to a tested model: this workflow, and what others would use.

    make bench-automl

On a machine of two cores that does nothing else. AutoGluon and FLAML get the molecules
of the same split and the features of `all`, ready made, and a predictor for each task;
chemprop gets the SMILES. This workflow starts from the raw file, and makes its features
within its time. None but this workflow says how far its validation score is too high.

The split's seed is one by which nothing of the shipped search was chosen.
"""

import argparse
import json
import sys
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from machine_cost import Measured, measure

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests"))

from helpers.project import ROOT, copy_checkout
from toxtune.data.subsets import read_subset, write_table
from toxtune.features.arrays import load_features

CORES = 2
RUN = "tox21"
SETS = ("train", "valid", "test")
TAKES_MINUTES = ("flaml", "autogluon", "autogluon-best")


@dataclass(frozen=True)
class Row:
    """One tool with one budget."""

    tool: str
    minutes: str
    measured: Measured
    valid: float
    test: float


def main() -> None:
    """Run each tool, and print a line as soon as it is there."""
    options = _parse()
    print("| | given, min | wall, min | CPU, min | memory, MiB | validation | test |")
    print("|---|---|---|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place, "toxtune")
        _show(ours(folder, options.raw, options.split_seed))
        data = Path(place, "data")
        give_data(folder, data)
        for minutes in options.minutes:
            for tool in TAKES_MINUTES:
                if tool in options.tools:
                    try_theirs(options.automl, tool, data, minutes)
        if options.chemprop and "chemprop" in options.tools:
            try_theirs(options.chemprop, "chemprop", data, 0)


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--raw", type=Path, required=True, help="tox21.csv.gz")
    parser.add_argument("--automl", type=Path, required=True, help="their Python")
    parser.add_argument("--chemprop", type=Path, help="its Python")
    parser.add_argument("--minutes", type=float, nargs="*", default=[5, 15, 60])
    # Each sitting starts with this workflow, so that all of it are of one machine.
    tools = (*TAKES_MINUTES, "chemprop")
    parser.add_argument("--tools", nargs="*", choices=tools, default=tools)
    parser.add_argument("--split-seed", type=int, default=3)
    return parser.parse_args()


def ours(folder: Path, raw: Path, split_seed: int) -> Row:
    """Run the shipped search in a folder of its own."""
    project = copy_checkout(folder)
    settings = {
        "run": RUN,
        "dataset": {"source": str(raw.resolve()), "id_column": "mol_id"},
        "split": {"seeds": [split_seed]},
    }
    (project / "here.json").write_text(json.dumps(settings))
    command = [sys.executable, "-m", "toxtune", "run", "--cores", str(CORES)]
    measured = measure([*command, "--configfile", "here.json"], project)
    results = project / "results" / RUN
    overall = json.loads((results / "selection.json").read_text())["overall"]
    report = json.loads((results / "test.json").read_text())
    (delivered,) = (
        variant["score"]
        for variant in report["variants"][overall]
        if variant["metric"] == "roc_auc" and variant["averaged"]
    )
    valid = report["families"][overall]["roc_auc"]["mean"]["valid"]
    return Row("toxtune", "", measured, valid, delivered)


def try_theirs(python: Path, tool: str, data: Path, minutes: float) -> None:
    """Show what another tool reached, or that it ended without a model."""
    try:
        _show(theirs(python, tool, data, minutes))
    # Some do if the time is too short for them; the others are to have their turn.
    except SystemExit as failure:
        print(failure, file=sys.stderr)
        print(f"| {tool} | {minutes:g} | failed | | | | |", flush=True)


def theirs(python: Path, tool: str, data: Path, minutes: float) -> Row:
    """Run another tool on the same molecules."""
    command = [str(python.absolute()), str(ROOT / "benchmarks" / "automl.py"), tool]
    command += ["--data", str(data), "--minutes", str(minutes)]
    measured = measure(command, ROOT)
    found = json.loads(measured.output.splitlines()[-1])
    return Row(
        f"{tool} {found['version']}",
        f"{minutes:g}" if minutes else "",
        replace(measured, score=found["test"]),
        found["valid"],
        found["test"],
    )


def give_data(folder: Path, data: Path) -> None:
    """Write down the molecules, labels and features that the run has used."""
    data.mkdir()
    (whole,) = folder.glob("data/*/*/whole")
    features = {}
    for name in SETS:
        subset = read_subset(whole / f"{name}.csv")
        labels = np.where(np.isnan(subset.labels), "", subset.labels.astype(str))
        rows = (
            [smiles, *row] for smiles, row in zip(subset.smiles, labels, strict=True)
        )
        write_table(data / f"{name}.csv", ["smiles", *subset.tasks], rows)
        # Where a set of features has been scaled, as networks get it.
        files = [
            path
            for path in sorted((whole / name).glob("*.npz"))
            if not path.with_suffix(".scaled.npz").exists()
        ]
        features[name] = load_features(files).astype(np.float32)
    np.savez(data / "features.npz", allow_pickle=False, **features)


def _show(row: Row) -> None:
    measured = row.measured
    print(
        f"| {row.tool} | {row.minutes} | {measured.wall / 60:.1f} "
        f"| {measured.cpu / 60:.1f} | {measured.memory:.0f} "
        f"| {row.valid:.3f} | {row.test:.3f} |",
        flush=True,
    )


if __name__ == "__main__":
    main()
