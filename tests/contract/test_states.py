"""A training that resumes from a saved state equals one that never stopped."""

import warnings

import numpy as np
import pytest

from helpers.families import (
    RESOURCEFUL,
    SELECTED,
    bits,
    families,
    fit,
    fitted_once,
    in_fresh_processes,
    resourceful,
    saved,
    trained_in_steps,
)
from toxtune.models.registry import get_family


@families
def test_family_can_save_a_state_if_it_has_a_resource(family):
    resource = get_family(family).resource
    assert resource is None or resource in get_family(family).hyperparameters
    assert (fitted_once(family).save_state is None) == (resource is None)


@resourceful
@pytest.mark.parametrize("amounts", [(2, 6), (2, 4, 8)])
def test_training_goes_on_as_if_it_had_never_stopped(family, amounts, tmp_path):
    steps = trained_in_steps(family, amounts, tmp_path)
    whole = trained_in_steps(family, amounts[-1:], tmp_path)
    assert bits(steps) == bits(whole)
    assert steps.epochs == whole.epochs
    assert bits(steps) != bits(trained_in_steps(family, amounts[:1], tmp_path))


@resourceful
def test_saved_model_has_the_bytes_of_one_that_never_stopped(family, tmp_path):
    """But for forests, whose trees share fewer objects once they were loaded."""
    steps = saved(trained_in_steps(family, (2, 6), tmp_path), family, tmp_path)
    whole = saved(trained_in_steps(family, (6,), tmp_path), family, tmp_path)
    assert (steps == whole) == (family not in {"extra_trees", "random_forest"})


@pytest.fixture(scope="module")
def gone_on_elsewhere(tmp_path_factory):
    """What trainings that stopped here give when other processes go on with them."""
    folder = tmp_path_factory.mktemp("states")
    trained = [family for family in RESOURCEFUL if family in SELECTED]
    for family in trained:
        (folder / family).mkdir()
        trained_in_steps(family, [2], folder / family)
    resources = {family: get_family(family).resource for family in trained}
    program = f"""
        state = Path({str(folder)!r}, family, "after-2")
        said = bits(fit(family, seed=3, state=state, **{{{resources}[family]: 6}}))
    """
    return in_fresh_processes(trained, program)


@resourceful
def test_training_goes_on_in_another_process(family, gone_on_elsewhere, tmp_path):
    whole = bits(trained_in_steps(family, [6], tmp_path))
    assert gone_on_elsewhere[family] == str(whole)


@resourceful
def test_training_cannot_go_back(family, tmp_path):
    resource = get_family(family).resource
    with pytest.raises(ValueError, match=f"{resource}.* must be"):
        trained_in_steps(family, [4, 2], tmp_path)


@pytest.mark.parametrize(
    "family", ["extra_trees", "random_forest", "gradient_boosting"]
)
def test_trees_with_balanced_classes_go_on_in_silence(family, tmp_path):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        steps, whole = (
            trained_in_steps(family, amounts, tmp_path, class_weight="balanced")
            for amounts in ((2, 6), (6,))
        )
    assert bits(steps) == bits(whole)


@pytest.mark.parametrize(
    "settings",
    [
        {"optimizer": "adam", "weight_decay": 0.01, "dropout": 0.5},
        {"optimizer": "rmsprop", "momentum": 0.9},
        {"optimizer": "sgd", "momentum": 0.9, "widths": [8, 4]},
        {"activation": "selu", "dropout": 0.1, "warmup_epochs": 20},
        {"normalization": "batch", "input_dropout": 0.2},
    ],
)
def test_dense_state_has_all_that_training_changes(settings, tmp_path):
    states = []
    for amounts in ((15, 45), (45,)):
        folder = tmp_path / str(len(amounts))
        folder.mkdir()
        trained_in_steps("dense", amounts, folder, **settings)
        states.append(np.load(folder / "after-45"))
    steps, whole = states
    assert steps.files == whole.files
    for name in steps.files:
        assert steps[name].tobytes() == whole[name].tobytes()


def test_dense_divergence_is_final(tmp_path):
    words = {"optimizer": "sgd", "learning_rate": 10.0, "neurons": 64}
    words |= {"hidden_layers": 6, "activation": "selu"}
    steps = trained_in_steps("dense", (30, 40), tmp_path, **words)
    assert len(steps.curve) < 30
    assert repr(steps.curve) == repr(fit("dense", 3, epochs=40, **words).curve)


def test_dense_cosine_has_no_state_since_it_knows_its_end(tmp_path):
    assert fit("dense", schedule="cosine").save_state is None
    trained_in_steps("dense", [2], tmp_path)
    with pytest.raises(ValueError, match=r"schedule constant, where"):
        fit("dense", state=tmp_path / "after-2", epochs=4, schedule="cosine")


def test_dense_patience_and_states_exclude_each_other(tmp_path):
    assert fit("dense", patience=2).save_state is None
    trained_in_steps("dense", [2], tmp_path)
    with pytest.raises(ValueError, match=r"^patience: must be null, and"):
        fit("dense", state=tmp_path / "after-2", epochs=4, patience=2)
