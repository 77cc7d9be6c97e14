"""A search of two families whose errors are independent, written to files."""

from pathlib import Path

import numpy as np
import pandas as pd

from helpers.small_training import write_replicate
from toxtune.data.subsets import KEYS, Subset, write_table
from toxtune.models.registry import get_family
from toxtune.search.trials import make_trial, replicate_name
from toxtune.selection.ensemble import add_ensemble
from toxtune.selection.search_results import SearchResults, TrialRecord
from toxtune.selection.winners import select
from toxtune.splits.training_set import names_of_sets
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective, task_scores

SEEDS, TASKS = [0, 4], ["a", "b"]
OBJECTIVE = Objective("roc_auc", "maximize")
RESAMPLING = Resampling(resamples=40, seed=1, confidence=0.9)
POINTS = {
    "extra_trees": [{"min_samples_leaf": n} for n in (1, 2)],
    "random_forest": [{"min_samples_leaf": n} for n in (1, 2, 5)],
}


def subset(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (n, 2)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    ids = [f"{seed}-{row}" for row in range(n)]
    return Subset(ids, ["C"] * n, [f"G{name}" for name in ids], TASKS, labels)


def write_subset(path, members):
    cells = np.where(np.isnan(members.labels), "", members.labels.astype(str))
    fields = {"smiles": members.smiles, "group": members.groups, "id": members.ids}
    rows = [
        [fields[key][n] if key in fields else n for key in KEYS] + list(cells[n])
        for n in range(len(members.ids))
    ]
    write_table(path, [*KEYS, *members.tasks], rows)


class Search:
    """Trials of two families, whose errors are independent; hold-out or folds."""

    def __init__(self, n_folds=None, noise=3.0):
        self.cross_validated = n_folds is not None
        self.set_names = names_of_sets(n_folds or 1, self.cross_validated)
        self.train = [Path(f"{name}/train.csv") for name in self.set_names]
        self.valid = [Path(f"{name}/valid.csv") for name in self.set_names]
        self.subsets = [subset(60, 30 + n) for n in range(len(self.set_names))]
        for number, members in enumerate(self.subsets):
            write_subset(self.train[number], subset(50, 10 + number))
            write_subset(self.valid[number], members)
        self.noise, self.records, rows = noise, {}, []
        for family, points in POINTS.items():
            rows += [self.add(family, point) for point in points]
        self.results = SearchResults(pd.DataFrame(rows), self.records, OBJECTIVE, SEEDS)

    def add(self, family, point):
        """Write what a trial predicts; return its row of trials.tsv."""
        declared = get_family(family).hyperparameters
        settings = {name: axis.default for name, axis in declared.items()} | point
        trial = make_trial("d" * 12, "5" * 12, family, "maccs", settings)
        rng = np.random.default_rng(len(self.records))
        folders, scores = {}, np.empty((len(SEEDS), len(self.set_names)))
        for fold, name in enumerate(self.set_names):
            labels = self.subsets[fold].labels
            for row, seed in enumerate(SEEDS):
                noise = self.noise * rng.random(labels.shape)
                predicted = (noise + np.nan_to_num(labels)).astype(np.float32)
                replicate = replicate_name(seed, name)
                folders[replicate] = f"{trial.folder}/{replicate}"
                write_replicate(Path(folders[replicate]), trial, seed, predicted)
                weights = np.ones(len(TASKS))
                by_task = task_scores("roc_auc", labels, predicted, weights)
                scores[row, fold] = by_task.mean()
        self.records[trial.id] = TrialRecord(trial, folders)
        means = scores.mean(axis=1)
        return {
            "trial": trial.id,
            "family": family,
            "status": "ok",
            "seeds": len(SEEDS),
            "roc_auc_mean": means.mean(),
            "roc_auc_sd": means.std(ddof=1),
            **{f"roc_auc_seed-{s}": m for s, m in zip(SEEDS, means, strict=True)},
        }

    def select(self, kind="equal", may_win=True):
        winners = select(
            self.results, rule="best", cross_validated=self.cross_validated
        )
        return add_ensemble(
            winners,
            self.results,
            kind=kind,
            train=self.train,
            valid=self.valid,
            cross_validated=self.cross_validated,
            may_win=may_win,
        )

    def mean_prediction(self, trials, seed, name):
        """Average what some trials predict, by the files alone."""
        folders = [
            self.records[id].folders[replicate_name(seed, name)] for id in trials
        ]
        files = [np.load(f"{folder}/valid_predictions.npy") for folder in folders]
        return sum(file.astype(float) for file in files) / len(files)

    def score(self, trials, seed, rows=None):
        """Score the mean of some trials on rows of the validation set."""
        scores = []
        for members, name in zip(self.subsets, self.set_names, strict=True):
            keep = slice(None) if rows is None else rows
            predicted = self.mean_prediction(trials, seed, name)[keep]
            by_task = task_scores(
                "roc_auc", members.labels[keep], predicted, np.ones(len(TASKS))
            )
            scores.append(np.nanmean(by_task))
        return np.mean(scores)
