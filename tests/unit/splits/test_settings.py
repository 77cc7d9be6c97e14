"""From a configuration to splits: their names, their settings, their ids."""

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_config
from toxtune.config.overlay import overlaid, read_overlay
from toxtune.config.schema import ROOT
from toxtune.splits.settings import split_settings, training_set_names


def config(**changes):
    return complete_config(overlaid(read_overlay(ROOT / "config.yaml"), changes))


def settings_of(config):
    given_test = config["dataset"]["test_source"] is not None
    return split_settings(config["split"], config["validation"], given_test)


def test_published_ids_stay():
    """A new setting must not rename what was published (docs/results.md)."""
    # As it was before compounds were parents.
    network = {"hidden_layers": 2, "neurons": 256, "dropout": 0.5, "epochs": 15}
    space = {"family": "dense", "features": "ecfp", "hyperparameters": network}
    (plan,) = load_plans(
        config(
            dataset={"standardize": "none", "merge": "connectivity"},
            search={"spaces": [space]},
        )
    )
    assert (plan.dataset_id, plan.split_id) == ("917305def149", "f836c592f4e1")
    assert "ab5f6d51f15b" in plan.trials


@pytest.mark.parametrize(
    ("split", "validation", "split_id"),
    [
        ({"seeds": [3]}, {}, "d3747dd84ee8"),
        ({"method": "scaffold"}, {}, "204d433e5327"),
        ({"method": "stratified"}, {"scheme": "cross_validation"}, "a01879089fe5"),
        ({"method": "column", "column": "set"}, {}, "e519f2377184"),
        ({"method": "time", "column": "year"}, {}, "ee632f00a840"),
        ({"column": "set"}, {"scheme": "cross_validation", "folds": 3}, "cc9eeb1416cf"),
    ],
)
def test_ids_of_earlier_methods_stay(split, validation, split_id):
    plans = load_plans(config(split=split, validation=validation))
    assert [plan.split_id for plan in plans] == [split_id]


def test_the_decimal_sign_of_the_dataset_is_for_times_alone():
    by_time = {"method": "time", "column": "no"}
    for split, decimal in ((by_time, ","), ({}, "")):
        (plan,) = load_plans(config(split=split, dataset={"decimal": ","}))
        assert plan.split.decimal == decimal


def test_a_single_split_has_no_name():
    ((name, settings),) = settings_of(config()).items()
    assert name == ""
    fractions = {"train": 0.8, "valid": 0.1, "test": 0.1}
    assert settings.to_dict() == {"method": "random", "seed": 0, "fractions": fractions}
    assert training_set_names(settings) == ["whole"]


def test_folds_of_all_repeats_are_counted_through():
    validation = {"scheme": "cross_validation", "folds": 4, "repeats": 3}
    (settings,) = settings_of(config(validation=validation)).values()
    assert settings.cross_validation == {"folds": 4, "repeats": 3}
    assert training_set_names(settings) == [f"fold-{n}" for n in range(12)]
    (plan,) = load_plans(config(validation=validation))
    names = {name for _, name in plan.replicates}
    assert len(names) == 12 * 3
    assert {"fold-0-seed-0", "fold-11-seed-2"} <= names
    assert plan.search_files("valid")[11].endswith("/fold-11/valid.csv")


def test_what_a_scheme_does_not_use_is_no_part_of_the_split():
    one, two = (
        settings_of(config(validation={"outer_folds": number})) for number in (3, 7)
    )
    assert one == two


@pytest.mark.parametrize(
    ("seeds", "names"),
    [
        ([5], ["outer-0", "outer-1"]),
        ([1, 0], [f"split-{seed}-outer-{fold}" for seed in (0, 1) for fold in (0, 1)]),
    ],
)
def test_each_outer_fold_is_a_split(seeds, names):
    nested = {"scheme": "nested", "folds": 3, "outer_folds": 2}
    changed = config(validation=nested, split={"seeds": seeds})
    settings = settings_of(changed)
    assert list(settings) == names
    assert [split.outer["fold"] for split in settings.values()] == [0, 1] * len(seeds)
    assert all("fractions" not in split.to_dict() for split in settings.values())
    plans = load_plans(changed)
    assert len({plan.split_id for plan in plans}) == len(names)
    assert plans[0].run == f"tox21/{names[0]}"


def test_models_are_searched_in_their_shipped_spaces():
    (plan,) = load_plans(config(models=["random_forest", "logistic_regression"]))
    assert plan.families == ["logistic_regression", "random_forest"]
    assert {trial.features for trial in plan.trials.values()} == {
        "circular-radius-2-size-1024"
    }
    assert len(plan.trials) == 9 + 28
