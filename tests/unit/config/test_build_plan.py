"""Plans: what a trial is named by, and what must not rename it."""

import os
from dataclasses import replace
from pathlib import Path

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError
from toxtune.identity import ID_LENGTH
from toxtune.models.hyperparameters import Hyperparameter
from toxtune.models.registry import get_family
from toxtune.tables.sources import HASH_CACHE

BASE = """
search:
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {neurons: [32, 64], learning_rate: [0.001, 0.01], dropout: 0.0}
"""

PLACE = f"""
dataset:
  source: [elsewhere.csv]
  sha256: {KNOWN_DATASETS["tox21"].sha256}
  id_column: mol_id
"""


def only_plan(config):
    (plan,) = load_plans(config)
    return plan


@pytest.fixture
def ids(configured):
    """Return a function from overlays over `BASE` to the ids of the trials."""
    return lambda *overlays: set(only_plan(configured(BASE, *overlays)).trials)


def space(hyperparameters):
    """Write an overlay with one space of the network."""
    return f"""
search:
  spaces:
    - {{family: dense, features: ecfp, hyperparameters: {hyperparameters}}}
"""


def test_one_trial_per_combination_by_id(configured):
    plan = only_plan(configured(BASE))
    assert len(plan.trials) == 4
    assert list(plan.trials) == sorted(plan.trials)
    for id, trial in plan.trials.items():
        assert id == trial.id
        assert len(id) == ID_LENGTH
        assert trial.features == "circular-radius-2-size-1024"
        assert set(trial.hyperparameters) == set(get_family("dense").hyperparameters)


def test_two_plans_of_one_configuration_are_equal(configured):
    assert only_plan(configured(BASE)) == only_plan(configured(BASE))


@pytest.mark.parametrize(
    "overlay",
    [
        pytest.param("run: another", id="name of the run"),
        pytest.param("training: {keep_models: all}", id="what is kept"),
        pytest.param("objective: {metric: pr_auc}", id="objective"),
        pytest.param("test: {resamples: 50, seed: 3}", id="bootstrap"),
        pytest.param(
            "features: {maps: {kind: circular, radius: 3, size: 512}}",
            id="features that are not used",
        ),
        pytest.param(PLACE, id="place of the same file"),
        pytest.param("split: {fractions: {test: 0.1, valid: 1.0e-1}}", id="spelling"),
        pytest.param(
            space("{learning_rate: [0.01, 0.001], dropout: 0.0, neurons: [64, 32]}"),
            id="order of axes and values",
        ),
        pytest.param(
            space("{neurons: [32.0, 64], learning_rate: [1.0e-3, 1.0e-2]}"),
            id="spelling of values, and a default left out",
        ),
        pytest.param(
            space("{neurons: [32, 64, 32], learning_rate: [0.001, 0.01, 1.0e-2]}"),
            id="repeated values",
        ),
    ],
)
def test_what_a_trial_is_not_does_not_rename_it(ids, overlay):
    assert ids(overlay) == ids()


def test_seeds_and_other_spaces_do_not_rename_trials(configured):
    config = configured(BASE)
    ids = set(only_plan(config).trials)
    forest = {"family": "random_forest", "features": "ecfp", "hyperparameters": {}}
    config["training"]["seeds"] = [5, 6]
    config["search"]["spaces"].insert(0, forest)
    plan = only_plan(config)
    assert plan.families == ["dense", "random_forest"]
    assert len(plan.trials) == 5
    assert ids < set(plan.trials)


def test_features_are_named_by_what_they_are(configured):
    config = configured(BASE)
    config["features"] = {"mine": {"size": 1024, "kind": "circular", "radius": 2}}
    config["search"]["spaces"][0]["features"] = "mine"
    assert only_plan(config).trials == only_plan(configured(BASE)).trials


def test_order_and_names_of_what_stands_side_by_side_name_no_trial(configured):
    plans = []
    for listed in (["ecfp", "maccs"], ["keys", "ecfp"]):
        config = configured(BASE, "features: {keys: {kind: maccs}}")
        config["features"]["both"] = listed
        config["search"]["spaces"][0]["features"] = "both"
        plans.append(only_plan(config))
    assert plans[0].trials == plans[1].trials
    assert plans[0].trials.keys().isdisjoint(only_plan(configured(BASE)).trials)
    assert list(plans[0].features.values()) == [
        {"kind": "circular", "radius": 2, "size": 1024},
        {"kind": "maccs"},
    ]


def test_files_are_of_all_features_that_a_search_may_come_to(configured):
    # The first trials need not have drawn each of them.
    config = configured(BASE, "search: {strategy: {name: random, trials: 1}}")
    config["search"]["spaces"][0]["features"] = ["ecfp", "all"]
    plan = only_plan(config)
    folder = f"{plan.whole.folder}/valid"
    assert plan.features_files(plan.whole, "valid") == [
        f"{folder}/circular-count-radius-2-size-2048.npz",
        f"{folder}/circular-radius-2-size-1024.npz",
        f"{folder}/descriptors.scaled.npz",
        f"{folder}/maccs.npz",
    ]
    assert len(plan.trials) == 1


def test_spaces_that_overlap_share_their_trials(configured):
    config = configured(BASE)
    config["search"]["spaces"] *= 2
    assert only_plan(config).trials == only_plan(configured(BASE)).trials


def test_added_value_adds_trials_and_renames_none(ids):
    more = ids(space("{neurons: [16, 32, 64], learning_rate: [0.001, 0.01]}"))
    assert ids() < more
    assert len(more) == 6


def test_removed_value_removes_trials_and_renames_none(ids):
    fewer = ids(space("{neurons: [64], learning_rate: [0.001, 0.01]}"))
    assert fewer < ids()
    assert len(fewer) == 2


def test_axis_given_at_its_default_is_as_if_left_out(ids):
    default = get_family("dense").hyperparameters["batch_size"].default
    named = "{neurons: [32, 64], learning_rate: [0.001, 0.01], batch_size: %d}"
    assert ids(space(named % default)) == ids()
    assert not ids(space(named % (default + 1))) & ids()


def test_new_hyperparameter_renames_no_trial(ids, monkeypatch):
    before = ids()
    declared = get_family("dense").hyperparameters
    monkeypatch.setitem(declared, "momentum", Hyperparameter(float, 0.9, "momentum"))
    assert ids() == before
    axes = "{neurons: [32, 64], learning_rate: [0.001, 0.01], momentum: [0.9, 0.5]}"
    more = ids(space(axes))
    assert before < more
    assert len(more) == 8


def test_changed_default_renames_nothing_but_is_another_training(
    configured, monkeypatch
):
    before = only_plan(configured(BASE)).trials
    declared = get_family("dense").hyperparameters
    changed = replace(declared["epochs"], default=declared["epochs"].default + 1)
    monkeypatch.setitem(declared, "epochs", changed)
    after = only_plan(configured(BASE)).trials
    assert set(after) == set(before)
    assert all(after[id].json() != before[id].json() for id in before)


@pytest.mark.parametrize(
    "overlay",
    [
        "split: {seeds: [1]}",
        "split: {method: stratified}",
        "split: {fractions: {train: 0.7, test: 0.2}}",
        "split: {method: scaffold}",
        "split: {method: column, column: subset}",
        f"dataset: {{source: [a, b], sha256: {'f' * 64}}}",
        "dataset: {tasks: [NR-AR]}",
        "dataset: {smiles_column: SMILES}",
        "features: {ecfp: {radius: 3}}",
        "features: {ecfp: {size: 2048}}",
    ],
)
def test_what_a_trial_is_renames_every_trial(ids, overlay):
    changed = ids(overlay)
    assert len(changed) == 4
    assert not changed & ids()


@pytest.mark.parametrize("key", ["dataset_id", "split_id"])
def test_order_of_tasks_and_fractions_does_not_matter(configured, key):
    one = configured("dataset: {tasks: [a, b, c]}")
    other = configured("dataset: {tasks: [c, a, b]}")
    other["split"]["fractions"] = dict(reversed(other["split"]["fractions"].items()))
    assert getattr(only_plan(one), key) == getattr(only_plan(other), key)
    assert only_plan(one).trials == only_plan(other).trials


def test_split_has_no_say_in_the_dataset(configured):
    one, other = only_plan(configured()), only_plan(configured("split: {seeds: [1]}"))
    assert one.dataset_id == other.dataset_id
    assert one.split_id != other.split_id


def test_undefined_features_are_refused_with_the_defined_ones(configured):
    config = configured(BASE)
    config["search"]["spaces"][0]["features"] = "fcfp"
    with pytest.raises(UserError) as refusal:
        only_plan(config)
    assert str(refusal.value) == (
        "search.spaces[0].features: 'fcfp' is not defined under features, "
        "which has all, counts, descriptors, ecfp, maccs; did you mean ecfp?"
    )


def test_illegal_space_is_refused_with_its_place(configured):
    config = configured(BASE)
    config["search"]["spaces"][0]["hyperparameters"]["neurons"] = [-1]
    place = r"^search\.spaces\[0\]\.hyperparameters\.neurons: must be .*, got -1$"
    with pytest.raises(UserError, match=place):
        only_plan(config)


@pytest.fixture
def local(configured, tmp_path, monkeypatch):
    """Return a function that plans with the local file `mine.csv`."""
    monkeypatch.chdir(tmp_path)
    overlay = "dataset: {source: mine.csv}"
    return lambda: only_plan(configured(overlay))


def test_local_file_is_named_by_its_content(local):
    file = Path("mine.csv")
    file.write_text("smiles,toxic\nCCO,1\n")
    before = local()
    os.utime(file, (1, 1))
    assert local() == before
    file.write_text("smiles,toxic\nCCO,0\n")
    changed = local()
    assert not set(changed.trials) & set(before.trials)
    file.write_text("smiles,toxic\nCCO,1\n")
    assert local() == before


def test_local_file_is_the_same_dataset_wherever_it_lies(local, configured, tmp_path):
    Path("mine.csv").write_text("smiles,toxic\nCCO,1\n")
    before = local()
    Path("mine.csv").rename("yours.csv")
    overlay = f"dataset: {{source: {tmp_path}/yours.csv}}"
    assert only_plan(configured(overlay)).trials == before.trials


def test_an_edit_that_keeps_size_and_time_is_an_edit(local):
    """As `cp -p` and `rsync -t` leave a file."""
    file = Path("mine.csv")
    file.write_text("smiles,toxic\nCCO,1\n")
    before, status = local(), file.stat()
    file.write_text("smiles,toxic\nCCO,0\n")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert not set(local().trials) & set(before.trials)


def test_local_file_is_hashed_once(local, monkeypatch):
    Path("mine.csv").write_text("smiles,toxic\nCCO,1\n")
    before = local()
    monkeypatch.setattr("toxtune.tables.sources._hash_of_file", None)
    assert local() == before
    HASH_CACHE.unlink()
    with pytest.raises(TypeError):
        local()


def test_local_file_in_a_folder_that_the_environment_names(
    configured, tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MINE", str(tmp_path))
    Path("mine.csv").write_text("smiles,toxic\nCCO,1\n")
    plan = only_plan(configured("dataset: {source: $MINE/mine.csv}"))
    assert len(plan.dataset["sha256"]) == 64


def test_missing_local_file_is_one_message(local):
    with pytest.raises(UserError) as refusal:
        local()
    message = str(refusal.value)
    assert message.startswith(
        f"dataset.source: there is no file mine.csv in {Path.cwd()}."
    )
    assert "make demo" in message
    assert "\n" not in message
    assert not HASH_CACHE.exists()


def test_settings_that_the_first_datasets_had_no_name_for_are_no_part_of_the_id(
    configured,
):
    as_it_was = "dataset: {standardize: none, merge: connectivity}"
    (plan,) = load_plans(configured(as_it_was))
    (by_default,) = load_plans(configured(""))
    assert not {"standardize", "merge"} & plan.dataset.keys()
    assert (plan.columns["standardize"], plan.columns["merge"]) == (
        "none",
        "connectivity",
    )
    assert (by_default.dataset["standardize"], by_default.dataset["merge"]) == (
        "parent",
        "stereo",
    )
    assert plan.dataset_id != by_default.dataset_id
