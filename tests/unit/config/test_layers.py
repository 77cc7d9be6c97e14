"""What configurations that are laid over each other keep, bring and leave out."""

import pytest
import yaml

from toxtune.config.check import complete_layers
from toxtune.config.layers import Layer, last_writer
from toxtune.config.schema import ROOT
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError

BASE = Layer.read(ROOT / "config.yaml")
SHIPPED = complete_layers([BASE])
A_SUM = "a" * 64


def laid(*overlays):
    """Lay overlays over config.yaml."""
    return complete_layers([BASE, *(Layer(yaml.safe_load(text)) for text in overlays)])


def test_a_source_that_is_laid_over_drops_the_checksum_below():
    mine = f"dataset: {{source: [a.csv, b.csv], sha256: {A_SUM}}}"
    assert laid(mine)["dataset"]["sha256"] == A_SUM
    for name in ("tox21", "demo"):
        dataset = laid(mine, f"dataset: {{source: {name}}}")["dataset"]
        assert dataset["sha256"] == KNOWN_DATASETS[name].sha256
    assert laid(mine, "dataset: {source: c.csv}")["dataset"]["sha256"] is None
    # The same source once more is the same file.
    again = laid(mine, "dataset: {source: [a.csv, b.csv], tasks: [x]}")
    assert again["dataset"]["sha256"] == A_SUM


SPACES = "search: {spaces: [{family: dense, features: ecfp, hyperparameters: {}}]}"


@pytest.mark.parametrize(
    "overlays",
    [
        ("models: [lightgbm]", SPACES),
        (SPACES, "models: [lightgbm]"),
        (f"models: [lightgbm]\n{SPACES}",),
        ("preset: quick", SPACES),
        ("preset: quick", "models: [lightgbm]"),
    ],
)
def test_two_searches_are_refused_wherever_they_are_written(overlays):
    with pytest.raises(
        UserError, match=r"only one of preset, models and search\.spaces"
    ):
        laid(*overlays)


def test_mistakes_of_several_sections_are_told_together():
    with pytest.raises(UserError) as refused:
        laid("trainings: {seeds: [0]}\nsplit: {method: rndom}", "test: {resamples: -1}")
    lines = str(refused.value).splitlines()
    assert len(lines) == 3
    for word in ("trainings", "rndom", "-1"):
        assert sum(f"{word}" in line for line in lines) == 1, word


def test_a_metric_brings_its_direction():
    first = "objective: {metric: rmse, direction: minimize}"
    assert laid(first, "objective: {metric: r2}")["objective"] == {
        "metric": "r2",
        "direction": "maximize",
    }


def test_a_metric_without_a_unit_has_no_scale():
    first = "objective: {metric: rmse, scale: none}"
    assert "scale" not in laid(first, "objective: {metric: r2}")["objective"]
    assert laid(first, "objective: {metric: mae}")["objective"]["scale"] == "none"


@pytest.mark.parametrize(
    ("below", "above", "expected"),
    [
        ("name: tpe, rounds: 3, batch: 2", "name: grid", {"name": "grid"}),
        (
            "name: halving, trials: 9, seed: 7",
            "name: random",
            {"name": "random", "trials": 9, "seed": 7},
        ),
        (
            "name: random, trials: 9, seed: 7",
            "name: tpe",
            {"name": "tpe", "rounds": 5, "batch": 8, "seed": 7},
        ),
        (
            "name: random, trials: 9, seed: 7",
            "name: halving, candidates: grid",
            {"name": "halving", "candidates": "grid", "min_resource": 5, "eta": 3},
        ),
        ("name: random, trials: 9, seed: 7", "name: null", {"name": "grid"}),
        (
            "name: random, trials: 9, seed: 7",
            "name: random, trials: 8",
            {"name": "random", "trials": 8, "seed": 7},
        ),
        (
            "name: random, trials: 9, seed: 7",
            "trials: 8",
            {"name": "random", "trials": 8, "seed": 7},
        ),
    ],
)
def test_another_strategy_has_its_own_settings(below, above, expected):
    texts = [f"search: {{strategy: {{{text}}}}}" for text in (below, above)]
    assert laid(*texts)["search"]["strategy"] == expected


def test_features_that_are_called_name_or_kind_are_laid_over_like_others():
    features = laid(
        "features: {name: {kind: maccs}, kind: {kind: maccs}}",
        "features: {name: {kind: descriptors}}",
    )["features"]
    assert features["kind"] == {"kind": "maccs"}
    assert features["ecfp"] == SHIPPED["features"]["ecfp"]


def test_features_of_another_kind_replace_what_has_their_name():
    features = laid("features: {ecfp: {kind: maccs}}")["features"]
    assert features["ecfp"] == {"kind": "maccs"}
    features = laid("features: {ecfp: {size: 64}}")["features"]
    assert features["ecfp"] == {"kind": "circular", "radius": 2, "size": 64}


@pytest.mark.parametrize(
    ("below", "above", "same_as"),
    [
        ("training: {seeds: [7]}", "training: {seeds: null}", ""),
        ("test: {resamples: 50, seed: 3}", "test: null", ""),
        ("split: {seeds: [1, 2]}", "split: {seeds: null}", ""),
        (
            "split: {seeds: [1]}",
            "split: {method: scaffold, seeds: null}",
            "split: {method: scaffold}",
        ),
        (
            "split: {fractions: {train: 0.6, valid: 0.2, test: 0.2}}",
            "split: {fractions: null}",
            "",
        ),
        (
            "split: {fractions: {train: 0.8}}",
            "split: {fractions: {train: null}}",
            "",
        ),
        (
            "search: {strategy: {name: tpe, rounds: 3, batch: 2}}",
            "search: {strategy: {name: random, trials: 4, rounds: null, batch: null}}",
            "search: {strategy: {name: random, trials: 4}}",
        ),
        (
            "search: {strategy: {name: random, trials: 3}}",
            "search: {strategy: {name: random, trials: null}}",
            "search: {strategy: {name: random}}",
        ),
        ("features: {mine: {kind: maccs}}", "features: {mine: null}", ""),
        ("features: {ecfp: {kind: maccs}}", "features: {ecfp: null}", ""),
        ("run: mine", "run: null", ""),
        ("calibration: temperature", "calibration: null", ""),
        ("models: [dense]", "models: null", ""),
    ],
)
def test_null_is_the_default(below, above, same_as):
    expected = laid(same_as) if same_as else SHIPPED
    assert laid(below, above) == expected
    assert laid(above) == expected


def test_null_that_is_a_value_stays():
    dataset = laid("dataset: {permute_labels: 3}", "dataset: {permute_labels: null}")
    assert dataset["dataset"]["permute_labels"] is None
    split = "split: {method: column, column: set}"
    with pytest.raises(UserError, match="split.column: split.method column needs"):
        laid(split, "split: {column: null}")
    with pytest.raises(UserError, match="dataset.source: must be"):
        laid("dataset: {source: null}")


def test_null_in_hyperparameters_is_a_value_to_try():
    space = (
        "{family: random_forest, features: ecfp, hyperparameters: {max_depth: null}}"
    )
    (space,) = laid(f"search: {{spaces: [{space}]}}")["search"]["spaces"]
    assert space["hyperparameters"] == {"max_depth": None}


def test_an_unknown_key_is_refused_with_null_too():
    with pytest.raises(UserError, match="unknown key 'sed'"):
        laid("split: {sed: null}")


def test_the_last_writer_is_known():
    layers = [
        Layer({"a": {"b": 1, "c": 2}, "l": [{"x": 1}]}),
        Layer({"a": {"c": 3}}),
        Layer({"l": []}),
    ]
    assert last_writer(layers, ("a", "b")) == 0
    assert last_writer(layers, ("a", "c")) == 1
    assert last_writer(layers, ("l", 0, "x")) == 2
    assert last_writer(layers, ("n",)) is None


@pytest.mark.parametrize(
    ("overlay", "key"),
    [
        ("validation: {folds: 10}", "validation.folds"),
        ("validation: {repeats: 3}", "validation.repeats"),
        ("validation: {scheme: holdout, folds: 10}", "validation.folds"),
        (
            "validation: {scheme: cross_validation, outer_folds: 7}",
            "validation.outer_folds",
        ),
        (
            "validation: {scheme: nested}\nsplit: {fractions: {train: 0.6, test: 0.3}}",
            "split.fractions",
        ),
        *(
            (
                f"validation: {{scheme: cross_validation}}\n{given}\n"
                "split: {fractions: {train: 0.6, valid: 0.2, test: 0.2}%s}" % column,
                "split.fractions",
            )
            for given, column in (
                ("dataset: {test_source: test.csv}", ""),
                ("", ", column: set"),
            )
        ),
        ("{calibration: temperature, objective: {metric: rmse}}", "calibration"),
        ("dataset: {bounds: drop}", "dataset.bounds"),
    ],
)
def test_a_setting_without_effect_is_refused(overlay, key):
    with pytest.raises(UserError) as refusal:
        laid(overlay)
    message = str(refusal.value)
    assert message.startswith(f"{key}: has no effect with ")
    assert "\n" not in message


@pytest.mark.parametrize(
    "overlays",
    [
        # What is shipped, written down once more.
        ["validation: {scheme: holdout, folds: 5, repeats: 1, outer_folds: 5}"],
        ["validation: {folds: null}"],
        ["validation: {scheme: cross_validation, folds: 10}"],
        ["validation: {scheme: nested, folds: 3, outer_folds: 3}"],
        # They decide the size of the test set.
        [
            "validation: {scheme: cross_validation}\n"
            "split: {fractions: {train: 0.6, valid: 0.2, test: 0.2}}"
        ],
        # What decides is a later word.
        [
            "validation: {scheme: cross_validation, folds: 10}",
            "validation: {scheme: holdout}",
        ],
        ["calibration: temperature", "objective: {metric: rmse}"],
        ["{dataset: {bounds: drop}, objective: {metric: rmse}}"],
    ],
)
def test_settings_that_may_have_been_meant_are_legal(overlays):
    assert laid(*overlays)


@pytest.mark.parametrize(
    ("overlay", "words"),
    [
        ("dataset: {tasks: [NO]}", ("got false", "'NO' in quotes")),
        ("dataset: {tasks: [23.14]}", ("got 23.14", "'23.14' in quotes")),
        ("training: {device: null, workers: true}", ("training.workers", "got true")),
        ("split: {seeds: [null]}", ("split.seeds[0]", "got null")),
        ("split: {fractions: {train: 0.9}}", ("{train: 0.9, valid: 0.1, test: 0.1}",)),
    ],
)
def test_messages_spell_values_as_yaml_does(overlay, words):
    with pytest.raises(UserError) as refusal:
        laid(overlay)
    for word in words:
        assert word in str(refusal.value)


def test_the_checksum_of_a_known_dataset_is_its_own():
    with pytest.raises(UserError, match=r"dataset\.sha256: tox21 brings its own"):
        laid(f"dataset: {{source: tox21, sha256: {A_SUM}}}")
    known = KNOWN_DATASETS["tox21"]
    written = laid(f"dataset: {{source: tox21, sha256: {known.sha256}}}")
    assert written["dataset"]["sha256"] == known.sha256


def test_a_source_alone_is_a_legal_overlay(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my.csv").write_text("smiles,a\nC,0\n")
    dataset = laid("dataset: {source: my.csv}")["dataset"]
    assert (dataset["sha256"], dataset["id_column"]) == (None, None)


def test_a_whole_number_names_a_column():
    config = laid("dataset: {tasks: [NO2, 2314], id_column: 7}")
    assert config["dataset"]["tasks"] == ["NO2", "2314"]
    assert config["dataset"]["id_column"] == "7"
