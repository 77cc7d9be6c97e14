"""A preset is laid between config.yaml and what a user writes."""

from pathlib import Path

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_layers
from toxtune.config.layers import Layer
from toxtune.config.overlay import read_overlay

ROOT = Path(__file__).resolve().parents[3]
BASE = ROOT / "config.yaml"
PRESETS = ROOT / "examples" / "presets"
METRICS = {"classes": "roc_auc", "values": "rmse"}
NAMES = ("quick", "standard", "thorough")


def complete(**own):
    return complete_layers([Layer.read(BASE), Layer(own)])


def trainings(config):
    (plan,) = load_plans(config)
    return len(plan.trials) * len(config["training"]["seeds"])


@pytest.mark.parametrize("kind", METRICS)
@pytest.mark.parametrize("name", NAMES)
def test_preset_is_what_its_file_says(name, kind):
    config = complete(preset=name, objective={"metric": METRICS[kind]})
    said = read_overlay(PRESETS / kind / f"{name}.yaml")
    assert config["search"]["spaces"] == said["search"]["spaces"]
    assert config["training"]["seeds"] == said["training"]["seeds"]
    assert all(plan.trials for plan in load_plans(config))


@pytest.mark.parametrize("metric", ["accuracy", "pr_auc", "roc_auc_ovr"])
def test_presets_for_classes_serve_several_classes(metric):
    for name in NAMES:
        config = complete(preset=name, objective={"metric": metric})
        assert all(plan.trials for plan in load_plans(config))


@pytest.mark.parametrize("metric", METRICS.values())
def test_each_preset_trains_more_than_the_one_before(metric):
    counts = [
        trainings(complete(preset=name, objective={"metric": metric})) for name in NAMES
    ]
    assert counts == sorted(set(counts))


def test_standard_is_what_config_yaml_says():
    shipped = complete_layers([Layer.read(BASE)])
    assert {**complete(preset="standard"), "preset": "none"} == shipped


def test_what_a_user_writes_counts():
    config = complete(
        preset="quick",
        training={"seeds": [7]},
        search={"strategy": {"name": "random", "trials": 2, "seed": 1}},
    )
    assert config["training"]["seeds"] == [7]
    assert config["search"]["strategy"]["name"] == "random"
    assert config["search"]["spaces"] == complete(preset="quick")["search"]["spaces"]


def test_the_last_word_on_a_preset_and_on_a_metric_counts():
    layers = [
        Layer.read(BASE),
        Layer({"preset": "thorough", "objective": {"metric": "rmse"}}),
        Layer({"preset": "quick", "objective": {"metric": "roc_auc"}}),
    ]
    config = complete_layers(layers)
    assert config == {**complete(preset="quick"), "preset": "quick"}
    without = complete_layers([*layers, Layer({"preset": None})])
    assert without == complete_layers([Layer.read(BASE)])


def test_no_preset_changes_nothing():
    assert complete() == complete_layers([Layer.read(BASE)])


@pytest.mark.parametrize("empty", [{"search": None}, {"search": {"spaces": None}}])
def test_null_beside_a_preset_is_what_the_preset_says(empty):
    assert complete(preset="quick", **empty) == complete(preset="quick")


def test_seeds_of_a_preset_stay_where_a_section_is_left_empty():
    config = complete(preset="quick", training=None)
    assert config["training"]["seeds"] == [0]
