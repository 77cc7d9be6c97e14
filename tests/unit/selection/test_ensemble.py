"""The ensemble: its score, when it is selected, and how that is corrected."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.two_families import POINTS, RESAMPLING, SEEDS, TASKS, Search, subset
from toxtune.errors import UserError
from toxtune.io.files import write_json
from toxtune.search.selection_file import ENSEMBLE, read_selection
from toxtune.selection.bias import correct_selection, resample_search
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.predictions import read_winners_predictions
from toxtune.selection.winners import select
from toxtune.stats.bootstrap import resample_counts
from toxtune.stats.metrics import class_weights, task_scores


@pytest.fixture(params=[None, 3], ids=["hold-out", "folds"])
def search(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Search(request.param)


def winners_of(selection):
    return [won.trial.id for won in selection.winners.values()]


def test_it_is_scored_as_the_mean_of_the_winners(search):
    selection, _ = search.select()
    expected = [search.score(winners_of(selection), seed) for seed in SEEDS]
    ensemble = selection.ensemble
    assert ensemble.per_seed == pytest.approx(expected, abs=1e-6)
    assert ensemble.mean == pytest.approx(np.mean(expected), abs=1e-6)
    assert ensemble.sd == pytest.approx(np.std(expected, ddof=1), abs=1e-6)
    assert ensemble.members == {"extra_trees": 1, "random_forest": 1}


def test_it_is_selected_where_it_is_better(search):
    selection, _ = search.select()
    best = max(won.mean for won in selection.winners.values())
    # The errors of the families are independent here.
    assert selection.ensemble.mean > best
    assert selection.overall == ENSEMBLE
    assert selection.selected == selection.ensemble
    assert selection.members_of(ENSEMBLE) == selection.ensemble.members


def test_it_is_not_selected_where_it_may_not_be(search):
    selection, _ = search.select(may_win=False)
    assert selection.ensemble.mean > selection.selected.mean
    assert selection.overall in selection.winners


def test_of_equal_scores_the_single_model_is_selected(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    # All trials rank all molecules rightly.
    selection, _ = Search(noise=0.1).select()
    assert selection.ensemble.mean == selection.selected.mean == 1
    assert selection.overall != ENSEMBLE


def test_without_an_ensemble_the_selection_is_as_it_was(search):
    selection, scores = search.select("none")
    assert selection.ensemble is None
    assert scores.empty
    winners = select(
        search.results, rule="best", cross_validated=search.cross_validated
    )
    assert (selection, selection.id) == (winners, winners.id)


def test_one_family_has_no_ensemble(search):
    alone = search.results.trials["family"] == "extra_trees"
    search.results = replace(search.results, trials=search.results.trials[alone])
    selection, scores = search.select()
    assert selection.ensemble is None
    assert scores.empty


def test_its_scores_stand_in_the_columns_of_the_search(search):
    selection, scores = search.select()
    assert scores.columns.tolist() == [
        *("trial", "family", "seed", "fold", "metric", "task", "score")
    ]
    assert set(scores["trial"]) == set(scores["family"]) == {ENSEMBLE}
    n_metrics = scores["metric"].nunique()
    assert len(scores) == len(SEEDS) * len(search.set_names) * n_metrics * len(TASKS)
    rows = scores[(scores["metric"] == "roc_auc") & (scores["seed"] == SEEDS[1])]
    assert rows["score"].mean() == pytest.approx(selection.ensemble.per_seed[1])


def test_selection_comes_back_from_its_file(search):
    selection, _ = search.select()
    write_json(Path("selection.json"), selection.to_dict())
    assert read_selection(Path("selection.json")) == selection
    without, _ = search.select("none")
    assert selection.id != replace(selection, ensemble=None).id
    assert without.id != selection.id


def test_selection_of_an_ensemble_that_is_not_there_is_refused(search):
    selection, _ = search.select()
    content = replace(selection, ensemble=None).to_dict()
    write_json(Path("selection.json"), content)
    with pytest.raises(UserError, match="is no selection"):
        read_selection(Path("selection.json"))


def test_its_predictions_stand_beside_those_of_the_winners(search):
    selection, _ = search.select()
    pooled = read_winners_predictions(selection, search.valid, search.cross_validated)
    assert list(pooled) == ["extra_trees", "random_forest", ENSEMBLE]
    mean = (
        pooled["extra_trees"].predictions.astype(float)
        + pooled["random_forest"].predictions
    ) / 2
    np.testing.assert_allclose(pooled[ENSEMBLE].predictions, mean, rtol=1e-6)


def test_correction_makes_it_of_each_resamples_winners(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search()
    selection, _ = search.select()
    sets = read_validation_sets(
        train=search.train, valid=search.valid, cross_validated=False
    )
    resampled = resample_search(
        search.results, selection, "best", "equal", sets, RESAMPLING
    )
    counts = resample_counts(sets.molecules, RESAMPLING.resamples, RESAMPLING.seed)
    molecules = sets.molecules
    order = [molecules.index(group) for group in search.subsets[0].groups]
    families = resampled.families[:-1]
    changed = 0
    for number in range(0, RESAMPLING.resamples, 5):
        in_bag = resampled.resampled.in_bag[number, :-1]
        trials = [
            resampled.ids[np.where(families == family, in_bag, -1).argmax()]
            for family in POINTS
        ]
        changed += trials != winners_of(selection)
        rest = np.flatnonzero(counts[number, order] == 0)
        expected = np.mean([search.score(trials, seed, rest) for seed in SEEDS])
        found = resampled.resampled.out_of_bag[number, -1]
        assert found == pytest.approx(expected, abs=1e-5)
    assert changed
    report, frequencies = correct_selection(resampled, selection, RESAMPLING)
    assert report["families"][ENSEMBLE]["raw"] == selection.ensemble.mean
    assert report["overall"]["trial"] == ENSEMBLE
    assert report["overall"]["out_of"] == len(search.records) + 1
    assert frequencies["frequency"].sum() == pytest.approx(1)
    assert frequencies["trial"].iloc[-1] == ENSEMBLE


def test_one_standard_error_never_selects_it_in_a_resample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search()
    selection, _ = search.select()
    sets = read_validation_sets(
        train=search.train, valid=search.valid, cross_validated=False
    )
    resampled = resample_search(
        search.results, selection, "best", "equal", sets, RESAMPLING
    )
    last = len(resampled.ids) - 1
    assert last in resampled.overall_rule()(resampled.resampled.in_bag)
    simple = replace(resampled, one_se=True)
    monkeypatch.setattr(type(simple.candidates[0]), "complexity", (1.0,))
    assert last not in simple.overall_rule()(simple.resampled.in_bag)
    # So it is none of those that the winner is the best of.
    report, frequencies = correct_selection(simple, selection, RESAMPLING)
    assert report["overall"]["out_of"] == len(search.records)
    assert report["families"][ENSEMBLE]["out_of"] == 1
    assert frequencies["frequency"].iloc[-1] == 0


def test_weights_are_those_of_the_training_set(search):
    _, scores = search.select()
    selection, _ = search.select()
    train = [subset(50, 10 + n) for n in range(len(search.set_names))]
    expected = []
    for members, learned, name in zip(
        search.subsets, train, search.set_names, strict=True
    ):
        predicted = search.mean_prediction(winners_of(selection), SEEDS[0], name)
        weights = class_weights(learned.labels)
        by_task = task_scores("weighted_accuracy", members.labels, predicted, weights)
        expected += list(by_task)
    rows = scores[
        (scores["metric"] == "weighted_accuracy") & (scores["seed"] == SEEDS[0])
    ]
    assert rows["score"].tolist() == pytest.approx(expected, abs=1e-6)
