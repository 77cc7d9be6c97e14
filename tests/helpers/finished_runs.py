"""Two finished runs on one test set, as files, and the ledger of their looks."""

import dataclasses
import json
from pathlib import Path

import numpy as np
import pandas as pd

from helpers.selections import made_selection, made_winner
from toxtune.data.subsets import KEYS, read_subset, write_table
from toxtune.evaluation.scores import score_test
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.search.trials import make_trial
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import metrics_of

SPLIT = Path("data", "d" * 12, "5" * 12)
TASKS = ["a", "b"]
SEEDS = [0, 1]
N = 60
RESAMPLING = Resampling(resamples=50, seed=0, confidence=0.9)


def write_runs():
    """Write two runs into this folder: `good` knows the labels better than `poor`."""
    write_sets(SPLIT)
    write_run("good", noise=0.4)
    write_run("poor", noise=5)
    ledger = Path("results", "ledger", "0123.jsonl")
    ledger.parent.mkdir()
    lines = [
        {
            "dataset": "d" * 12,
            "split": "5" * 12,
            "selection": f"{number:012}",
            "run": run,
            "opened": f"2026-01-0{number + 1}",
            "molecules": [f"m{row}" for row in range(N)],
        }
        for number, run in enumerate(["good", "poor", "another"])
    ]
    ledger.write_text("".join(json.dumps(line) + "\n" for line in lines), "utf-8")


def write_sets(split, seed=0):
    random = np.random.default_rng(seed)
    for name in ("train", "valid", "test"):
        labels = random.integers(0, 2, (N, len(TASKS)))
        path = split / "whole" / f"{name}.csv"
        path.parent.mkdir(parents=True, exist_ok=True)
        rows = [
            [row, f"m{row}", "C" * (row + 1), f"m{row}", f"m{row}", "C", *labels[row]]
            for row in range(N)
        ]
        write_table(path, [*KEYS, *TASKS], rows)


def write_run(name, noise, split=SPLIT):
    """Write the files of a run whose one model predicts labels with some noise."""
    folder = Path("results", name)
    folder.mkdir(parents=True)
    sets = {
        subset: read_subset(split / "whole" / f"{subset}.csv")
        for subset in ("train", "valid", "test")
    }
    random = np.random.default_rng(1)
    predictions = np.stack(
        [sets["test"].labels + noise * random.random((N, 2)) for _ in SEEDS]
    )
    trial = make_trial(split.parent.name, split.name, "dense", "bits", {})
    winners = {"dense": made_winner(trial)}
    selection = made_selection(winners, "dense", seeds=SEEDS)
    selection = dataclasses.replace(
        selection, dataset=split.parent.name, split=split.name
    )
    write_json(folder / "selection.json", selection.to_dict())
    scores = pd.DataFrame(
        [
            {"trial": trial.id, "seed": seed, "fold": None, "metric": metric}
            | {"task": task, "score": 0.7}
            for metric in metrics_of("binary")
            for seed in SEEDS
            for task in TASKS
        ]
    )
    evaluation = score_test(
        selection=selection,
        subsets=sets,
        train_predictions={"dense": predictions},
        search_scores=scores,
        test_predictions={NO_REFIT: {"dense": predictions}},
        resampling=RESAMPLING,
    )
    write_json(folder / "test.json", evaluation.to_dict())
    write_json(folder / "provenance.json", {"dataset": {}})
    write_tsv(folder / "trials.tsv", pd.DataFrame({"trial": [trial.id]}))
    rows = [
        ["dense", seed, sets["test"].ids[row], *predictions[number, row]]
        for number, seed in enumerate(SEEDS)
        for row in range(N)
    ]
    header = ["family", "seed", "id", *TASKS]
    write_table(folder / "test_predictions.csv", header, rows)
