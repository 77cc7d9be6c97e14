"""What simple models score."""

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.evaluation import baselines
from toxtune.evaluation.baseline_models import (
    FOREST,
    MEAN,
    NEIGHBOUR,
    PREVALENCE,
    draw,
    of_neighbours,
    predict_baselines,
)
from toxtune.evaluation.baselines import Baselines, read_baselines, score_baselines
from toxtune.features.similarity import fingerprints
from toxtune.io.files import write_json
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType

RESAMPLING = Resampling(resamples=20, seed=0, confidence=0.9)
CHAINS = ["C" * length for length in range(1, 40)]
RINGS = [f"c1ccccc1{'C' * length}O" for length in range(39)]


def subset(smiles, labels, tasks=("a",)):
    """Molecules, each with its own labels."""
    names = [f"m{number}" for number in range(len(smiles))]
    rows = np.array(labels, dtype=np.float32).reshape(len(smiles), len(tasks))
    return Subset(names, list(smiles), list(smiles), list(tasks), rows)


def rings_are_active(first, last):
    """Chains and rings of some lengths; the rings are active."""
    smiles = CHAINS[first:last] + RINGS[first:last]
    return subset(smiles, [0] * (last - first) + [1] * (last - first))


TRAIN, VALID, TEST = (
    rings_are_active(*bounds) for bounds in ((0, 20), (20, 30), (30, 39))
)


def scored(train=TRAIN, valid=VALID, test=TEST, metric="roc_auc", searched=None):
    """The baselines' scores on these sets."""
    direction = "minimize" if metric == "rmse" else "maximize"
    return score_baselines(
        searched=searched or [(train, valid)],
        train=train,
        test=test,
        objective=Objective(metric, direction),
        resampling=RESAMPLING,
    )


def test_models_that_see_structures_beat_the_one_that_does_not():
    means = {name: each["roc_auc"].mean for name, each in scored().scores.items()}
    assert list(means) == [PREVALENCE, NEIGHBOUR, FOREST]
    assert means[PREVALENCE].test == means[PREVALENCE].valid == 0.5
    for name in (NEIGHBOUR, FOREST):
        assert means[name].test == means[name].valid == 1
        assert means[name].test_interval == (1, 1)
        assert means[name].train is None


def test_scores_are_those_of_the_predictions():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, (78, 2)).astype(np.float32)
    labels[random.random(labels.shape) < 0.3] = np.nan
    molecules = CHAINS + RINGS
    order = random.permutation(78)
    parts = [order[:50], order[50:64], order[64:]]
    train, valid, test = (
        subset([molecules[row] for row in rows], labels[rows], ("a", "b"))
        for rows in parts
    )
    found = scored(train, valid, test).scores
    (on_test,) = predict_baselines(
        train, [test], task_type=TaskType.BINARY, classes=2, in_forest=50
    )
    for name, predictions in on_test.items():
        expected = []
        for task in range(2):
            known = np.isfinite(test.labels[:, task])
            expected.append(
                roc_auc_score(test.labels[known, task], predictions[known, task])
            )
        of_tasks = found[name]["roc_auc"].tasks
        assert [of_tasks["a"].test, of_tasks["b"].test] == pytest.approx(expected)
        assert found[name]["roc_auc"].mean.test == pytest.approx(np.mean(expected))
    prevalences = [np.nanmean(train.labels[:, task]) for task in range(2)]
    assert on_test[PREVALENCE][0] == pytest.approx(prevalences)


def test_values_are_predicted_by_their_mean():
    train = subset(CHAINS[:20], np.arange(20.0))
    valid = subset(CHAINS[20:30], np.arange(20.0, 30.0))
    test = subset(CHAINS[30:], np.arange(30.0, 39.0))
    found = scored(train, valid, test, "rmse").scores
    assert list(found) == [MEAN, NEIGHBOUR, FOREST]
    expected = np.sqrt(np.mean((np.arange(20, 30) - 9.5) ** 2))
    assert found[MEAN]["rmse"].mean.valid == pytest.approx(expected)


def test_classes_have_a_probability_each():
    kinds = [CHAINS, RINGS, ["N" + "C" * length for length in range(1, 40)]]
    train, test = (
        subset(
            [smiles for kind in kinds for smiles in kind[rows]],
            np.repeat([0, 1, 2], len(kinds[0][rows])),
        )
        for rows in (slice(0, 20), slice(20, 39))
    )
    found = scored(train, test, test, "accuracy").scores
    assert found[PREVALENCE]["accuracy"].mean.test == pytest.approx(1 / 3)
    assert found[FOREST]["accuracy"].mean.test > 0.9
    (predictions,) = predict_baselines(
        train, [test], task_type=TaskType.MULTICLASS, classes=3, in_forest=60
    )
    for each in predictions.values():
        assert each.shape == (57, 3)
        assert each.sum(axis=1) == pytest.approx(np.ones(57))


def test_folds_are_scored_by_what_their_own_training_set_says():
    # In the first fold rings are active, in the second they are not.
    turned = subset(VALID.smiles, 1 - VALID.labels)
    folds = [(TRAIN, VALID), (TRAIN, turned)]
    of_neighbour = scored(searched=folds).scores[NEIGHBOUR]["roc_auc"].mean
    assert (of_neighbour.valid, of_neighbour.test) == (0.5, 1)


def test_folds_are_averaged_as_those_of_trials_are():
    """The rare task has no active molecule in the second fold, and no score there."""
    labels = np.column_stack([VALID.labels[:, 0], VALID.labels[:, 0]])
    both = ["a", "b"]
    first = subset(VALID.smiles, labels, both)
    second = subset(VALID.smiles, [1, 0] - labels * [1, 0], both)
    train = subset(TRAIN.smiles, np.repeat(TRAIN.labels, 2, axis=1), both)
    test = subset(TEST.smiles, np.repeat(TEST.labels, 2, axis=1), both)
    folds = [(train, first), (train, second)]
    found = scored(train, test=test, searched=folds).scores[NEIGHBOUR]["roc_auc"]
    # First fold: 1 and 1; second fold: 0, and no score.
    assert found.mean.valid == (1 + 0) / 2
    assert [scores.valid for scores in found.tasks.values()] == [0.5, 1]


def test_labels_of_validation_and_test_set_change_no_prediction():
    found = [
        predict_baselines(
            TRAIN,
            [subset(VALID.smiles, labels), TEST],
            task_type=TaskType.BINARY,
            classes=2,
            in_forest=40,
        )
        for labels in (VALID.labels, 1 - VALID.labels)
    ]
    for name in (PREVALENCE, NEIGHBOUR, FOREST):
        for number in (0, 1):
            assert (found[0][number][name] == found[1][number][name]).all()


def test_the_nearest_molecule_with_a_label_counts():
    references = fingerprints(CHAINS)
    labels = np.full((39, 3), np.nan, dtype=np.float32)
    # Chains from length 5 on have the same bits; only the first has the first label.
    labels[0, 0] = 1
    labels[:, 1] = np.arange(39)
    answers = of_neighbours(fingerprints(CHAINS), references, labels)
    assert (answers[:, 0] == 1).all()
    assert answers[0, 1] == 0
    assert (answers[:, 2] == 0).all()


def test_draws_keep_every_class():
    labels = np.zeros((1000, 1), dtype=np.float32)
    labels[977] = 2
    labels[5] = np.nan
    rows = draw(labels, 10)
    assert 977 in rows
    assert len(rows) <= 12
    assert (rows == draw(labels, 10)).all()
    assert len(draw(np.arange(1000.0)[:, None], 10)) == 10
    assert (draw(labels, 1000) == np.arange(1000)).all()


def test_what_was_not_seen_is_said(monkeypatch):
    assert scored().notes == []
    monkeypatch.setattr(baselines, "FEWEST_MOLECULES", 7)
    monkeypatch.setattr(baselines, "MOST_LABELS", 10)
    (note,) = scored().notes
    assert FOREST in note
    assert "10 of 40" in note


def test_file_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "baselines.json"
    written = scored()
    write_json(path, written.to_dict())
    read = read_baselines(path)
    assert read == written
    assert list(read.scores) == [PREVALENCE, NEIGHBOUR, FOREST]
    assert isinstance(read, Baselines)


@pytest.mark.parametrize("content", ["{}", "[]", '{"scores": {"prevalence": 1}}', "{"])
def test_damaged_files_are_named(tmp_path, content):
    path = tmp_path / "baselines.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(UserError, match=r"baselines\.json"):
        read_baselines(path)
