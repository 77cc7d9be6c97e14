"""A search on disk: its candidates, what is simplest, and the corrected winners."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.molecules import write_molecules
from helpers.small_training import write_replicate
from toxtune.data.subsets import Subset
from toxtune.features.arrays import Features, save_features
from toxtune.models.registry import get_family
from toxtune.search.trials import make_trial, replicate_name
from toxtune.selection.bias import correct_selection, resample_search
from toxtune.selection.candidates import ValidationSets, read_candidates
from toxtune.selection.one_se import Simplicity, rank_simplicity
from toxtune.selection.predictions import open_predictions, read_pooled
from toxtune.selection.rules import choose
from toxtune.selection.search_results import SearchResults, TrialRecord
from toxtune.selection.winners import select
from toxtune.splits.training_set import names_of_sets
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective, class_weights, task_scores

SEEDS, TASKS = [0, 4], ["a", "b"]
AUC = Objective("roc_auc", "maximize")
RESAMPLING = Resampling(resamples=60, seed=1, confidence=0.9)
SPACE = {
    "logistic_regression": [{"C": c} for c in (0.1, 1.0, 10.0)],
    "random_forest": [{"min_samples_leaf": n} for n in (1, 2, 5)],
}


def subset(n, seed):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (n, 2)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    ids = [f"{seed}-{row}" for row in range(n)]
    return Subset(
        ids, ["C"] * n, [f"G{seed}{row // 2}" for row in range(n)], TASKS, labels
    )


class Searched:
    """Trials with predictions in files, hold-out or by folds."""

    def __init__(self, n_folds):
        folds = names_of_sets(n_folds or 1, are_folds=n_folds is not None)
        count = len(folds)
        self.validation_sets = ValidationSets(
            train=[subset(40, 10 + number) for number in range(count)],
            valid=[subset(30, 20 + number) for number in range(count)],
            cross_validated=n_folds is not None,
        )
        self.rule = "best"
        self.records, rows = {}, []
        for family, points in SPACE.items():
            for point in points:
                rows.append(self.add(family, point, folds))
        self.trials = pd.DataFrame(rows)

    def add(self, family, point, folds):
        """Write a trial's predictions; return its row of trials.tsv."""
        declared = get_family(family).hyperparameters
        settings = {name: axis.default for name, axis in declared.items()} | point
        trial = make_trial("d" * 12, "5" * 12, family, "maccs", settings)
        rng = np.random.default_rng(len(self.records))
        folders, scores = {}, np.empty((len(SEEDS), len(folds)))
        for (number, fold), (column, seed) in (
            (one, other) for one in enumerate(folds) for other in enumerate(SEEDS)
        ):
            train, valid = (
                self.validation_sets.train[number],
                self.validation_sets.valid[number],
            )
            noise = rng.random(valid.labels.shape)
            predictions = noise.astype(np.float32) + np.nan_to_num(valid.labels) / 4
            name = replicate_name(seed, fold)
            folders[name] = f"{trial.folder}/{name}"
            write_replicate(Path(folders[name]), trial, seed, predictions)
            weights = class_weights(train.labels)
            own = task_scores("roc_auc", valid.labels, predictions, weights)
            scores[column, number] = own.mean()
        for file in trial.files("valid", folds[0])[:-1]:
            features = Features(np.zeros((30, 167), dtype=bool))
            save_features(file, features)
        self.records[trial.id] = TrialRecord(trial, folders)
        means = scores.mean(axis=1)
        per_seed = {
            f"roc_auc_seed-{seed}": mean
            for seed, mean in zip(SEEDS, means, strict=True)
        }
        row = {"trial": trial.id, "family": family, "status": "ok", "seeds": 2}
        sd = means.std(ddof=1)
        return {**row, "roc_auc_mean": means.mean(), "roc_auc_sd": sd, **per_seed}

    @property
    def results(self):
        return SearchResults(self.trials, self.records, AUC, SEEDS)

    def select(self, simplicity=None):
        cross_validated = self.validation_sets.cross_validated
        return select(
            self.results,
            rule=self.rule,
            cross_validated=cross_validated,
            simplicity=simplicity,
        )

    def rank_simplicity(self):
        return rank_simplicity(self.results, self.validation_sets, RESAMPLING)

    def read(self, selection=None):
        selection = selection or self.select()
        return resample_search(
            self.results, selection, self.rule, "none", self.validation_sets, RESAMPLING
        )


@pytest.fixture(params=[None, 3], ids=["hold-out", "folds"])
def searched(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Searched(request.param)


def test_raw_scores_are_those_of_the_search(searched):
    selection = searched.select()
    report, _ = correct_selection(searched.read(), selection, RESAMPLING)
    for family, won in selection.winners.items():
        assert report["families"][family]["raw"] == pytest.approx(won.mean)
        assert report["families"][family]["trial"] == won.trial.id
        assert report["families"][family]["out_of"] == 3
    assert report["overall"]["raw"] == pytest.approx(selection.selected.mean)
    assert report["overall"]["out_of"] == 6
    json.dumps(report, allow_nan=False)


def test_report_says_what_it_is_from(searched):
    selection = searched.select()
    report, _ = correct_selection(searched.read(), selection, RESAMPLING)
    n_folds = len(searched.validation_sets.valid)
    assert report["molecules"] == 15 * n_folds
    assert report["folds"] == (
        n_folds if searched.validation_sets.cross_validated else None
    )
    assert (report["resamples"], report["confidence"]) == (60, 0.9)
    assert (report["seeds"], report["selection"]) == (SEEDS, selection.id)
    assert report["rule"] == selection.rule


def test_weights_are_those_of_the_training_sets(searched):
    sets = searched.validation_sets
    scoring = sets.scoring(Objective("weighted_accuracy", "maximize"))
    counts = np.ones((1, len(sets.molecules)))
    candidates = read_candidates(
        searched.trials, searched.records, SEEDS, sets.set_names
    )
    pairs = list(zip(sets.train, sets.valid, strict=True))
    for predictions in (each.predictions for each in candidates):
        by_fold = [
            task_scores("weighted_accuracy", valid.labels, seed, weights).mean()
            for (train, valid), seeds in zip(pairs, predictions, strict=True)
            for weights in [class_weights(train.labels)]
            for seed in seeds
        ]
        (found,) = scoring.resampled_scores(counts, predictions)
        assert found == pytest.approx(np.mean(by_fold), abs=1e-6)
    for train, valid in pairs:
        assert not np.allclose(class_weights(train.labels), class_weights(valid.labels))


def test_frequencies_are_shares_of_the_resamples(searched):
    selection = searched.select()
    report, table = correct_selection(searched.read(), selection, RESAMPLING)
    assert table["trial"].tolist() == sorted(searched.records)
    assert table["frequency"].sum() == pytest.approx(1)
    sums = table.groupby("family")["frequency_in_family"].sum()
    assert sums.tolist() == pytest.approx([1, 1])
    overall = table.set_index("trial").loc[report["overall"]["trial"]]
    assert overall["frequency"] == report["overall"]["chosen_again"]
    assert (table["standard_error"] > 0).all()


def test_overall_winner_is_the_best_of_all_where_the_best_is_chosen(searched):
    search = searched.read()
    scores = search.resampled.in_bag
    np.testing.assert_array_equal(search.overall_rule()(scores), choose(scores, True))


def test_one_se_is_the_same_in_selection_and_in_resamples(searched):
    searched.rule = "one_se"
    simplicity = searched.rank_simplicity()
    simplest = {id for id, rank in simplicity.ranks.items() if rank == 0}
    # So large an error makes all trials alike: the simplest ones win everywhere.
    errors = dict.fromkeys(simplicity.standard_errors, 9.0)
    selection = searched.select(replace(simplicity, standard_errors=errors))
    assert {won.trial.id for won in selection.winners.values()} == simplest
    search = searched.read()
    for family in SPACE:
        members = np.flatnonzero(search.families == family)
        winners = members[search.rule(members)(search.resampled.in_bag[:, members])]
        margins = search.resampled.standard_errors()
        for row, winner in enumerate(winners):
            own = search.resampled.in_bag[row]
            best = members[own[members].argmax()]
            assert own[winner] >= own[best] - margins[best]
        report, _ = correct_selection(search, selection, RESAMPLING)
        assert report["families"][family]["chosen_again"] > 0


def test_weights_are_of_the_best_trials_and_ranks_of_all(searched):
    weighed = searched.rank_simplicity()
    best = {won.trial.id for won in searched.select().winners.values()}
    assert set(weighed.standard_errors) == best
    by_family = {}
    for id, record in searched.records.items():
        settings = record.trial.hyperparameters
        value = settings.get("C") or -settings["min_samples_leaf"]
        pairs = by_family.setdefault(record.trial.family, [])
        pairs.append((value, weighed.ranks[id]))
    for pairs in by_family.values():
        assert [rank for _, rank in sorted(pairs)] == [0, 1, 2]
    search = searched.read()
    errors = dict(
        zip(
            [each.trial.id for each in search.candidates],
            search.resampled.standard_errors(),
            strict=True,
        )
    )
    for id, error in weighed.standard_errors.items():
        assert error == pytest.approx(errors[id])


def test_search_without_a_score_has_nothing_to_weigh(searched):
    searched.trials["status"] = "diverged"
    assert searched.rank_simplicity() == Simplicity({}, {})


def test_candidates_are_sorted_and_have_all_predictions(searched):
    candidates = read_candidates(
        searched.trials, searched.records, SEEDS, searched.validation_sets.set_names
    )
    assert [each.trial.id for each in candidates] == sorted(searched.records)
    for each in candidates:
        assert len(each.predictions) == len(searched.validation_sets.valid)
        assert [len(seeds) for seeds in each.predictions] == [2] * len(each.predictions)
        assert each.predictions[0][0].shape == (30, 2)


def test_pooled_predictions_stand_beside_their_molecules(searched, tmp_path):
    paths = []
    for number, valid in enumerate(searched.validation_sets.valid):
        paths.append(tmp_path / f"valid-{number}.csv")
        rows = [
            [row, valid.ids[row], "C", valid.groups[row], *map(spelled, labels)]
            for row, labels in enumerate(valid.labels)
        ]
        write_molecules(paths[-1], TASKS, rows)
    record = next(iter(searched.records.values()))
    pooled = read_pooled(
        record.folders, SEEDS, paths, searched.validation_sets.cross_validated
    )
    by_fold = open_predictions(
        record.folders, SEEDS, searched.validation_sets.set_names
    )
    assert pooled.predictions.shape == (2, 30 * len(paths), 2)
    assert pooled.repeats == 1
    for number, (valid, seeds) in enumerate(
        zip(searched.validation_sets.valid, by_fold, strict=True)
    ):
        own = slice(30 * number, 30 * (number + 1))
        assert pooled.molecules.ids[own] == valid.ids
        np.testing.assert_array_equal(pooled.molecules.labels[own], valid.labels)
        np.testing.assert_array_equal(pooled.predictions[:, own], np.stack(seeds))

    again = read_pooled(
        record.folders,
        SEEDS,
        paths[:1] * len(paths),
        searched.validation_sets.cross_validated,
    )
    assert again.repeats == len(paths)
    assert again.first_repeat.molecules.ids == pooled.molecules.ids[:30]


def spelled(label):
    return "" if np.isnan(label) else f"{label:g}"


def test_molecule_in_several_folds_is_one_molecule():
    validation_sets = ValidationSets(
        [subset(40, 1)] * 2, [subset(30, 2)] * 2, cross_validated=True
    )
    assert len(validation_sets.molecules) == 15
    first, second = validation_sets.scoring(AUC).folds
    np.testing.assert_array_equal(first.molecules, second.molecules)
    other = replace(validation_sets, valid=[subset(30, 2), subset(30, 3)])
    assert len(other.molecules) == 30
