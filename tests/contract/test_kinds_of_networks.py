"""The contract of all families, for the networks that `dense` is by other settings."""

import numpy as np
import pytest

from helpers.families import (
    N_TASKS,
    ONE_CLASS,
    TRAIN,
    VALID,
    examples_of,
    fit,
    in_fresh_processes,
    predicted,
)
from toxtune.labels.legal import scorable
from toxtune.models.base import Examples
from toxtune.models.registry import get_family
from toxtune.stats.metrics import task_scores
from toxtune.tasks import TaskType

KINDS = {
    "self-normalizing": {"activation": "selu", "hidden_layers": 3, "dropout": 0.1},
    "batch normalization": {"normalization": "batch", "input_dropout": 0.2},
    "selu and batches": {"activation": "selu", "normalization": "batch"},
    "cosine and warm-up": {"schedule": "cosine", "warmup_epochs": 1},
}
THOROUGH = {
    "neurons": 64,
    "epochs": 80,
    "batch_size": 5,
    "learning_rate": 0.01,
    "dropout": 0.0,
    "input_dropout": 0.0,
}
kinds = pytest.mark.parametrize("settings", KINDS.values(), ids=KINDS)


@kinds
def test_same_seed_gives_the_same_bits_and_other_seeds_others(settings):
    first, again, other = (predicted("dense", seed, **settings) for seed in (0, 0, 1))
    assert first.tobytes() == again.tobytes()
    assert first.tobytes() != other.tobytes()
    assert first.tobytes() != predicted("dense", 0).tobytes()


def test_fresh_process_on_one_core_gives_the_same_bits():
    program = f"""
        os.sched_setaffinity(0, {{min(os.sched_getaffinity(0))}})
        kinds = {list(KINDS.values())}
        said = [predicted(family, 3, **settings).tobytes() for settings in kinds]
    """
    expected = [
        predicted("dense", 3, **settings).tobytes() for settings in KINDS.values()
    ]
    assert in_fresh_processes(["dense"], program) == {"dense": str(expected)}


# But for the means over batches: they are of all molecules that a network is given, to
# which curation adds none without a label.
@pytest.mark.parametrize("name", ["self-normalizing", "cosine and warm-up"])
def test_molecule_without_labels_has_no_influence(name):
    settings = KINDS[name]
    labels, features = TRAIN.labels.copy(), TRAIN.features.copy()
    labels[5] = np.nan
    features[5] = 1 - features[5]
    one, two = (
        predicted("dense", train=Examples(rows, labels), **settings)
        for rows in (TRAIN.features, features)
    )
    assert one.tobytes() == two.tobytes()


@kinds
def test_small_set_is_learned_by_heart(settings):
    model = fit("dense", **(settings | THOROUGH)).model
    predictions = model.predict(TRAIN.features)
    scores = task_scores("roc_auc", TRAIN.labels, predictions, np.ones(N_TASKS))
    known = scorable(TRAIN.labels)
    assert known.sum() == 3
    assert (scores[known] > 0.95).all()
    measured = ~np.isnan(TRAIN.labels[:, ONE_CLASS])
    assert (predictions[measured, ONE_CLASS] > 0.9).all()


@kinds
@pytest.mark.parametrize("task_type", list(TaskType))
def test_saved_model_predicts_the_same_bits_alone(settings, task_type, tmp_path):
    of_type = {} if task_type == TaskType.BINARY else examples(task_type)
    model = fit("dense", **of_type, **settings).model
    path = tmp_path / f"model.{get_family('dense').model_format}"
    model.save(path)
    loaded = get_family("dense").load(path)
    together = model.predict(VALID.features)
    assert np.isfinite(together).all()
    assert loaded.predict(VALID.features).tobytes() == together.tobytes()
    alone = [loaded.predict(VALID.features[row : row + 1])[0] for row in range(3)]
    np.testing.assert_allclose(alone, together[:3], rtol=1e-5)


def examples(task_type):
    return {"train": examples_of(task_type, 1), "valid": examples_of(task_type, 2)}
