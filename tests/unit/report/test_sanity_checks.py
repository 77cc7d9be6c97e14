"""What looks like a leak or like a bug."""

from dataclasses import replace

import numpy as np
import pytest

from toxtune.report.sanity_checks import RunFacts, doubts

SOUND = RunFacts(
    mean={"train": 0.99, "test": 0.80, "test_interval": [0.77, 0.83]},
    metric="roc_auc",
    maximize=True,
    corrected=[0.78, 0.84],
    chance=0.5,
    permuted=False,
    similarities=np.array([0.3, 0.5, 0.9, 1.0, 0.4, 0.2]),
)


def scored(test, half=0.03, **changes):
    mean = {**SOUND.mean, "test": test, "test_interval": [test - half, test + half]}
    bounds = [test - half, test + half]
    return replace(SOUND, mean=mean, corrected=bounds, **changes)


def test_sound_scores_raise_no_doubt():
    assert doubts(SOUND) == []
    assert doubts(scored(0.90)) == []
    assert doubts(scored(0.55)) == []


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        pytest.param(scored(0.91), "leak", id="too good"),
        pytest.param(scored(0.54), "bug", id="too bad"),
        pytest.param(
            replace(SOUND, corrected=[0.84, 0.9]), "easier", id="test is hard"
        ),
        pytest.param(replace(SOUND, corrected=[0.6, 0.7]), "easier", id="test is easy"),
        pytest.param(
            replace(SOUND, similarities=np.array([1.0, 1.0, 0.2])),
            "67% of the test",
            id="twins",
        ),
        pytest.param(
            replace(SOUND, mean={**SOUND.mean, "train": 0.79}),
            "better than that of the training set",
            id="train is worse",
        ),
        pytest.param(
            scored(0.8, permuted=True),
            "labels are shuffled",
            id="knows shuffled labels",
        ),
    ],
)
def test_doubt(facts, word):
    found = doubts(facts)
    assert found
    assert any(word in doubt for doubt in found)


def test_control_at_chance_is_as_it_must_be():
    assert doubts(scored(0.51, permuted=True)) == []


def test_both_scores_of_a_control_are_looked_at():
    facts = scored(0.51, permuted=True)
    only_valid = doubts(replace(facts, corrected=[0.52, 0.58]))
    assert len(only_valid) == 1
    assert "corrected validation score" in only_valid[0]
    assert len(doubts(scored(0.8, permuted=True))) == 2


def test_where_lower_is_better_train_may_be_lower():
    errors = {"train": 0.4, "test": 0.8, "test_interval": [0.7, 0.9]}
    facts = replace(SOUND, mean=errors, metric="rmse", maximize=False, chance=None)
    assert doubts(facts) == []
    assert doubts(replace(facts, mean={**errors, "train": 0.9}))


def test_scores_that_do_not_exist_raise_no_doubt():
    nothing = {"train": None, "test": None, "test_interval": None}
    assert doubts(replace(SOUND, mean=nothing, corrected=None)) == []
    assert doubts(replace(SOUND, mean=nothing, corrected=None, permuted=True)) == []
    assert doubts(replace(SOUND, similarities=np.array([]))) == []
