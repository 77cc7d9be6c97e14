"""What looks like a leak or like a bug."""

from dataclasses import replace

import numpy as np
import pytest

from toxtune.evaluation.evaluation_file import SetScores
from toxtune.report.delivered import DeliveredScore
from toxtune.report.sanity_checks import CheckedScores, check_features, check_scores
from toxtune.stats.metrics import Objective

BASELINES = {
    "prevalence": SetScores(None, 0.5, 0.5, (0.5, 0.5)),
    "nearest neighbour": SetScores(None, 0.7, 0.72, (0.69, 0.75)),
    # Its test score says nothing of what to select.
    "default forest": SetScores(None, 0.81, 0.9, (0.87, 0.93)),
}
SOUND = CheckedScores(
    scores=SetScores(train=0.99, valid=0.82, test=0.80, test_interval=(0.77, 0.83)),
    validation=0.82,
    delivered=DeliveredScore("dense", 0.80, (0.77, 0.83), is_itself=True),
    baselines=BASELINES,
    objective=Objective("roc_auc", "maximize"),
    corrected=0.81,
    corrected_interval=(0.78, 0.84),
    confidence=0.95,
    advice="Advice.",
    permuted=False,
    similarities=np.array([0.3, 0.5, 0.9, 1.0, 0.4, 0.2]),
)


def with_scores(checked, **changes):
    return replace(checked, scores=replace(checked.scores, **changes))


def scored(test, half=0.03, **changes):
    """Sound but for the test score, with the corrected score the same."""
    bounds = (test - half, test + half)
    scores = replace(SOUND.scores, test=test, test_interval=bounds)
    return replace(
        SOUND,
        scores=scores,
        delivered=replace(SOUND.delivered, score=test, interval=bounds),
        corrected=test,
        corrected_interval=bounds,
        **changes,
    )


def in_errors(checked, constant=1.0, validation=0.7):
    """The same by a metric where lower is better."""
    baselines = {
        "mean value": SetScores(None, 1.1, constant, (0.9, 1.2)),
        "default forest": SetScores(None, 0.75, 0.6, (0.5, 0.7)),
    }
    return replace(
        checked,
        objective=Objective("rmse", "minimize"),
        baselines=baselines,
        validation=validation,
    )


def test_stereoisomers_with_other_labels_ask_for_features_that_see_chirality():
    blind = {"circular-radius-2+maccs", "descriptors"}
    (warning,) = check_features(4, blind)
    assert "4 compounds" in warning
    assert "include_chirality: true" in warning
    assert check_features(0, blind) == []
    seeing = "circular-include_chirality-radius-2+maccs"
    assert check_features(4, {*blind, seeing}) == []
    assert check_features(4, {"maccs+file-0123456789ab"}) == []


def test_sound_scores_raise_no_warning():
    assert check_scores(SOUND) == []
    assert check_scores(scored(0.90)) == []
    assert check_scores(scored(0.55)) == []
    errors = with_scores(scored(0.8), train=0.4)
    assert check_scores(in_errors(errors)) == []


@pytest.mark.parametrize(
    ("checked", "word"),
    [
        pytest.param(scored(0.91), "leak", id="too good"),
        pytest.param(scored(0.575, 0.17), "than guessing", id="at chance"),
        pytest.param(scored(0.3), "than guessing", id="worse than chance"),
        pytest.param(
            in_errors(with_scores(scored(0.8, 0.2), train=0.4)),
            "than guessing",
            id="errors at chance",
        ),
        pytest.param(
            replace(SOUND, validation=0.81), "gained nothing", id="as a baseline"
        ),
        pytest.param(
            replace(SOUND, validation=0.80), "gained nothing", id="below a baseline"
        ),
        pytest.param(
            in_errors(with_scores(scored(0.8), train=0.4), validation=0.76),
            "gained nothing",
            id="errors of a baseline",
        ),
        # The intervals overlap by a hair, and the difference is no luck.
        pytest.param(
            replace(SOUND, corrected=0.855, corrected_interval=(0.825, 0.885)),
            "worse than the corrected",
            id="test is hard",
        ),
        pytest.param(
            replace(SOUND, corrected=0.65, corrected_interval=(0.6, 0.7)),
            "better than the corrected",
            id="test is easy",
        ),
        pytest.param(
            replace(SOUND, similarities=np.array([1.0, 1.0, 0.2])),
            "67% of the test",
            id="twins",
        ),
        pytest.param(
            with_scores(SOUND, train=0.79),
            "better than the training score",
            id="train is worse",
        ),
        pytest.param(
            scored(0.8, permuted=True),
            "labels are shuffled",
            id="knows shuffled labels",
        ),
    ],
)
def test_warning(checked, word):
    assert any(word in warning for warning in check_scores(checked))


def test_guessing_is_told_with_both_scores():
    (warning,) = check_scores(scored(0.575, 0.17))
    assert "0.575 (95% interval 0.405 to 0.745)" in warning
    assert "prevalence" in warning
    assert "0.500" in warning
    checked = in_errors(with_scores(scored(0.8, 0.2), train=0.4))
    (warning,) = check_scores(checked)
    assert "mean value" in warning
    assert "1.000" in warning


def test_a_baseline_is_told_by_its_validation_score_alone():
    (warning,) = check_scores(replace(SOUND, validation=0.80))
    assert "default forest" in warning
    assert "0.810" in warning
    assert "0.800" in warning
    # That of the test set would be a choice by it.
    assert "0.900" not in warning


def test_baselines_without_a_score_raise_no_warning():
    unscored = SetScores(None, None, None, None)
    nothing = dict.fromkeys(BASELINES, unscored)
    assert check_scores(replace(scored(0.51), baselines=nothing)) == []


def test_control_at_chance_is_as_it_must_be():
    control = scored(0.51, permuted=True)
    assert check_scores(replace(control, validation=0.5)) == []


def test_both_scores_of_a_control_are_looked_at():
    control = scored(0.51, permuted=True)
    (warning,) = check_scores(replace(control, corrected_interval=(0.52, 0.58)))
    assert "corrected validation score" in warning
    assert len(check_scores(scored(0.8, permuted=True))) == 2


def test_a_control_is_compared_with_guessing_by_its_own_metric():
    guessing = {"prevalence": SetScores(None, 0.3, 0.25, (0.25, 0.25))}
    control = replace(
        scored(0.27, permuted=True),
        objective=Objective("accuracy", "maximize"),
        baselines=guessing,
        confidence=0.8,
    )
    assert check_scores(control) == []
    # Worse than guessing is no leak.
    assert check_scores(replace(control, corrected_interval=(0.1, 0.2))) == []
    better = replace(control, corrected_interval=(0.31, 0.4))
    (warning,) = check_scores(better)
    assert "corrected validation score" in warning
    assert "0.300" in warning
    assert "10%" in warning
    errors = replace(in_errors(control), scores=control.scores)
    assert any("labels are shuffled" in warning for warning in check_scores(errors))


@pytest.mark.parametrize("metric", ["pr_auc", "f1_macro", "pearson_r2"])
def test_guessing_may_be_better_than_a_constant(metric):
    control = replace(
        scored(0.27, permuted=True),
        objective=Objective(metric, "maximize"),
        baselines={"constant": SetScores(None, 0.0, 0.0, (0.0, 0.0))},
    )
    assert check_scores(control) == []


def test_one_compound_is_counted_as_one():
    (warning,) = check_features(1, {"maccs"})
    assert "1 compound has" in warning


def test_where_lower_is_better_train_may_be_lower():
    errors = with_scores(SOUND, train=0.4, test=0.8, test_interval=(0.7, 0.9))
    errors = replace(in_errors(errors), corrected=0.8, corrected_interval=(0.7, 0.9))
    assert check_scores(errors) == []
    assert check_scores(with_scores(errors, train=0.9))


def test_scores_that_do_not_exist_raise_no_warning():
    nothing = with_scores(SOUND, train=None, test=None, test_interval=None)
    nothing = replace(nothing, corrected=None, corrected_interval=None)
    unscored = replace(SOUND.delivered, score=None, interval=None)
    nothing = replace(nothing, delivered=unscored)
    assert check_scores(nothing) == []
    assert check_scores(replace(nothing, permuted=True)) == []
    assert check_scores(replace(SOUND, similarities=np.array([]))) == []
