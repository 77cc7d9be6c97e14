"""What others would use: AutoGluon, FLAML and chemprop, as their manuals say.

    python benchmarks/automl.py NAME --data FOLDER --minutes 5

`compare_automl.py` runs this with the packages of requirements/automl.lock or
chemprop.lock. It imports nothing of toxtune. Prints one JSON object: the version, and
ROC-AUC on validation and test set, mean over tasks.

FOLDER has ``train.csv``, ``valid.csv`` and ``test.csv`` (a column ``smiles``, and one
for each task, empty where nothing was measured) and ``features.npz`` (float32 arrays
``train``, ``valid`` and ``test``, n_molecules x n_features).
"""

import argparse
import importlib.metadata
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.metrics import roc_auc_score

CORES = 2
SEED = 0
SETS = ("train", "valid", "test")


@dataclass(frozen=True)
class Task:
    """The molecules that were measured for one task.

    Attributes
    ----------
    features
        For each set float32, n_measured x n_features.
    labels
        For each set int, n_measured.
    """

    features: dict[str, np.ndarray]
    labels: dict[str, np.ndarray]


Scores = dict[str, float]
"""ROC-AUC on the sets ``valid`` and ``test``."""
FitAndScore = Callable[[Task, float], Scores]
"""Of one task, given seconds."""


def _tables(folder: Path) -> dict[str, pd.DataFrame]:
    return {name: pd.read_csv(folder / f"{name}.csv") for name in SETS}


def read_tasks(folder: Path) -> list[Task]:
    """Read features and labels, task by task."""
    features, tables = np.load(folder / "features.npz"), _tables(folder)
    tasks = []
    for column in tables["train"].columns.drop("smiles"):
        measured = {name: table[column].notna() for name, table in tables.items()}
        tasks.append(
            Task(
                {name: features[name][rows] for name, rows in measured.items()},
                {
                    name: tables[name][column][rows].astype(int).to_numpy()
                    for name, rows in measured.items()
                },
            )
        )
    return tasks


def _scores(task: Task, predict: Callable[[np.ndarray], np.ndarray]) -> Scores:
    return {
        name: roc_auc_score(task.labels[name], predict(task.features[name]))
        for name in ("valid", "test")
    }


def autogluon(presets: str) -> FitAndScore:
    """Return a search with AutoGluon, tabular, with one of its presets."""

    def fit_and_score(task: Task, seconds: float) -> Scores:
        from autogluon.tabular import TabularPredictor

        def table(name: str) -> pd.DataFrame:
            return pd.DataFrame(task.features[name]).assign(label=task.labels[name])

        with tempfile.TemporaryDirectory() as folder:
            predictor = TabularPredictor("label", eval_metric="roc_auc", path=folder)
            predictor.fit(
                table("train"),
                tuning_data=table("valid"),
                # Its presets with bagging want to be told that this set is no fold.
                use_bag_holdout=presets != "medium_quality",
                presets=presets,
                time_limit=seconds,
                num_cpus=CORES,
                num_gpus=0,
                verbosity=0,
            )

            def predict(features: np.ndarray) -> np.ndarray:
                return predictor.predict_proba(pd.DataFrame(features))[1].to_numpy()

            return _scores(task, predict)

    return fit_and_score


def flaml(task: Task, seconds: float) -> Scores:
    """Search with FLAML."""
    from flaml import AutoML

    automl = AutoML()
    automl.fit(
        task.features["train"],
        task.labels["train"],
        X_val=task.features["valid"],
        y_val=task.labels["valid"],
        task="classification",
        metric="roc_auc",
        time_budget=seconds,
        n_jobs=CORES,
        seed=SEED,
        verbose=0,
    )
    return _scores(task, lambda features: automl.predict_proba(features)[:, 1])


def per_task(fit_and_score: FitAndScore) -> Callable[[Path, float], Scores]:
    """Return a search that gives each task an equal share of the time."""

    def run(folder: Path, minutes: float) -> Scores:
        tasks = read_tasks(folder)
        share = 60 * minutes / len(tasks)
        scores = [fit_and_score(task, share) for task in tasks]
        return {name: float(np.mean([s[name] for s in scores])) for name in scores[0]}

    return run


def chemprop(folder: Path, minutes: float) -> Scores:
    """Train chemprop's network with its default settings; it takes no time limit."""
    del minutes
    tables = _tables(folder)
    with tempfile.TemporaryDirectory() as place:
        data, out = Path(place, "all.csv"), Path(place, "out")
        named = {"train": "train", "valid": "val", "test": "test"}
        parts = [table.assign(split=named[name]) for name, table in tables.items()]
        pd.concat(parts).to_csv(data, index=False)
        tasks = list(tables["train"].columns.drop("smiles"))
        _chemprop(
            *("train", "--data-path", data, "--output-dir", out),
            *("--task-type", "classification", "--metrics", "roc"),
            *("--smiles-columns", "smiles", "--target-columns", *tasks),
            *("--splits-column", "split", "--pytorch-seed", SEED),
        )
        return {
            name: _score_chemprop(folder / f"{name}.csv", out, Path(place, name), tasks)
            for name in ("valid", "test")
        }


def _score_chemprop(table: Path, model: Path, place: Path, tasks: list[str]) -> float:
    predicted = place.with_suffix(".csv")
    _chemprop(
        *("predict", "--test-path", table, "--smiles-columns", "smiles"),
        *("--model-paths", model, "--preds-path", predicted),
    )
    labels, found = pd.read_csv(table), pd.read_csv(predicted)
    measured = {task: labels[task].notna() for task in tasks}
    return float(
        np.mean(
            [
                roc_auc_score(labels[task][rows], found[task][rows])
                for task, rows in measured.items()
            ]
        )
    )


def _chemprop(*arguments: Any) -> None:
    program = Path(sys.executable).with_name("chemprop")
    command = [str(program), *map(str, arguments), "--accelerator", "cpu"]
    subprocess.run(command, check=True, stdout=sys.stderr)


TOOLS: dict[str, tuple[str, Callable[[Path, float], Scores]]] = {
    "autogluon": ("autogluon.tabular", per_task(autogluon("medium_quality"))),
    "autogluon-best": ("autogluon.tabular", per_task(autogluon("best_quality"))),
    "flaml": ("flaml", per_task(flaml)),
    "chemprop": ("chemprop", chemprop),
}


def main() -> None:
    """Run one tool, and print what it reached."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tool", choices=TOOLS)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--minutes", type=float, required=True)
    options = parser.parse_args()
    package, run = TOOLS[options.tool]
    scores = run(options.data, options.minutes)
    print(json.dumps({"version": importlib.metadata.version(package), **scores}))


if __name__ == "__main__":
    main()
