"""Proposals: pure functions of settings and earlier scores."""

import json
import random
from dataclasses import replace

import pytest

from toxtune.identity import canonical_json
from toxtune.search import proposals
from toxtune.search.axes import Choices
from toxtune.search.proposal_settings import Promotion, ProposalSettings, TpeRound
from toxtune.search.space import read_space
from toxtune.search.strategies import Random
from toxtune.search.trials import make_trial
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType

SPELLED = {
    "family": "dense",
    "features": ["ecfp", "maccs"],
    "hyperparameters": {
        "dropout": {"low": 0.0, "high": 0.5},
        "neurons": {"low": 8, "high": 512, "log": True},
        "optimizer": ["adam", "sgd"],
        "weight_decay": {"values": [0.01, 0.1], "when": {"optimizer": "sgd"}},
    },
}
FEATURES = {"ecfp": "bits-of-ecfp", "maccs": "bits-of-maccs"}
SPACE = read_space(SPELLED, list(FEATURES), "here")
TPE = ProposalSettings(
    method=TpeRound(seed=0, number=1),
    size=4,
    dataset="d",
    split="s",
    objective=Objective("roc_auc", "maximize"),
    task_type=TaskType.BINARY,
    space=SPELLED,
    features=FEATURES,
)
PROMOTION = replace(TPE, method=Promotion("epochs", amount=45, save_state=True))


def drawn(n):
    """Draw trials by id, as round 0 has them."""
    trials = [
        make_trial("d", "s", "dense", FEATURES[p.features], p.hyperparameters)
        for p in Random(n, seed=1).points(SPACE)
    ]
    return {trial.id: trial for trial in trials}


TRIALS = drawn(30)
SCORES = {id: -abs(t.hyperparameters["dropout"] - 0.4) for id, t in TRIALS.items()}


def propose(*arguments):
    """Propose trials, with their surroundings left out."""
    return [proposal.trial for proposal in proposals.propose(*arguments)]


def shuffled(mapping):
    items = list(mapping.items())
    random.Random(0).shuffle(items)
    return dict(items)


@pytest.mark.parametrize("settings", [TPE, PROMOTION], ids=["tpe", "promotion"])
def test_a_job_reads_the_settings_that_it_was_told(settings):
    told = json.loads(canonical_json(settings.to_dict()))
    assert ProposalSettings.from_dict(told) == settings


@pytest.mark.parametrize("settings", [TPE, PROMOTION], ids=["tpe", "promotion"])
def test_order_of_the_results_does_not_matter(settings):
    once = propose(settings, TRIALS, SCORES)
    assert propose(settings, shuffled(TRIALS), shuffled(SCORES)) == once
    assert len(once) == 4


def test_best_are_promoted_by_id_with_more_of_the_resource():
    promoted = propose(PROMOTION, TRIALS, SCORES)
    best = sorted(sorted(TRIALS, key=lambda id: -SCORES[id])[:4])
    expected = [TRIALS[id].hyperparameters | {"epochs": 45} for id in best]
    assert [trial.hyperparameters for trial in promoted] == expected
    assert not {trial.id for trial in promoted} & set(TRIALS)


def test_minimizing_promotes_the_lowest():
    settings = replace(PROMOTION, objective=Objective("rmse", "minimize"))
    promoted = propose(settings, TRIALS, SCORES)
    turned = {id: -score for id, score in SCORES.items()}
    assert promoted == propose(PROMOTION, TRIALS, turned)


def test_failed_trials_are_not_promoted_and_slots_repeat():
    good = sorted(TRIALS)[:3]
    scores = {id: SCORES[id] if id in good else None for id in TRIALS}
    promoted = propose(PROMOTION, TRIALS, scores)
    assert len(promoted) == 4
    assert len({trial.id for trial in promoted}) == 3


def test_nothing_to_promote_is_no_crash():
    assert len(propose(PROMOTION, TRIALS, dict.fromkeys(TRIALS))) == 4


def test_tpe_proposes_within_the_space():
    for trial in propose(replace(TPE, size=20), TRIALS, SCORES):
        settings = trial.hyperparameters
        assert trial.features in FEATURES.values()
        assert 0 <= settings["dropout"] <= 0.5
        assert 8 <= settings["neurons"] <= 512
        assert (settings["weight_decay"] > 0) == (settings["optimizer"] == "sgd")


def test_tpe_finds_what_is_better_than_chance():
    proposed = propose(replace(TPE, size=20), TRIALS, SCORES)
    near = [abs(t.hyperparameters["dropout"] - 0.4) < 0.1 for t in proposed]
    assert sum(near) >= 14  # of 20; by chance 8


def test_tpe_goes_by_the_scores_of_a_small_round_0():
    few = dict(list(TRIALS.items())[:4])
    turned = {id: -score for id, score in SCORES.items()}
    assert propose(TPE, few, SCORES) != propose(TPE, few, turned)


def test_rounds_and_seeds_differ():
    one = propose(TPE, TRIALS, SCORES)
    assert propose(replace(TPE, method=TpeRound(0, 2)), TRIALS, SCORES) != one
    assert propose(replace(TPE, method=TpeRound(1, 1)), TRIALS, SCORES) != one


def test_tpe_takes_failed_trials_and_lists_as_values():
    space = {**SPELLED, "hyperparameters": {"neurons": [8, 16, 32]}}
    assert isinstance(
        read_space(space, ["ecfp", "maccs"], "").axes["neurons"].values, Choices
    )
    settings = replace(TPE, space=space)
    defaults = read_space(space, list(FEATURES), "").defaults()
    trials = [
        make_trial("d", "s", "dense", "bits-of-ecfp", {**defaults, "neurons": n})
        for n in (8, 16, 32)
    ]
    trials = {trial.id: trial for trial in trials}
    assert len(propose(settings, trials, dict.fromkeys(trials))) == 4


def test_promoted_trials_say_what_they_go_on_from():
    for proposal in proposals.propose(PROMOTION, TRIALS, SCORES):
        assert TRIALS[proposal.resume_from.id] == proposal.resume_from
        assert proposal.save_state
    assert not any(
        p.save_state or p.resume_from for p in proposals.propose(TPE, TRIALS, SCORES)
    )


@pytest.mark.parametrize(
    ("name", "axis"),
    [
        ("learning_rate", {"low": 0.001, "high": 0.02, "step": 0.00033333}),
        ("dropout", {"low": 0.12345649, "high": 0.5, "step": 0.1}),
        ("dropout", {"low": 0.1, "high": 0.5, "step": 0.1}),
        ("dropout", {"low": 0.0, "high": 0.29999999, "step": 0.1}),
        ("learning_rate", {"low": 1, "high": 9.99999949, "step": 0.3333333}),
        ("neurons", {"low": 3, "high": 500, "step": 7}),
    ],
)
def test_tpe_goes_on_from_numbers_a_step_apart_whatever_their_digits(name, axis):
    spelled = {**SPELLED, "hyperparameters": {name: axis}}
    values = read_space(spelled, list(FEATURES), "").axes[name].values
    defaults = read_space(spelled, list(FEATURES), "").defaults()
    trials = {}
    for number in values.listed():
        hyperparameters = {**defaults, name: number}
        trial = make_trial("d", "s", "dense", "bits-of-ecfp", hyperparameters)
        trials[trial.id] = trial
    scores = dict.fromkeys(trials, 0.5)
    for number in (1, 2):
        settings = replace(TPE, space=spelled, method=TpeRound(0, number))
        proposed = propose(settings, trials, scores)
        listed = values.listed()
        assert all(
            min(abs(trial.hyperparameters[name] - number) for number in listed) < 1e-6
            for trial in proposed
        )
        trials |= {trial.id: trial for trial in proposed}
        scores |= dict.fromkeys(trials, 0.5)
