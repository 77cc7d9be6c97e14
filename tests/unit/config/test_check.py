"""The configuration: what ships is legal, and each fault is one clear line."""

import re
from copy import deepcopy
from pathlib import Path

import pytest
import yaml

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_config, load_config
from toxtune.config.layers import Layer
from toxtune.config.overlay import overlaid
from toxtune.config.schema import ROOT, SCHEMA
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError
from toxtune.features.definitions import OWN
from toxtune.features.featurizers import FEATURIZERS
from toxtune.models.registry import MODULES
from toxtune.search.schedule import BUDGETS
from toxtune.stats.metrics import METRICS

EXAMPLES = sorted((ROOT / "examples").glob("*.yaml"))


def properties(schema, where=()):
    """Find every property of a schema: its path (``*`` for any key) and itself."""
    for keyword in ("items", "additionalProperties"):
        if isinstance(schema.get(keyword), dict):
            yield from properties(schema[keyword], (*where, "*"))
    for name, branch in schema.get("properties", {}).items():
        if branch is not True:
            yield (*where, name), branch
            yield from properties(branch, (*where, name))
    for branch in schema.get("allOf", ()):
        for keyword in ("then", "else"):
            yield from properties(branch.get(keyword, {}), where)


def merged_properties(schema):
    """Map each path to what the schema says of it, conditions and all."""
    found = {}
    for path, branch in properties(schema):
        found[path] = {**found.get(path, {}), **branch}
    return found


PROPERTIES = merged_properties(yaml.safe_load(SCHEMA.read_text("utf-8")))
# What an example in config.yaml's comments shows, or what has no place in it.
# Settings of features that config.yaml has none of.
OF_OTHER_FEATURES = {(name,) for name in ("columns", "path", "id_column")}
OF_OTHER_FEATURES.add(("include_chirality",))
LEFT_OUT = {
    path
    for path in PROPERTIES
    if path[:2] == ("prospective", "*")
    or (path[:3] == ("search", "spaces", "*") and path[-1] in BUDGETS)
    or (path[:2] == ("search", "strategy") and path[2:] not in {(), ("name",)})
    or path in {("dataset", "sha256"), ("dataset", "id_column"), ("split", "seeds")}
    or path[1:] in {("separator",), ("decimal",), ("encoding",)}
    or path in {("objective", "scale"), ("search", "budget", "core_minutes")}
    or (path[:2] == ("features", "*") and path[2:3] in OF_OTHER_FEATURES)
    or path[:2] == ("split", "fractions")
    or path in {("split", "cutoff"), ("split", "date_format")}
}
# Known from the metric.
DIRECTION = ("objective", "direction")


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_examples_are_legal(example):
    config = load_config([ROOT / "config.yaml", example])
    assert load_plans(config)[0].trials


def test_shipped_configuration_is_legal():
    assert len(load_plans(load_config([ROOT / "config.yaml"]))[0].trials) == 8


def test_there_are_examples_and_they_say_what_differs():
    assert {path.stem for path in EXAMPLES} >= {"book", "demo"}
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    runs = [yaml.safe_load(path.read_text("utf-8"))["run"] for path in EXAMPLES]
    assert len({shipped["run"], *runs}) == len(EXAMPLES) + 1


@pytest.mark.parametrize("path", PROPERTIES, ids=".".join)
def test_every_key_is_described(path):
    assert PROPERTIES[path]["description"].strip().endswith(".")


@pytest.mark.parametrize("path", sorted(LEFT_OUT), ids=".".join)
def test_what_the_shipped_configuration_leaves_out_is_shown_in_its_comments(path):
    comments = [
        line.partition("#")[2]
        for line in (ROOT / "config.yaml").read_text("utf-8").splitlines()
    ]
    assert re.search(rf"\b{path[-1]}\b", "\n".join(comments))


@pytest.mark.parametrize(
    "path", sorted(set(PROPERTIES) - LEFT_OUT - {DIRECTION}), ids=".".join
)
def test_every_other_key_is_in_the_shipped_configuration(path):
    assert _reached(yaml.safe_load((ROOT / "config.yaml").read_text("utf-8")), path)


def _reached(value, path):
    if not path:
        return True
    step, *rest = path
    if step != "*":
        return step in value and _reached(value[step], rest)
    entries = value.values() if isinstance(value, dict) else value
    return any(_reached(entry, rest) for entry in entries)


@pytest.mark.parametrize(
    ("labels", "metric", "fault"),
    [
        ("{CI: 0, CM: 1, odd: null}", "roc_auc", ""),
        ("{CI: 0, CM: 2}", "roc_auc", "'CM' must be a class from 0 to 1"),
        ("{CI: 0, CM: 0.5}", "accuracy", "'CM' must be a class from 0 to 19"),
        ("{low: 0, high: 19}", "accuracy", ""),
        ("{a: {odd: null, CI: 0, CM: 1}}", "roc_auc", ""),
        ("{none seen: 100.5}", "rmse", ""),
        ("{a: {low: 3}}", "roc_auc", "dataset.labels.a: 'low' must be a class"),
        ("{low: 1.0e+300}", "rmse", "dataset.labels: 'low' must be a number within ±3"),
        ("{a: {low: -3.5e+38}}", "r2", "dataset.labels.a: 'low' must be a number"),
        ("{low: 3.4e+38, a: {low: -3.4e+38}}", "rmse", ""),
        ("{low: 0, Low: 1}", "roc_auc", "not in case alone, got Low, low"),
        ("{low: zero}", "roc_auc", "dataset.labels.low: must be a number, null"),
        ("{-1: null}", "roc_auc", "a key must be text, got -1; quote it"),
    ],
)
def test_labels_fit_the_metric(tmp_path, labels, metric, fault):
    family = "ridge" if metric == "rmse" else "random_forest"
    overlay = {
        "dataset": {"source": "demo", "labels": yaml.safe_load(labels)},
        "objective": {"metric": metric},
        "search": {"spaces": []},
        "models": [family],
    }
    path = tmp_path / "overlay.yaml"
    path.write_text(yaml.safe_dump(overlay))
    if not fault:
        # A null is no default here, but a missing label.
        config = load_config([ROOT / "config.yaml", path])
        assert config["dataset"]["labels"] == yaml.safe_load(labels)
        return
    with pytest.raises(UserError, match=re.escape(fault)):
        load_config([ROOT / "config.yaml", path])


def test_every_mapping_refuses_unknown_keys():
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    free = {("features",), ("search", "spaces", "*", "hyperparameters")}
    free.add(("dataset", "labels"))
    # Each strategy refuses the settings of the others.
    free.add(("search", "strategy"))
    for path, branch in {(): schema, **PROPERTIES}.items():
        if "object" in branch.get("type", ()) and path not in free:
            assert branch["additionalProperties"] is False, path


@pytest.mark.parametrize(
    ("path", "known"),
    [
        (("search", "spaces", "*", "family"), MODULES),
        (("objective", "metric"), METRICS),
        (("features", "*", "kind"), FEATURIZERS | OWN),
    ],
)
def test_schema_lists_what_the_library_has(path, known):
    # A family has another rule where it is a module of the user's own.
    schema = PROPERTIES[path].get("else", PROPERTIES[path])
    assert set(schema["enum"]) == set(known)


@pytest.mark.parametrize(
    "overlay",
    [
        "",
        "run: my_run-1.2",
        "dataset: {source: mine.csv}",
        "dataset: {source: mine.csv, sha256: null, id_column: null}",
        "dataset: {source: demo}",
        "dataset: {tasks: [NR-AR]}",
        "split: {method: scaffold}",
        "split: {method: scaffold, seeds: null}",
        "split: {method: scaffold, seeds: [0, 1]}",
        "split: {method: stratified, seeds: [0, 1, 2]}",
        "{split: {method: stratified}, objective: {metric: accuracy}}",
        "split: {method: butina}",
        "split: {method: butina, cutoff: 0.5, seeds: [1]}",
        "split: {method: group, column: series}",
        "{validation: {scheme: nested}, split: {method: group, column: series}}",
        "{validation: {scheme: nested, repeats: 2}, split: {method: butina}}",
        "{validation: {repeats: 2}, split: {method: scaffold, seeds: [0]}}",
        "split: {method: time, column: year, date_format: '%d/%m/%Y'}",
        "split: {method: time, column: year, date_format: number}",
        "split: {method: column, column: subset}",
        "split: {method: column, column: subset, seeds: null, fractions: null}",
        "split: {method: time, column: year}",
        "split: {fractions: {train: 0.7, valid: 0.2, test: 0.1}}",
        "training: {seeds: [0]}",
        "test: {confidence: 0.9}",
        "test: {resamples: 39}",
        "test: {resamples: 10, confidence: 0.8}",
        "test: {resamples: 19, confidence: 0.9}",
        "test: {resamples: 199, confidence: 0.99}",
        "test: {resamples: 1999, confidence: 0.999}",
        "objective: {metric: pr_auc}",
        "objective: {metric: rmse, direction: minimize}",
        "models: [dense]",
        "{models: [dense], search: {spaces: []}}",
        "search: {strategy: {name: halving, candidates: grid}}",
        "features: {fcfp: {kind: circular, radius: 3, size: 64, use_features: true}}",
        "features: {one: [maccs], two: [ecfp, counts]}",
        "training: {keep_models: all}",
    ],
)
def test_legal_configuration(merged, overlay):
    complete_config(merged(overlay))


NAME_RULE = "run: must be letters, digits, dot, dash or underscore, at most 64"

FAULTS = {
    # Unknown and missing keys.
    "colour: red": "config: unknown key 'colour'; known are run, dataset,",
    "source: my.csv": (
        "config: unknown key 'source'; known are run, dataset, objective, preset, "
        "models, search, training, split, validation, features, select, ensemble, "
        "calibration, final, prospective, test; source stands below dataset: `dataset: "
        "{source: ...}`"
    ),
    "metric: rmse": "config: unknown key 'metric'; known are",
    "split: {sed: 1}": (
        "split: unknown key 'sed'; did you mean seeds?; known are method, fractions,"
    ),
    "split: {fractions: {dev: 0.1}}": "split.fractions: unknown key 'dev'; known are",
    "features: {ecfp: {bits: 9}}": "features.ecfp: unknown key 'bits'; known are kind",
    "features: {maps: {kind: circular, size: 64}}": (
        "features.maps: needs the key 'radius', got kind, size"
    ),
    "search: {spaces: [{family: dense}]}": (
        "search.spaces[0]: needs the key 'features', 'hyperparameters', got family"
    ),
    "1: 2": "config: a key must be text, got 1; quote it",
    # Wrong types.
    "run: 5": "run: must be text, got 5",
    "dataset: {source: null}": "dataset.source: must be a path, an address, or a list",
    "dataset: [mine.csv]": "dataset: must be a mapping, got ['mine.csv']",
    "dataset: {source: 5}": "dataset.source: must be a path, an address, or a list",
    "dataset: {tasks: NR-AR}": "dataset.tasks: must be a list, got 'NR-AR'",
    "dataset: {sha256: 0}": "dataset.sha256: must be text or null, got 0",
    "training: {seeds: 3}": "training.seeds: must be a list, got 3",
    "training: {seeds: [true]}": "training.seeds[0]: must be a whole number, got true",
    "training: {seeds: [0.0]}": "training.seeds[0]: must be a whole number, got 0.0",
    "split: {seeds: 0}": "split.seeds: must be a list, got 0",
    "split: {seeds: [true]}": "split.seeds[0]: must be a whole number, got true",
    "split: {seeds: [1.0]}": "split.seeds[0]: must be a whole number, got 1.0",
    "features: {ecfp: {count: 1}}": "features.ecfp.count: must be true or false, got 1",
    "features: {ecfp: maccs}": "features.ecfp: must be a mapping or a list, got",
    "features: {ecfp: [1]}": "features.ecfp[0]: must be text, got 1",
    "features: {ecfp: []}": "features.ecfp: needs at least one entry, got []",
    "features: {ecfp: {radius: 2.0}}": (
        "features.ecfp.radius: must be a whole number, got 2.0"
    ),
    "test: {resamples: 1e-3}": "test.resamples: must be a whole number, got 0.001",
    "test: {resamples: 1e0}": "test.resamples: must be ≥ 10, got 1",
    "split: {fractions: {train: most}}": (
        "split.fractions.train: must be a number, got 'most'"
    ),
    "split: {fractions: {train: .nan}}": (
        "split.fractions.train: must be a number, got nan"
    ),
    "test: {confidence: .inf}": "test.confidence: must be a number, got inf",
    # Bounds.
    "training: {seeds: [-1]}": "training.seeds[0]: must be ≥ 0, got -1",
    "split: {seeds: [-1]}": "split.seeds[0]: must be ≥ 0, got -1",
    "split: {seeds: [4294967296]}": "split.seeds[0]: must be ≤ 4294967295, got",
    "features: {ecfp: {size: 8}}": "features.ecfp.size: must be ≥ 16, got 8",
    "features: {ecfp: {radius: 11}}": "features.ecfp.radius: must be ≤ 10, got 11",
    "test: {resamples: 0}": "test.resamples: must be ≥ 10, got 0",
    **{
        f"test: {{resamples: {needed - 1}, confidence: {confidence}}}": (
            f"test.resamples: must be ≥ {needed} for intervals of test.confidence "
            f"{confidence}, which fewer scores do not reach; write {needed} or more"
        )
        for needed, confidence in ((39, 0.95), (19, 0.9), (199, 0.99), (1999, 0.999))
    },
    "test: {confidence: 95}": "test.confidence: must be ≤ 0.999, got 95",
    "split: {fractions: {train: 1.0}}": "split.fractions.train: must be < 1, got 1.0",
    "split: {fractions: {test: 0}}": "split.fractions.test: must be > 0, got 0",
    # Words.
    "objective: {metric: auc}": (
        "objective.metric: must be one of roc_auc, pr_auc, weighted_accuracy, "
        "balanced_accuracy, roc_auc_ovr, accuracy, f1_macro, rmse, mae, r2, "
        "pearson_r2, got 'auc'"
    ),
    "objective: {direction: minimize}": (
        "objective.direction: roc_auc is better when it is higher; write maximize "
        "or leave it out, got 'minimize'"
    ),
    "features: {mine: {kind: columns}}": (
        "features.mine: needs the key 'columns', got kind"
    ),
    "features: {mine: {kind: columns, columns: []}}": (
        "features.mine.columns: needs at least one entry, got []"
    ),
    "features: {mine: {kind: file}}": "features.mine: needs the key 'path', got kind",
    "features: {mine: {kind: file, path: x.csv, size: 64}}": (
        "features.mine: unknown key 'size'"
    ),
    "features: {mine: {kind: columns, columns: [y]}}\ndataset: {tasks: [y, z]}": (
        "features.mine.columns: a task of dataset.tasks must be no feature, got y"
    ),
    "features: {mine: {kind: columns, columns: [x, 'x ', y]}}": (
        "features.mine.columns: must differ, not in blanks around them alone, got x "
        "more than once"
    ),
    "objective: {metric: r2, scale: none}": (
        "objective.scale: is for rmse and mae, whose scores have the unit of the "
        "labels; leave it out, got 'none'"
    ),
    "split: {method: kmeans}": "split.method: must be one of random, stratified,",
    "search: {strategy: {name: annealing}}": "search.strategy.name: must be one of",
    "features: {ecfp: {kind: ecfp}}": (
        "features.ecfp.kind: must be one of circular, maccs, descriptors, atom_pairs,"
    ),
    "training: {keep_models: none}": (
        "training.keep_models: must be one of winners, all, got 'none'"
    ),
    "search: {spaces: [{family: cnn, features: ecfp, hyperparameters: {}}]}": (
        "search.spaces[0].family: must be one of dense, extra_trees, "
        "gaussian_process, gradient_boosting, lightgbm, logistic_regression, "
        "random_forest, ridge, got 'cnn'"
    ),
    # Text.
    "run: store": NAME_RULE,
    "run: candidates": NAME_RULE,
    "run: ../x": NAME_RULE,
    "run: a b": NAME_RULE,
    "run: .hidden": NAME_RULE,
    "run: ''": NAME_RULE,
    "run: |\n  name\n": "config: run: must not have control characters, got 'name",
    "dataset: {sha256: abc}": (
        "dataset.sha256: must be 64 hexadecimal digits in lower case, got 'abc'"
    ),
    "dataset: {smiles_column: ''}": "dataset.smiles_column: must not be empty, got ''",
    # Lists.
    "training: {seeds: []}": "training.seeds: needs at least one entry, got []",
    "search: {spaces: []}": "search.spaces: needs at least one entry, unless models",
    "training: {seeds: [1, 1]}": "training.seeds: must not repeat an entry, got [1, 1]",
    "dataset: {source: []}": "dataset.source: must be a path, an address, or a list",
    "dataset: {tasks: [a, a]}": "dataset.tasks: must not repeat an entry, got ['a',",
    # One key against another.
    "split: {fractions: {train: 0.9}}": (
        "split.fractions: must sum to 1, got {train: 0.9, valid: 0.1, "
        "test: 0.1}, which sum to 1.1"
    ),
    "split: {method: scaffold, seeds: []}": "split.seeds: needs at least one entry",
    "split: {cutoff: 0.5}": (
        "split.cutoff: must be left out, since it is for split.method butina, got 0.5"
    ),
    "split: {method: butina, cutoff: 1}": "split.cutoff: must be < 1, got 1",
    "split: {date_format: '%Y'}": (
        "split.date_format: must be left out, since it is for split.method time, got"
    ),
    **{
        f"split: {{method: time, column: day, date_format: '{told}'}}": (
            "split.date_format: must be number, or a pattern such as %d/%m/%Y in the "
            f"signs of Python's strptime, each at most once, got '{told}'"
        )
        for told in ("%d/%d/%Y", "%Y %c", "%d.%m.%Q", "%d/%m/%Y%", "%-d/%-m/%Y")
    },
    "split: {method: time, column: day, date_format: dd.mm.yyyy}": (
        "split.date_format: must be number, or a pattern such as %d/%m/%Y in the signs "
        "of Python's strptime, got 'dd.mm.yyyy'"
    ),
    "split: {method: group}": (
        "split.column: split.method group needs a column's name, got null"
    ),
    "{dataset: {test_source: a.csv}, split: {method: group, column: series}}": (
        "dataset.test_source: split.method group chooses the test set by groups; write"
    ),
    "split: {method: time}": (
        "split.column: split.method time needs a column's name, got null"
    ),
    "split: {method: time, column: year, seeds: [0]}": (
        "split.seeds: must be left out, since this split.method has no seed, got [0]"
    ),
    "{validation: {scheme: nested}, split: {column: set}}": (
        "validation.scheme: nested tests every molecule once; leave out split.column "
        "and dataset.test_source, or write cross_validation; got 'nested'"
    ),
    "{validation: {scheme: cross_validation}, split: {method: time, column: year}}": (
        "validation.scheme: split.method time gives no folds; write holdout, or let "
        "split.method be random, stratified, scaffold or butina; got 'cross_validation'"
    ),
    "{validation: {scheme: cross_validation}, split: {method: column, column: set}}": (
        "validation.scheme: split.method column gives no folds; write holdout, or let "
        "split.method be random, stratified, scaffold or butina, which keep the "
        "column's test set; got 'cross_validation'"
    ),
    "{validation: {scheme: nested, repeats: 2}, split: {method: scaffold}}": (
        "validation.repeats: scaffold without seeds gives the same folds each time; "
        "write 1, or split.seeds such as [0], got 2"
    ),
    "{validation: {scheme: cross_validation}, final: {refit: train+valid}}": (
        "final.refit: with validation.scheme cross_validation the winners are trained "
        "on all molecules but the test set anyway; write none, got 'train+valid'"
    ),
    "prospective: [{name: a, source: b.csv}, {name: a, source: c.csv}]": (
        "prospective: names must differ, got a, a"
    ),
    "prospective: [{name: a.exclusions, source: b.csv}, {name: a, source: c.csv}]": (
        "prospective: a.exclusions and a would both write a.exclusions.tsv; give one "
        "of them another name, got a.exclusions, a"
    ),
    "prospective: [{name: ../a, source: b.csv}]": (
        "prospective[0].name: must be letters, digits, dot, dash or underscore, at "
        "most 64, got '../a'"
    ),
    "validation: {folds: 1}": "validation.folds: must be ≥ 2, got 1",
    "{dataset: {test_source: a.csv}, split: {column: set}}": (
        "dataset.test_source: the test set cannot come from split.column as well; "
        "write split.column null and another split.method, got 'a.csv'"
    ),
    "{split: {method: stratified}, objective: {metric: rmse}}": (
        "split.method: stratified is for classes, and objective.metric rmse is for "
        "values; write random, scaffold or butina"
    ),
    "split: {method: column}": (
        "split.column: split.method column needs a column's name, got null"
    ),
    "split: {method: column, column: subset, seeds: [0]}": (
        "split.seeds: must be left out, since this split.method has no seed, got [0]"
    ),
    "split: {method: column, column: subset, fractions: {train: 0.8}}": (
        "split.fractions: must be left out, since split.column decides, got {train"
    ),
    # Features.
    "features: {keys: {kind: maccs, size: 64}}": (
        "features.keys: unknown key 'size'; known for maccs are kind"
    ),
    "features: {maccs: {count: true}}": (
        "features.maccs: unknown key 'count'; known for maccs are kind"
    ),
    "features: {descriptors: {radius: 1}}": (
        "features.descriptors: unknown key 'radius'; known for descriptors are kind"
    ),
    "features: {all: [ecfp, mac]}": (
        "features.all[1]: must be defined under features, which has ecfp, counts, "
        "maccs, descriptors, got 'mac'"
    ),
    "features: {more: [ecfp, all]}": (
        "features.more[1]: must not be a list itself, write the names that all lists, "
        "got 'all'"
    ),
    "features: {all: [all]}": "features.all[0]: must not be a list itself, write the",
    "features: {all: [maccs, maccs]}": (
        "features.all: must not repeat an entry, got ['maccs', 'maccs']"
    ),
    "features: {keys: {kind: maccs}, all: [maccs, keys]}": (
        "features.all: maccs and keys are the same features, got ['maccs', 'keys']"
    ),
    "dataset: {source: [a.csv, b.csv]}": (
        "dataset.sha256: must be given, since dataset.source is not one local file"
    ),
    "dataset: {source: 'https://a.b/c.csv'}": (
        "dataset.sha256: must be given, since dataset.source is not one local file"
    ),
    # Settings that a strategy has no use for.
    "search: {strategy: {trials: 9}}": (
        "search.strategy.trials: grid has no such setting, only name; leave it out, "
        "got 9"
    ),
    "search: {strategy: {name: random, rounds: 9}}": (
        "search.strategy.rounds: this strategy has no such setting, only name, trials,"
    ),
    "search: {strategy: {name: tpe, eta: 2}}": "search.strategy.eta: tpe has no such",
    "search: {strategy: {name: halving, candidates: grid, seed: 1}}": (
        "search.strategy.seed: halving with candidates from a grid has no such setting"
    ),
    "search: {strategy: {name: hyperband, trials: 9}}": (
        "search.strategy.trials: hyperband has no such setting, only name, seed,"
    ),
    "search: {spaces: [{family: dense, features: ecfp, hyperparameters: {}, "
    "batch: 4}]}": (
        "search.spaces[0].batch: search.strategy grid has no such setting; leave it "
        "out, got 4"
    ),
    "search: {strategy: {name: tpe, rounds: 1e5}}": (
        "search.strategy.rounds: must be ≤ 1000, got 100000"
    ),
    # Two searches.
    "{models: [dense], search: {spaces: [{family: dense, features: ecfp, "
    "hyperparameters: {}}]}}": (
        "models: only one of preset, models and search.spaces is searched, and models "
        "and search.spaces are written; take out the others (`preset: none`, "
        "`models: []`, `search: {spaces: []}`), got ['dense']"
    ),
    "{preset: quick, search: {spaces: [{family: dense, features: ecfp, "
    "hyperparameters: {}}]}}": (
        "preset: only one of preset, models and search.spaces is searched, and preset "
        "and search.spaces are written;"
    ),
    "{preset: thorough, models: [ridge], objective: {metric: rmse}}": (
        "preset: only one of preset, models and search.spaces is searched, and preset "
        "and models are written;"
    ),
    "preset: slow": (
        "preset: must be one of none, quick, standard, thorough, got 'slow'"
    ),
    "preset: [quick]": "preset: must be",
    "preset: ../classes/quick": "preset: must be one of",
    # Former keys.
    "search: {seeds: [0]}": "search: unknown key 'seeds'; it is now training.seeds",
    "search: {trials: 9}": (
        "search: unknown key 'trials'; it is now search.strategy.trials"
    ),
    "search: {strategy: tpe}": (
        "search.strategy: must be a mapping, such as {name: random, trials: 20}, got "
        "'tpe'"
    ),
    "trainers: warm": "config: unknown key 'trainers'; it is now training.workers",
    "device: gpu": "config: unknown key 'device'; it is now training.device",
}


@pytest.mark.parametrize(("overlay", "message"), FAULTS.items(), ids=repr)
def test_fault_is_one_line_with_key_rule_and_value(merged, overlay, message):
    with pytest.raises(UserError) as refusal:
        complete_config(merged(overlay))
    assert str(refusal.value).startswith(message)
    assert len(str(refusal.value).splitlines()) == 1
    assert len(str(refusal.value)) < 250


HYPERPARAMETER_FAULTS = {
    "{learning_rate: [1e2]}": (
        "learning_rate: must be a number from 1e-09 to 10, got 100"
    ),
    "{neurons: -1}": "neurons: must be a whole number from 1 to 65536, got -1",
    "{neurons: []}": "neurons: needs at least one value, got []",
    "{neurons: true}": "neurons: must be a whole number from 1 to 65536, got true",
    "{dropout: [0.1, .nan]}": "dropout: must be a number from 0 to 0.99, got nan",
    "{optimizer: lion}": "optimizer: must be adam or rmsprop or sgd, got 'lion'",
    "{patience: 0}": "patience: must be a whole number ≥ 1 or null, got 0",
    "{layers: 2}": "layers: dense has no such hyperparameter",
    "{neuron: 2}": "neuron: dense has no such hyperparameter; did you mean neurons?",
    "{epochs: {low: 1, hihg: 2}}": "epochs: unknown key 'hihg'; did you mean high?",
}


@pytest.mark.parametrize(
    ("axes", "message"), HYPERPARAMETER_FAULTS.items(), ids=HYPERPARAMETER_FAULTS
)
def test_fault_in_a_space_is_one_line_with_key_rule_and_value(merged, axes, message):
    config = merged(
        "search: {spaces: [{family: dense, features: ecfp, "
        f"hyperparameters: {axes}}}]}}"
    )
    with pytest.raises(UserError) as refusal:
        complete_config(config)
    where = "search.spaces[0].hyperparameters."
    assert str(refusal.value).startswith(where + message)
    assert len(str(refusal.value).splitlines()) == 1


def test_all_faults_are_told_at_once(merged):
    with pytest.raises(UserError) as refusal:
        complete_config(merged("run: 5\nsplit: {seeds: [-1]}\ntest: {resamples: 0}"))
    keys = [line.split(":")[0] for line in str(refusal.value).splitlines()]
    assert keys == ["run", "split.seeds[0]", "test.resamples"]


def test_a_fault_of_the_strategy_hides_none_of_the_spaces(merged):
    with pytest.raises(UserError) as refusal:
        complete_config(
            merged(
                """
                objective: {metric: roc_acu}
                search: {strategy: {name: rando}}
                models: []
                """
            )
        )
    assert str(refusal.value).count("; did you mean") == 2
    overlay = """
    models: []
    search:
      strategy: {name: rando}
      spaces: [{family: dense, features: ecpf, hyperparameters: {neurns: 1}}]
    """
    with pytest.raises(UserError) as refusal:
        complete_config(merged(overlay))
    lines = str(refusal.value).splitlines()
    meant = [line.partition("did you mean ")[2].split("?")[0] for line in lines]
    assert sorted(meant) == ["ecfp", "neurons", "random"]


def test_faults_against_the_schema_and_between_keys_are_told_at_once(merged):
    overlay = """
run: 5
split: {fractions: {train: 0.9}}
search:
  spaces:
    - {family: dense, features: maps, hyperparameters: {neurons: -1, layers: 2}}
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 0}}
features: {ecfp: {kind: maccs, radius: 2, size: 64}}
"""
    with pytest.raises(UserError) as refusal:
        complete_config(merged(overlay))
    keys = [line.split(":")[0] for line in str(refusal.value).splitlines()]
    assert keys == [
        "run",
        "search.spaces[0].hyperparameters.neurons",
        "search.spaces[0].hyperparameters.layers",
        "search.spaces[0].features",
        "search.spaces[1].hyperparameters.n_estimators",
        "split.fractions",
        "features.ecfp",
        "features.ecfp",
    ]


STRATEGIES = {
    "grid": {},
    "random": {"trials": 20, "seed": 0},
    "sobol": {"trials": 20, "seed": 0},
    "tpe": {"rounds": 5, "batch": 8, "seed": 0},
    "halving": {
        "candidates": "random",
        "trials": 20,
        "seed": 0,
        "min_resource": 5,
        "eta": 3,
    },
    "halving, candidates: grid": {"min_resource": 5, "eta": 3},
    "hyperband": {"seed": 0, "min_resource": 5, "eta": 3},
}


@pytest.mark.parametrize(("name", "settings"), STRATEGIES.items(), ids=STRATEGIES)
def test_settings_of_a_strategy_that_are_left_out(configured, name, settings):
    strategy = configured(f"search: {{strategy: {{name: {name}}}}}")["search"][
        "strategy"
    ]
    assert settings.items() <= strategy.items()
    assert set(strategy) - set(settings) <= {"name", "candidates"}


@pytest.mark.parametrize(
    ("overlay", "sha256", "id_column"),
    [
        ("run: mine", KNOWN_DATASETS["tox21"].sha256, "mol_id"),
        ("dataset: {source: demo}", KNOWN_DATASETS["demo"].sha256, "mol_id"),
        ("dataset: {source: mine.csv}", None, None),
        ("dataset: {source: mine.csv, id_column: name}", None, "name"),
        (f"dataset: {{source: [a, b], sha256: {'f' * 64}}}", "f" * 64, None),
    ],
)
def test_a_source_of_ones_own_inherits_nothing(configured, overlay, sha256, id_column):
    dataset = configured(overlay)["dataset"]
    assert (dataset["sha256"], dataset["id_column"]) == (sha256, id_column)


@pytest.mark.parametrize(
    ("overlay", "seeds", "fractions"),
    [
        ("split: {method: stratified}", [0], [0.8, 0.1, 0.1]),
        ("split: {method: scaffold}", None, [0.8, 0.1, 0.1]),
        ("split: {method: time, column: year}", None, [0.8, 0.1, 0.1]),
        ("split: {method: column, column: set}", None, None),
        ("split: {fractions: {train: 7e-1, test: 2e-1}}", [0], [0.7, 0.1, 0.2]),
    ],
)
def test_what_a_split_leaves_out(configured, overlay, seeds, fractions):
    split = configured(overlay)["split"]
    assert split["seeds"] == seeds
    if fractions is None:
        assert split["fractions"] is None
    else:
        assert [
            split["fractions"][name] for name in ("train", "valid", "test")
        ] == fractions


@pytest.mark.parametrize("metric", METRICS)
def test_the_direction_is_known_from_the_metric(merged, metric):
    overlay = f"objective: {{metric: {metric}}}\nmodels: [random_forest]"
    objective = complete_config(merged(overlay))["objective"]
    assert objective["direction"] == METRICS[metric].direction


def test_a_complete_configuration_stays_as_it_is(merged):
    config = merged("dataset: {source: demo}\nsplit: {method: scaffold}")
    before = deepcopy(config)
    completed = complete_config(config)
    assert complete_config(completed) == completed
    assert config == before


def test_text_is_the_number_that_it_spells_where_a_number_is_expected(configured):
    config = configured(
        """
run: "1e3"
test: {resamples: 1e3, confidence: 9e-1}
training: {seeds: [1e1, 2]}
features: {ecfp: {size: 1e3}}
dataset: {tasks: ["1e3"]}
search: {strategy: {name: random, trials: 1e1}}
"""
    )
    assert config["test"] == {"resamples": 1000, "confidence": 0.9, "seed": 0}
    assert config["training"]["seeds"] == [10, 2]
    assert config["features"]["ecfp"]["size"] == 1000
    assert config["search"]["strategy"]["trials"] == 10
    assert (config["run"], config["dataset"]["tasks"]) == ("1e3", ["1e3"])


def test_a_number_that_yaml_takes_for_text_names_the_same_trials(configured):
    space = """
search:
  strategy: {name: random, trials: 3}
  spaces:
    - family: dense
      features: ecfp
      hyperparameters:
        learning_rate: %s
        neurons: {low: %s, high: %s, step: %s}
        optimizer: [adam, sgd]
        momentum: {values: [%s], when: {optimizer: sgd}}
"""
    texts, numbers = (
        configured(space % spelled)
        for spelled in (
            ("[1e-3, 3e-3]", "1e1", "1e2", "1e1", "9e-1"),
            ("[0.001, 0.003]", "10", "100", "10", "0.9"),
        )
    )
    assert load_plans(texts)[0].trials == load_plans(numbers)[0].trials


@pytest.mark.parametrize(
    ("edit", "refused"),
    [
        pytest.param({}, False, id="the shipped spaces give way"),
        pytest.param({"search": {"spaces": []}}, False, id="no spaces"),
        pytest.param({"models": ["dense"]}, True, id="both are in config.yaml"),
        pytest.param({"preset": "quick"}, True, id="a preset is in config.yaml"),
    ],
)
def test_models_are_searched_in_place_of_the_shipped_spaces_alone(
    merged, monkeypatch, edit, refused
):
    shipped = overlaid(merged(), edit)
    monkeypatch.setattr(
        "toxtune.config.search_checks.Layer.read", lambda path: Layer(shipped)
    )
    config = overlaid(shipped, {"models": ["ridge"], "objective": {"metric": "rmse"}})
    if refused:
        with pytest.raises(UserError, match="only one of preset, models and"):
            complete_config(config)
    else:
        (plan,) = load_plans(complete_config(config))
        assert plan.families == ["ridge"]


def test_overlay_merges_mappings_and_replaces_the_rest():
    below = {"a": {"b": 1, "c": [1, 2]}, "d": 1, "e": {"f": 1}}
    above = {"a": {"c": [3], "g": 4}, "d": {"h": 5}, "e": None}
    assert overlaid(below, above) == {
        "a": {"b": 1, "c": [3], "g": 4},
        "d": {"h": 5},
        "e": None,
    }
    assert below == {"a": {"b": 1, "c": [1, 2]}, "d": 1, "e": {"f": 1}}


def test_names_of_a_user_s_own_are_no_keys_that_bring_others():
    features = {"kind": {"kind": "ecfp"}, "mine": {"kind": "ecfp", "radius": 3}}
    labels = {"metric": 1, "direction": 0, "source": 1, "sha256": 0, "kind": 1}
    below = {"features": features, "dataset": {"labels": labels}}
    above = {
        "features": {"kind": {"kind": "maccs"}, "mine": {"kind": "maccs"}},
        "dataset": {"labels": {"metric": 0, "source": 0, "kind": 0}},
    }
    assert overlaid(below, above) == {
        "features": {"kind": {"kind": "maccs"}, "mine": {"kind": "maccs"}},
        "dataset": {"labels": labels | {"metric": 0, "source": 0, "kind": 0}},
    }
    above = {"features": {"kind": {"kind": "maccs"}}}
    assert overlaid(below, above)["features"] == features | above["features"]


def test_later_files_win(tmp_path):
    (tmp_path / "one.yaml").write_text("run: one\ntraining: {seeds: [7]}\n")
    (tmp_path / "two.yaml").write_text("run: two\n")
    names = [tmp_path / f"{name}.yaml" for name in ("one", "two")]
    config = load_config([ROOT / "config.yaml", *names])
    assert (config["run"], config["training"]["seeds"]) == ("two", [7])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        pytest.param(None, "mine.yaml: cannot be read: No such file", id="missing"),
        pytest.param("run: [", "mine.yaml: is not YAML: line 1: expected", id="syntax"),
        pytest.param(
            "run: x\n\trun: y\n",
            "mine.yaml: is not YAML: line 2: a tab, where YAML wants blanks",
            id="tab",
        ),
        pytest.param(
            "run: x\nrun: y\n",
            "mine.yaml: is not YAML: line 2: the key 'run' stands twice",
            id="key",
        ),
        pytest.param("# Nothing yet.\n", "mine.yaml: has no keys; write", id="empty"),
        pytest.param("\x00", "mine.yaml: is not YAML: ", id="binary"),
        pytest.param("- run\n", "mine.yaml: must be a mapping of keys", id="a list"),
    ],
)
def test_file_that_is_no_configuration_is_one_line(tmp_path, text, message):
    path = Path(tmp_path / "mine.yaml")
    if text is not None:
        path.write_text(text)
    with pytest.raises(UserError) as refusal:
        load_config([path])
    assert str(refusal.value).startswith(f"{tmp_path}/{message}")
    assert len(str(refusal.value).splitlines()) == 1
