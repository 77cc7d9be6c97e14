"""Runs made of made-up numbers, for the tests of the report."""

from typing import Any

import numpy as np
import pandas as pd

from helpers.report_evidence import made_evidence, made_frequencies, made_reliability
from helpers.selections import made_selection, made_trial, made_winner
from toxtune.data.subsets import Subset
from toxtune.report.run import Run
from toxtune.search.selection_file import Selection
from toxtune.stats.metrics import METRICS, Objective, metrics_of

OBJECTIVES = {"binary": "roc_auc", "multiclass": "accuracy", "regression": "rmse"}
SEEDS = [0, 1]
N_MOLECULES = {"train": 800, "valid": 100, "test": 120}
# A dense network with a higher learning rate than this diverges.
HIGHEST_RATE = 0.05
SETTINGS = {
    "dataset": {},
    "split": {
        "method": "random",
        "fractions": {"train": 0.8, "valid": 0.1, "test": 0.1},
        "seed": 0,
    },
    "final": {"refit": "none", "ensemble": True},
    "strategy": "random",
    "features": {"ecfp": "circular-radius-2-size-1024"},
    "splits": ["made-up"],
}
PROVENANCE = {
    "dataset": {"sha256": "00ff"},
    "split": {"sha256": "ff00"},
    "git": {"commit": None, "changed_files": []},
    "packages": {"numpy": "2.0"},
    "python": "3.11",
    "platform": "Linux",
    "host": "a-host",
    "command": None,
    "written": "2026-01-02T03:04:05+00:00",
}
OPENING = {
    "opened": "2026-01-02T03:04:05+00:00",
    "run": "made-up",
    "selection": "0123456789ab",
    "objective": "roc_auc",
    "winners": {"dense": "000000000000"},
}


def made_run(
    task_type: str = "binary", n_trials: int = 24, n_tasks: int = 2, epochs: int = 5
) -> Run:
    """Make up a run of two families whose scores depend on the learning rate most."""
    random = np.random.default_rng(0)
    metric = OBJECTIVES[task_type]
    specs = {
        f"{number:012x}": {"trial": _trial(number, random), "folders": {}}
        for number in range(n_trials)
    }
    rows = [_row(id, spec["trial"], metric, random) for id, spec in specs.items()]
    trials = pd.DataFrame(rows)
    selection = _selection(trials, specs, metric)
    tasks = [f"task {number}" for number in range(n_tasks)]
    return Run(
        name="made-up",
        settings=SETTINGS,
        selection=selection,
        test=_test(task_type, tasks, selection),
        curation={"rows": 1030, "dropped": 10, "groups": 1000, "labels_cleared": 4},
        provenance=PROVENANCE,
        specs=specs,
        trials=trials,
        cost=_cost(trials, random),
        test_set=_subset(task_type, tasks, random),
        test_predictions={
            family: _predictions(task_type, n_tasks, random)
            for family in selection.winners
        },
        curves=_curves(trials, epochs, random),
        openings=[OPENING],
        evidence=made_evidence(task_type, tasks, selection, N_MOLECULES["test"]),
        frequencies=made_frequencies(trials),
        reliability=made_reliability(tasks, SEEDS) if task_type == "binary" else None,
        prospective=[],
    )


def _trial(number: int, random: np.random.Generator) -> dict[str, Any]:
    family = "random_forest" if number % 3 == 2 else "dense"
    if family == "random_forest":
        hyperparameters = {
            "n_estimators": 50,
            "max_features": ["sqrt", 0.25, 0.5][number % 4 % 3],
            "min_samples_leaf": int(random.integers(1, 4)),
        }
    else:
        hyperparameters = {
            "learning_rate": float(f"{10 ** random.uniform(-4, -1):.6g}"),
            "neurons": int(random.integers(1, 65) * 16),
            "dropout": float(random.choice([0.0, 0.25, 0.5])),
            "optimizer": str(random.choice(["adam", "sgd"])),
            "patience": None if random.random() < 0.5 else 5,
            "widths": None if random.random() < 0.5 else [64, 32],
        }
    return {
        "id": f"{number:012x}",
        "family": family,
        "features": "circular-radius-2-size-1024",
        "hyperparameters": hyperparameters,
    }


def _row(
    id: str, trial: dict[str, Any], metric: str, random: np.random.Generator
) -> dict[str, Any]:
    rate = trial["hyperparameters"].get("learning_rate", 1e-3)
    good = 0.8 - 0.05 * abs(np.log10(rate) + 3) + 0.003 * random.normal()
    scores = good + 0.01 * random.normal(size=len(SEEDS))
    if METRICS[metric].direction == "minimize":
        scores = 1 - scores
    failed = rate > HIGHEST_RATE
    scores = np.full(len(SEEDS), np.nan) if failed else scores
    return {
        "trial": id,
        "family": trial["family"],
        "features": trial["features"],
        "status": "diverged" if failed else "ok",
        "seeds": len(SEEDS),
        f"{metric}_mean": scores.mean(),
        f"{metric}_sd": scores.std(ddof=1),
        **{
            f"{metric}_seed-{seed}": score
            for seed, score in zip(SEEDS, scores, strict=True)
        },
    }


def _selection(
    trials: pd.DataFrame, specs: dict[str, dict[str, Any]], metric: str
) -> Selection:
    objective = Objective(metric, METRICS[metric].direction)
    ranked = trials.dropna(subset=[f"{metric}_mean"]).sort_values(
        f"{metric}_mean", ascending=not objective.maximize
    )
    winners = {}
    for family, members in ranked.groupby("family"):
        best = members.iloc[0]
        trial = specs[best["trial"]]["trial"]
        winners[family] = made_winner(
            made_trial(trial["id"], family, trial["hyperparameters"]),
            mean=best[f"{metric}_mean"],
            sd=best[f"{metric}_sd"],
            out_of=len(members),
        )
    return made_selection(winners, ranked.iloc[0]["family"], objective, SEEDS)


def _test(task_type: str, tasks: list[str], selection: Selection) -> dict[str, Any]:
    scores = {"train": 0.9, "valid": 0.8, "test": 0.75, "test_interval": [0.7, 0.8]}
    report = {
        metric: {
            "mean": {**scores, "test_sd_over_seeds": 0.01},
            "tasks": {task: scores for task in tasks},
        }
        for metric in metrics_of(task_type)
    }
    return {
        "overall": selection.overall,
        "objective": selection.objective.to_dict(),
        "molecules": N_MOLECULES,
        "confidence": 0.95,
        "variants": {
            family: [
                {
                    "metric": selection.objective.metric,
                    "refit": "none",
                    "ensemble": True,
                    "score": 0.76,
                    "interval": [0.71, 0.81],
                }
            ]
            for family in selection.winners
        },
        "resamples": 100,
        "families": dict.fromkeys(selection.winners, report),
    }


def _cost(trials: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "trial": row["trial"],
                "family": row["family"],
                "seed": seed,
                "host": "a-host",
                "peak_memory_mib": 300 + 50 * random.random(),
                "seconds": 2 + random.random(),
            }
            for _, row in trials.iterrows()
            for seed in SEEDS
        ]
    )


def _subset(task_type: str, tasks: list[str], random: np.random.Generator) -> Subset:
    size = (N_MOLECULES["test"], len(tasks))
    labels = {
        "binary": random.integers(0, 2, size),
        "multiclass": random.integers(0, 3, size),
        "regression": random.normal(size=size),
    }[task_type].astype(np.float32)
    labels[random.random(size) < 0.2] = np.nan
    names = [f"m{number}" for number in range(size[0])]
    return Subset(names, ["C"] * size[0], names, tasks, labels)


def _predictions(
    task_type: str, n_tasks: int, random: np.random.Generator
) -> np.ndarray:
    n_outputs = n_tasks * (3 if task_type == "multiclass" else 1)
    return random.random((len(SEEDS), N_MOLECULES["test"], n_outputs))


def _curves(
    trials: pd.DataFrame, epochs: int, random: np.random.Generator
) -> dict[str, dict[str, pd.DataFrame]]:
    falling = 1 / np.arange(1, epochs + 1)
    return {
        trial: {
            f"seed-{seed}": pd.DataFrame(
                {
                    "epoch": range(1, epochs + 1),
                    "train_loss": falling,
                    "valid_loss": falling + random.random(epochs),
                }
            )
            for seed in SEEDS
        }
        for trial in trials.loc[trials["family"] == "dense", "trial"]
    }
