"""Configurations that are broken or mean harm: each ends in one line that says why."""

import pytest

from helpers.harm import refused
from toxtune.commands.launch import read_configurations
from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.overlay import read_overlay
from toxtune.config.schema import ROOT
from toxtune.errors import UserError

pytestmark = pytest.mark.promise(
    "a bad configuration", "refused in one line with file, key, rule and value"
)

CONFIG = ROOT / "config.yaml"
RANDOM = "search: {strategy: {name: random, seed: %s}}"
OWN = "dataset: {source: "
NAME_RULE = ("run: must be letters, digits, dot, dash or underscore, at most 64",)


def lists(depth):
    """Ten lists of ten lists of ten: 10 to the power of `depth` values."""
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for level in range(1, depth):
        repeated = ", ".join([f"*a{level - 1}"] * 10)
        lines.append(f"a{level}: &a{level} [{repeated}]")
    return "\n".join(lines)


def mappings(depth):
    """Write the same with mappings, which are merged key by key."""
    lines = ["split: &a0 {k0: x, k1: x}"]
    for level in range(1, depth):
        repeated = ", ".join(f"k{key}: *a{level - 1}" for key in range(10))
        lines.append(f"a{level}: &a{level} {{{repeated}}}")
    return "\n".join(lines)


def space(hyperparameters, family="dense", **strategy):
    """Configure one space; `strategy` has the settings of the strategy."""
    settings = ", ".join(f"{key}: {value}" for key, value in strategy.items())
    return (
        f"search: {{spaces: [{{family: {family}, features: ecfp, "
        f"hyperparameters: {hyperparameters}}}], strategy: {{{settings}}}}}"
    )


FAULTS = {
    # Code.
    "python object": (
        "run: !!python/object/apply:os.system ['touch pwned']",
        ("is not YAML", "python/object/apply:os.system"),
    ),
    "python name": ("run: !!python/name:os.system", ("python/name:os.system",)),
    "python module": ("run: !!python/module:os", ("python/module:os",)),
    "unknown tag": ("run: !evil x", ("is not YAML", "!evil")),
    "template": (
        "__use_yte__: true\nrun: ?__import__('os').system('touch pwned')",
        ("__use_yte__", "no template"),
    ),
    # Much in little.
    "lists of lists": (lists(9), ("at most 10,000 values", "anchor")),
    "lists as a name": (f"{lists(9)}\nrun: *a8", ("at most 10,000 values",)),
    "mappings of mappings": (mappings(9), ("at most 10,000 values", "anchor")),
    "list in itself": ("run: &a [*a]", ("at most 20 levels deep",)),
    "mapping in itself": ("split: &a {seeds: *a}", ("at most 20 levels deep",)),
    "3,000 brackets": ("[" * 3000, ("nested too deeply",)),
    "21 levels": ("run: " + "[" * 21 + "]" * 21, ("at most 20 levels deep",)),
    "long file": ("#" * 1_000_001, ("at most 1,000,000 characters",)),
    "long text": (f"run: {'x' * 10_001}", ("run: must have at most 10,000 ch",)),
    # Numbers and types.
    "5,000 digits": (f"run: {'9' * 5000}", ("is not YAML", "4300 digits")),
    "5,000 hexadecimal digits": (
        f"search: {{strategy: {{seed: 0x{'f' * 5000}}}}}",
        ("search.strategy.seed: must be a whole number within ±9223372036854775807",),
    ),
    "key of 5,000 hexadecimal digits": (
        f"? 0x{'f' * 5000}\n: x",
        ("a key must be text, got a number of thousands of digits",),
    ),
    "5,000 digits as text": (
        f"training: {{seeds: ['{'9' * 5000}']}}",
        ("training.seeds[0]: must be a whole number within ±9223372036854775807",),
    ),
    "5,000 digits as text, negative": (
        f"select: {{rule: '-{'9' * 5000}'}}",
        ("select.rule: must be a whole number within ±9223372036854775807",),
    ),
    "5,000 digits as the text of a step": (
        "search: {spaces: [{family: dense, features: ecfp, hyperparameters: "
        f"{{neurons: {{low: 1, high: 9, step: '{'9' * 5000}'}}}}}}]}}",
        ("neurons.step: must be a whole number within ±9223372036854775807",),
    ),
    "20 digits": (
        "search: {strategy: {min_resource: 99999999999999999999}}",
        ("search.strategy.min_resource: must be a whole number within",),
    ),
    "date": ("run: 2026-11-24", ("run: must be text, a number", "got a date")),
    "no date": ("run: 2026-13-45", ("is not YAML", "month")),
    "set": ("run: !!set {a}", ("run: must be text, a number", "got a set")),
    "bytes": ("run: !!binary eA==", ("run: must be text, a number", "got a bytes")),
    "pairs": ("run: !!omap [a: 1]", ("run[0]: must be text", "got a tuple")),
    "float that is none": ("run: !!float x", ("is not YAML", "'x'")),
    "time that is none": ("run: !!timestamp x", ("is not YAML",)),
    "number as key": ("5: x", ("a key must be text, got 5; quote it",)),
    "null as key": ("split: {null: 1}", ("split: a key must be text, got null",)),
    "NaN as seed": ("training: {seeds: [.nan]}", ("seeds[0]: must be a whole", "nan")),
    "infinite seed": (RANDOM % ".inf", ("search.strategy.seed: must be a wh", "inf")),
    "negative seed": (RANDOM % "-1", ("search.strategy.seed: must be ≥ 0, got -1",)),
    "negative split seed": ("split: {seeds: [-1]}", ("split.seeds[0]: must be ≥ 0",)),
    "NaN as share": (
        "split: {fractions: {train: .nan}}",
        ("split.fractions.train: must be a number, got nan",),
    ),
    # The file.
    "key twice": ("run: a\nrun: b", ("'run' stands twice", "line 2")),
    "key twice, deep": (
        "split:\n  seeds: [0]\n  seeds: [1]",
        ("'seeds' stands twice", "line 3"),
    ),
    "list": ("- run", ("must be a mapping of keys to values, got ['run']",)),
    "empty list": ("[]", ("must be a mapping of keys to values, got []",)),
    "text": ("run", ("must be a mapping of keys to values, got 'run'",)),
    "zero": ("0", ("must be a mapping of keys to values, got 0",)),
    "two documents": ("run: a\n---\nrun: b", ("is not YAML", "single document")),
    "open bracket": ("run: [", ("is not YAML",)),
    "tab": ("split:\n\tseeds: [0]", ("is not YAML", "line 2", "a tab")),
    "empty": ("", ("has no keys",)),
    "a comment": ("# nothing\n", ("has no keys",)),
    "NUL": ("run: a\0b", ("is not YAML", "#x0000")),
    "UTF-16": ("run: a".encode("utf-16"), ("must be UTF-8 text", "0xff")),
    "Latin-1": ("run: é".encode("latin-1"), ("must be UTF-8 text",)),
    # Names that become paths.
    "run above": ("run: ../x", NAME_RULE),
    "run absolute": ("run: /tmp/pwned", NAME_RULE),
    "run with folder": ("run: a/b", NAME_RULE),
    "run two dots": ("run: '..'", NAME_RULE),
    "run shared folder": ("run: store", NAME_RULE),
    "run with blank": ("run: a b", NAME_RULE),
    "run with command": ("run: $(touch pwned)", NAME_RULE),
    "run with semicolon": ("run: x;touch pwned", NAME_RULE),
    "run as option": ("run: --forceall", NAME_RULE),
    "run with braces": ("run: '{wildcards}'", NAME_RULE),
    "run in Cyrillic": ("run: рун", NAME_RULE),
    "run with NUL": ('run: "a\\0b"', ("run: must not have control characters",)),
    "run with line end": ('run: "a\\nb"', ("run: must not have control characters",)),
    "run with half a character": ('run: "\\ud800"', ("must not have control",)),
    "run too long": (f"run: {'x' * 65}", NAME_RULE),
    "prospective above": (
        "prospective: [{name: ../x, source: a.csv}]",
        ("prospective[0].name: must be letters, digits",),
    ),
    "prospective with command": (
        "prospective: [{name: $(touch pwned), source: a.csv}]",
        ("prospective[0].name: must be letters, digits",),
    ),
    # Names that stand in tables and messages.
    "features with bell": (
        'features: {"e\\u0007c": {kind: maccs}}',
        ("features: a key must not have control characters, got 'e\\x07c'",),
    ),
    "column with line end": (
        'dataset: {smiles_column: "smi\\nles"}',
        ("dataset.smiles_column: must not have control characters",),
    ),
    "task with escape": (
        'dataset: {tasks: ["\\u001b[2J"]}',
        ("dataset.tasks[0]: must not have control characters",),
    ),
    "features that are not there": (
        space("{}").replace("ecfp", "'$(touch pwned)'"),
        ("search.spaces[0].features: '$(touch pwned)' is not defined",),
    ),
    # Searches without end.
    "long axis": (
        space("{epochs: {low: 1, high: 2000000000}}"),
        ("the grid of dense's epochs must have at most 100,000 points",),
    ),
    "large grid": (
        space("{neurons: {low: 1, high: 1000}, epochs: {low: 1, high: 1000}}"),
        ("the grid of dense must have at most 100,000 points",),
    ),
    "deep hyperband": (
        space("{epochs: 1000000000}", name="hyperband", min_resource=1, eta=2),
        ("hyperband of dense must have at most 100,000 points",),
    ),
    "endless patience": (
        space(
            "{epochs: 45, patience: {low: 1, high: 2000000000}}",
            name="halving",
        ),
        ("dense's patience must be null",),
    ),
    "endless resource": (
        space("{epochs: {low: 1, high: 2000000000}}", name="halving"),
        ("dense's epochs must be one value", "got 2000000000 values"),
    ),
    "range of NaN": (
        space("{dropout: {low: .nan, high: 0.5}}", name="random"),
        ("hyperparameters.dropout.low: must be a number from 0 to 0.99, got nan",),
    ),
    "range to infinity": (
        space("{learning_rate: {low: 0.1, high: .inf}}", name="random"),
        ("hyperparameters.learning_rate.high: must be a number from 1e-09 to 10",),
    ),
    "axis with numbers as keys": (
        space("{neurons: {1: 2, low: 3}}"),
        ("hyperparameters.neurons: a key must be text, got 1",),
    ),
    # Sources.
    "no such user": (OWN + "'~nobody-here/a.csv'}", ("dataset.source", "no file ~nob")),
    "variable that is not set": (
        OWN + "$NOT_SET_AT_ALL/a.csv}",
        ("dataset.source", "variable NOT_SET_AT_ALL is not set"),
    ),
    "command in a source": (
        OWN + "'$(touch pwned)'}",
        ("dataset.source", "no file $(touch pwned)"),
    ),
    "folder": (OWN + ".}", ("dataset.source", "there is no file")),
    "device": (OWN + "/dev/zero}", ("dataset.source", "there is no file /dev/zero")),
    "pipe": (OWN + "pipe}", ("dataset.source", "inside/pipe")),
    "long path": (OWN + "x" * 300 + "}", ("dataset.source", "there is no file x")),
    "prospective device": (
        "prospective: [{name: a, source: /dev/zero}]",
        ("prospective[0].source", "there is no file /dev/zero"),
    ),
}


@pytest.mark.parametrize(("text", "fragments"), FAULTS.values(), ids=FAULTS)
def test_configuration_is_refused(folder, pipe, text, fragments):
    overlay = folder / "mine.yaml"
    overlay.write_bytes(text if isinstance(text, bytes) else text.encode())
    message = refused(planned, overlay)
    for fragment in fragments:
        assert fragment in message
    assert {path.name for path in folder.iterdir()} == {"mine.yaml", "pipe"}


def planned(overlay):
    """Do with a configuration what is done before any job."""
    config = load_config([CONFIG, overlay])
    load_plans(config)


@pytest.mark.parametrize("name", ["absent.yaml", ".", "x" * 300])
def test_file_that_cannot_be_read(name):
    with pytest.raises(UserError, match="cannot be read"):
        read_overlay(name)


@pytest.mark.parametrize("text", ["\ufeffrun: mine\n", "run: mine\r\n", "{}"])
def test_harmless_files_are_read(folder, text):
    (folder / "mine.yaml").write_bytes(text.encode())
    assert load_config([CONFIG, folder / "mine.yaml"])["run"] in {"mine", "tox21"}


def test_anchors_and_merges_are_read(folder):
    (folder / "mine.yaml").write_text(
        "split: {fractions: &shares {train: 0.8, valid: 0.1, test: 0.1}}\n"
        "features:\n  a: &a {kind: circular, radius: 2, size: 64}\n"
        "  b: {<<: *a, size: 128}\n  c: {<<: *a, radius: 3}\n",
        encoding="utf-8",
    )
    features = load_config([CONFIG, folder / "mine.yaml"])["features"]
    assert features["b"] == {"kind": "circular", "radius": 2, "size": 128}


@pytest.mark.parametrize("setting", ["run=[", "run=!!python/name:os.system", "run={a"])
def test_setting_on_the_command_line(folder, setting):
    (folder / "config.yaml").write_text("run: mine\n", encoding="utf-8")
    with pytest.raises(UserError, match="--config run: is not YAML"):
        read_configurations([], [setting])
    assert read_configurations([], ["run=other"])[-1].values == {"run": "other"}


@pytest.mark.parametrize("cache", ["", "{", "[]", '{"a": ', "\0"])
def test_damaged_memory_of_checksums_is_forgotten(folder, cache):
    (folder / ".toxtune").mkdir()
    (folder / ".toxtune/source_hashes.json").write_text(cache, encoding="utf-8")
    (folder / "own file (é).csv").write_text("smiles,a\nC,1\n", encoding="utf-8")
    (folder / "mine.yaml").write_text(
        "dataset: {source: own file (é).csv}", encoding="utf-8"
    )
    first, again = (
        load_plans(load_config([CONFIG, folder / "mine.yaml"]))[0].dataset["sha256"]
        for _ in range(2)
    )
    assert first == again
    assert len(first) == 64
