"""Runs made of made-up numbers, for the tests of the report."""

import dataclasses
from typing import Any

import numpy as np
import pandas as pd

from helpers.report_diagnostics import made_diagnostics
from helpers.report_molecules import SMILES, made_molecules
from helpers.selections import made_selection, made_trial, made_winner
from toxtune.data.subsets import Subset
from toxtune.evaluation.baselines import Baselines
from toxtune.evaluation.evaluation_file import (
    Evaluation,
    MetricScores,
    SetScores,
    Variant,
)
from toxtune.report.provenance import Git, Provenance
from toxtune.report.run import Run, RunSettings
from toxtune.search.selection_file import Selection
from toxtune.search.trials import Trial
from toxtune.selection.search_results import TrialRecord
from toxtune.stats.metrics import METRICS, Objective, metrics_of
from toxtune.tasks import TaskType

OBJECTIVES = {
    TaskType.BINARY: "roc_auc",
    TaskType.MULTICLASS: "accuracy",
    TaskType.REGRESSION: "rmse",
}
SEEDS = [0, 1]
N_MOLECULES = {"train": 800, "valid": 100, "test": 120}
# A dense network with a higher learning rate than this diverges.
HIGHEST_RATE = 0.05
SETTINGS = RunSettings(
    dataset={},
    split={
        "method": "random",
        "fractions": {"train": 0.8, "valid": 0.1, "test": 0.1},
        "seed": 0,
    },
    final={"refit": "none", "seeds": "all"},
    strategy="random",
    features={"ecfp": "circular-radius-2-size-1024"},
    splits={"made-up": "ff"},
)
CURATION = {
    "rows": 1030,
    "dropped": 10,
    "molecules_without_label": 20,
    "groups": 1000,
    "groups_with_several_rows": 2,
    "compounds": 1001,
    "classes": {},
    "notes": [],
    "warnings": [],
}
LABELS = {
    "measured": 2000,
    "cleared": 4,
    "averaged": 0,
    "changed_in_test": 2,
    "compounds_with_several_rows": 2,
    "compounds_with_conflicts": 1,
    "contrasting_stereoisomers": 0,
}
RECIPE: dict[str, Any] = {"labels": LABELS, "tasks_left_out": {}, "warnings": []}
PROVENANCE = Provenance(
    dataset={"sha256": "00ff"},
    split={"sha256": "ff00"},
    siblings={},
    git=Git(commit=None, changed_files=[]),
    packages={"numpy": "2.0"},
    python="3.11",
    platform="Linux",
    host="a-host",
    command=None,
    written="2026-01-02T03:04:05+00:00",
)
OPENING = {
    "opened": "2026-01-02T03:04:05+00:00",
    "run": "made-up",
    "selection": "0123456789ab",
    "objective": "roc_auc",
    "winners": {"dense": "000000000000"},
    "shared": N_MOLECULES["test"],
    "own": True,
}


def made_run(
    task_type: str = "binary", n_trials: int = 24, n_tasks: int = 2, epochs: int = 5
) -> Run:
    """Make up a run of two families whose scores depend on the learning rate most."""
    random = np.random.default_rng(0)
    metric = OBJECTIVES[TaskType(task_type)]
    made = [_trial(number, random) for number in range(n_trials)]
    trials = pd.DataFrame([_row(trial, metric, random) for trial in made])
    trained = {trial.id: TrialRecord(trial, folders={}) for trial in made}
    selection = _selection(trials, trained, metric)
    tasks = [f"task {number}" for number in range(n_tasks)]
    test_set = _subset(task_type, tasks, random)
    predictions = {
        family: _predictions(task_type, n_tasks, random) for family in selection.winners
    }
    return Run(
        name="made-up",
        settings=SETTINGS,
        selection=selection,
        evaluation=_evaluation(tasks, selection),
        baselines=_baselines(tasks, selection),
        origins=["copied from mine.csv"],
        curation=CURATION,
        recipe=RECIPE,
        provenance=PROVENANCE,
        trained=trained,
        trials=trials,
        cost=_cost(trials, random),
        test_set=test_set,
        test_predictions=predictions,
        curves=_curves(trials, epochs, random),
        openings=[OPENING],
        diagnostics=made_diagnostics(tasks, selection, trials, N_MOLECULES["test"]),
        largest_difference=0.0,
        prospective=[],
        molecules=made_molecules(task_type, test_set, predictions[selection.overall]),
    )


def with_task_named(run: Run, name: str) -> Run:
    """Give the first task of a made-up run another name."""
    models = [*run.evaluation.families.values(), *run.baselines.scores.values()]
    for metrics in models:
        for scores in metrics.values():
            scores.tasks[name] = scores.tasks["task 0"]
    test_set = dataclasses.replace(run.test_set, tasks=[name, *run.tasks[1:]])
    predictions = run.test_predictions[run.selection.overall]
    molecules = made_molecules(run.task_type, test_set, predictions)
    return dataclasses.replace(run, test_set=test_set, molecules=molecules)


def _trial(number: int, random: np.random.Generator) -> Trial:
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
    return made_trial(f"{number:012x}", family, hyperparameters)


def _row(trial: Trial, metric: str, random: np.random.Generator) -> dict[str, Any]:
    rate = trial.hyperparameters.get("learning_rate", 1e-3)
    good = 0.8 - 0.05 * abs(np.log10(rate) + 3) + 0.003 * random.normal()
    scores = good + 0.01 * random.normal(size=len(SEEDS))
    if METRICS[metric].direction == "minimize":
        scores = 1 - scores
    failed = rate > HIGHEST_RATE
    scores = np.full(len(SEEDS), np.nan) if failed else scores
    return {
        "trial": trial.id,
        "family": trial.family,
        "features": trial.features,
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
    trials: pd.DataFrame, trained: dict[str, TrialRecord], metric: str
) -> Selection:
    objective = Objective(metric, METRICS[metric].direction)
    ranked = trials.dropna(subset=[f"{metric}_mean"]).sort_values(
        f"{metric}_mean", ascending=not objective.maximize
    )
    winners = {}
    for family, members in ranked.groupby("family"):
        best = members.iloc[0]
        winners[family] = made_winner(
            trained[best["trial"]].trial,
            mean=best[f"{metric}_mean"],
            sd=best[f"{metric}_sd"],
            out_of=len(members),
        )
    return made_selection(winners, ranked.iloc[0]["family"], objective, SEEDS)


def _evaluation(tasks: list[str], selection: Selection) -> Evaluation:
    scores = SetScores(train=0.9, valid=0.8, test=0.75, test_interval=(0.7, 0.8))
    mean = dataclasses.replace(scores, test_sd_over_seeds=0.01)
    objective = selection.objective
    variant = Variant("none", True, objective.metric, 0.76, (0.71, 0.81))
    return Evaluation(
        selection="0123456789ab",
        overall=selection.overall,
        objective=objective,
        molecules=N_MOLECULES,
        confidence=0.95,
        resamples=100,
        families={
            family: {
                metric: MetricScores(mean, dict.fromkeys(tasks, scores))
                for metric in metrics_of(objective.task_type)
            }
            for family in selection.winners
        },
        variants={family: [variant] for family in selection.winners},
    )


def _baselines(tasks: list[str], selection: Selection) -> Baselines:
    scores = SetScores(train=None, valid=0.7, test=0.65, test_interval=(0.6, 0.7))
    return Baselines(
        {
            name: {
                metric: MetricScores(scores, dict.fromkeys(tasks, scores))
                for metric in metrics_of(selection.objective.task_type)
            }
            for name in ("prevalence", "nearest neighbour", "default forest")
        },
        notes=[],
    )


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
    smiles = [SMILES[number % len(SMILES)] for number in range(size[0])]
    return Subset(names, smiles, names, tasks, labels)


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
