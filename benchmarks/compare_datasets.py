"""One configuration on several datasets of MoleculeNet, into one table.

    .venv/bin/python benchmarks/compare_datasets.py --files ~/moleculenet \
        --config examples/mine.yaml

Each dataset whose file lies in the folder is run with this configuration on top of
config.yaml (``preset: standard`` unless one is named); its results are in
``results/moleculenet-<dataset>``. Split methods are those that MoleculeNet recommends
(Wu et al. 2018), with this workflow's parents, merging of labels and sets: scores stand
beside published ones, not in their tables. A run that is there is not made again.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Dataset:
    """A file of MoleculeNet, and how it is split and scored there.

    Attributes
    ----------
    names
        Of the file; without ``.gz``, with which it is looked for, too.
    smiles
        The column of the structures.
    tasks
        The columns of the labels; none for all other columns.
    split, metric
        What MoleculeNet recommends for it.
    """

    names: tuple[str, ...]
    smiles: str
    tasks: tuple[str, ...]
    split: str
    metric: str


DATASETS = {
    "bbbp": Dataset(("BBBP.csv",), "smiles", ("p_np",), "scaffold", "roc_auc"),
    "bace": Dataset(("bace.csv",), "mol", ("Class",), "scaffold", "roc_auc"),
    "clintox": Dataset(
        ("clintox.csv",), "smiles", ("FDA_APPROVED", "CT_TOX"), "random", "roc_auc"
    ),
    "sider": Dataset(("sider.csv",), "smiles", (), "random", "roc_auc"),
    "freesolv": Dataset(
        ("SAMPL.csv", "freesolv.csv"), "smiles", ("expt",), "random", "rmse"
    ),
    "esol": Dataset(("delaney.csv",), "smiles", ("logp",), "random", "rmse"),
    "esol-processed": Dataset(
        ("delaney-processed.csv",),
        "smiles",
        ("measured log solubility in mols per litre",),
        "random",
        "rmse",
    ),
    "lipophilicity": Dataset(
        ("Lipophilicity.csv",), "smiles", ("exp",), "random", "rmse"
    ),
}
COLUMNS = ["dataset", "split", "tested", "model", "valid", "test", "low", "high"]


def main() -> None:
    """Run what is there, and print a table."""
    options = _parse()
    rows = []
    for name, dataset in DATASETS.items():
        if (file := _find(dataset, options.files)) is None:
            print(f"{name}: no {' or '.join(dataset.names)}", file=sys.stderr)
            continue
        run = f"{options.prefix}-{name}"
        _run(_overlay(run, dataset, file), options.config, options.cores)
        rows += _read(run, name, dataset)
    table = pd.DataFrame(rows, columns=COLUMNS)
    print(table.to_markdown(index=False, floatfmt=".3f"))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--files", type=Path, required=True, help="their folder")
    parser.add_argument("--config", type=Path, help="what to search; default: a preset")
    parser.add_argument("--prefix", default="moleculenet", help="of the runs' names")
    parser.add_argument("--cores", default="all")
    return parser.parse_args()


def _find(dataset: Dataset, folder: Path) -> Path | None:
    names = [f"{name}{ending}" for name in dataset.names for ending in ("", ".gz")]
    return next((folder / name for name in names if (folder / name).exists()), None)


def _overlay(run: str, dataset: Dataset, file: Path) -> dict[str, object]:
    return {
        "run": run,
        "dataset": {
            "source": str(file.resolve()),
            "smiles_column": dataset.smiles,
            "tasks": list(dataset.tasks),
        },
        "split": {"method": dataset.split},
        "objective": {"metric": dataset.metric},
    }


def _run(overlay: dict[str, object], config: Path | None, cores: str) -> None:
    if config is None:
        overlay = {"preset": "standard", **overlay}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "dataset.yaml"
        path.write_text(yaml.safe_dump(overlay), encoding="utf-8")
        overlays = [*([config] if config else []), path]
        subprocess.run(
            [sys.executable, "-m", "toxtune", "run", "--cores", cores]
            + ["--configfile", *map(str, overlays)],
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT / "scripts")},
            check=True,
        )


def _read(run: str, name: str, dataset: Dataset) -> list[dict[str, object]]:
    folder = ROOT / "results" / run
    overall = json.loads((folder / "selection.json").read_text())["overall"]
    table = pd.read_csv(folder / "test.tsv", sep="\t")
    rows = table[(table["metric"] == dataset.metric) & (table["task"] == "mean")]
    predictions = pd.read_csv(folder / "test_predictions.csv")
    tested = predictions.groupby(["family", "seed"]).size().max()
    return [
        {
            "dataset": name,
            "split": dataset.split,
            "tested": tested,
            "model": f"{row.family} *" if row.family == overall else row.family,
            "valid": row.valid,
            "test": row.test,
            "low": row.test_low,
            "high": row.test_high,
        }
        for row in rows.itertuples()
    ]


if __name__ == "__main__":
    main()
