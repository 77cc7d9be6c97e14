"""Greedy ensembles: which trials are picked, how often, and in each resample."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from helpers.two_families import RESAMPLING, SEEDS, Search
from toxtune.io.files import write_json
from toxtune.search.selection_file import ENSEMBLE, POOL_PER_FAMILY, read_selection
from toxtune.selection.bias import correct_selection, resample_search
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.greedy import MAX_PICKS, pick, pool_of
from toxtune.selection.predictions import read_winners_predictions
from toxtune.stats.bootstrap import resample_counts


def means_of(targets, values):
    """Score a mean of values by its distance from each row's target; less is better."""

    def score(rows, picks):
        return np.abs(targets[rows] - picks @ values / picks.sum())

    return score


def pick_values(target, values, pools=None, maximize=False):
    """Pick values whose mean is near the target."""
    values, targets = np.array(values, float), np.array([target], float)
    score = means_of(targets, values)
    alone = np.abs(targets[:, None] - values)
    pools = np.ones(alone.shape, dtype=bool) if pools is None else pools
    return pick(alone, pools, score, maximize)[0].tolist()


def test_picks_are_repeated_until_the_mean_is_right():
    # 3, then (3 + 0) / 2, then (3 + 0 + 3) / 3.
    assert pick_values(2.0, [0.0, 3.0]) == [1, 2]


def test_it_ends_where_nothing_is_better():
    assert pick_values(0.0, [0.0, 3.0]) == [1, 0]


def test_it_ends_at_so_many_picks():
    def more_is_better(rows, picks):
        return np.full(len(rows), picks.sum(), dtype=float)

    picks = pick(np.ones((2, 3)), np.ones((2, 3), dtype=bool), more_is_better, True)
    assert picks.sum(axis=1).tolist() == [MAX_PICKS, MAX_PICKS]


def test_of_equal_scores_the_first_is_picked():
    assert pick_values(1.0, [3.0, 0.0, 0.0]) == [1, 2, 0]


def test_only_the_pool_is_picked_from():
    assert pick_values(2.0, [2.0, 0.0, 3.0], np.array([[False, True, True]])) == [
        *(0, 1, 2)
    ]


def test_rows_are_picked_for_one_by_one():
    values, targets = np.array([0.0, 3.0, 5.0]), np.array([2.0, 0.0, 4.9, 2.5])
    alone = np.abs(targets[:, None] - values)
    together = pick(
        alone, np.ones(alone.shape, dtype=bool), means_of(targets, values), False
    )
    one_by_one = [pick_values(target, values) for target in targets]
    assert together.tolist() == one_by_one
    assert len({tuple(row) for row in one_by_one}) == 4


@pytest.mark.parametrize("maximize", [True, False])
def test_pool_is_the_winner_and_the_best_others(maximize):
    scores = np.array([[0.5, 0.9, np.nan, 0.7, 0.9, 0.6]])
    scores = scores if maximize else -scores
    pool = pool_of(scores, np.array([3]), maximize)
    assert pool.tolist() == [[3, 1, 4]]
    assert pool.shape[1] == POOL_PER_FAMILY


def test_pool_of_few_trials_is_all_of_them():
    assert pool_of(np.array([[0.1, 0.2]]), np.array([1]), True).tolist() == [[1, 0]]


def by_hand(search, ids, rows=None):
    """Pick greedily as the paper says it, by scikit-learn on copies of rows."""

    def score(picked):
        return np.mean([search.score(picked, seed, rows) for seed in SEEDS])

    picked, best = [], -np.inf
    while len(picked) < MAX_PICKS:
        scores = [score([*picked, id]) for id in sorted(ids)]
        if max(scores) <= best + 1e-12:
            break
        best = max(scores)
        picked.append(sorted(ids)[int(np.argmax(scores))])
    return {id: picked.count(id) for id in set(picked)}


@pytest.fixture(params=[None, 3], ids=["hold-out", "folds"])
def search(request, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return Search(request.param)


def ids_of(selection):
    return {
        selection.models[name].trial.id: count
        for name, count in selection.ensemble.members.items()
    }


def test_it_is_what_the_paper_says(search):
    selection, scores = search.select("greedy")
    # No family has more trials than the pool.
    assert ids_of(selection) == by_hand(search, search.records)
    assert sum(selection.ensemble.members.values()) > 1
    assert set(scores["trial"]) == {ENSEMBLE}
    trials = [id for id, n in ids_of(selection).items() for _ in range(n)]
    expected = np.mean([search.score(trials, seed) for seed in SEEDS])
    assert selection.ensemble.mean == pytest.approx(expected, abs=1e-6)
    assert selection.overall == ENSEMBLE
    assert selection.ensemble.mean > max(w.mean for w in selection.winners.values())


def test_it_has_models_for_members_that_are_no_winners(search):
    selection, _ = search.select("greedy")
    others = selection.ensemble.members.keys() - selection.winners.keys()
    assert others
    assert set(selection.runners_up) == others
    table = search.results.ranked
    for name, member in selection.runners_up.items():
        family, _, rank = name.partition("-")
        of_family = table[table["family"] == family]
        assert member.trial.id == of_family["trial"].iloc[int(rank) - 1]
        assert member.out_of == len(of_family)


def test_it_comes_back_from_its_file(search):
    selection, _ = search.select("greedy")
    write_json(Path("selection.json"), selection.to_dict())
    assert read_selection(Path("selection.json")) == selection
    equal, _ = search.select("equal")
    members = selection.ensemble.members
    twice = replace(selection.ensemble, members=dict.fromkeys(members, 2))
    ids = {equal.id, selection.id, replace(selection, ensemble=twice).id}
    assert len(ids) == 3


def test_its_predictions_stand_beside_those_of_the_winners(search):
    selection, _ = search.select("greedy")
    pooled = read_winners_predictions(selection, search.valid, search.cross_validated)
    assert list(pooled) == ["extra_trees", "random_forest", ENSEMBLE]
    trials = [id for id, n in ids_of(selection).items() for _ in range(n)]
    mean = [
        np.concatenate(
            [search.mean_prediction(trials, seed, name) for name in search.set_names]
        )
        for seed in SEEDS
    ]
    np.testing.assert_allclose(pooled[ENSEMBLE].predictions, mean, rtol=1e-6)


def test_one_family_has_one_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search()
    alone = search.results.trials["family"] == "random_forest"
    search.results = replace(search.results, trials=search.results.trials[alone])
    selection, _ = search.select("greedy")
    assert list(selection.winners) == ["random_forest"]
    assert len(selection.ensemble.members) > 1
    assert {name.partition("-")[0] for name in selection.ensemble.members} == {
        "random_forest"
    }


def test_one_trial_has_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search()
    search.results = replace(search.results, trials=search.results.trials.head(1))
    selection, scores = search.select("greedy")
    assert selection.ensemble is None
    assert scores.empty


def test_picks_are_repeated_in_each_resample(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    search = Search()
    selection, _ = search.select("greedy")
    sets = read_validation_sets(
        train=search.train, valid=search.valid, cross_validated=False
    )
    resampled = resample_search(
        search.results, selection, "best", "greedy", sets, RESAMPLING
    )
    molecules = sets.molecules
    counts = resample_counts(molecules, RESAMPLING.resamples, RESAMPLING.seed)
    order = [molecules.index(group) for group in search.subsets[0].groups]
    changed = 0
    for number in range(0, RESAMPLING.resamples, 5):
        drawn = counts[number, order].astype(int)
        picks = by_hand(search, search.records, np.repeat(np.arange(len(drawn)), drawn))
        changed += picks != ids_of(selection)
        trials = [id for id, n in picks.items() for _ in range(n)]
        rest = np.flatnonzero(drawn == 0)
        expected = np.mean([search.score(trials, seed, rest) for seed in SEEDS])
        found = resampled.resampled.out_of_bag[number, -1]
        assert found == pytest.approx(expected, abs=1e-5)
    assert changed
    report, _ = correct_selection(resampled, selection, RESAMPLING)
    assert report["overall"]["trial"] == ENSEMBLE
    assert report["overall"]["corrected"] < report["overall"]["raw"]
