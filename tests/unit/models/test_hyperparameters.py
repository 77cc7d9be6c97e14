"""How families declare hyperparameters, and what they refuse."""

import pytest

from toxtune.config.schema import ROOT
from toxtune.models.hyperparameters import Hyperparameter, as_number
from toxtune.models.registry import MODULES, get_family

WIDTH = Hyperparameter(int, 64, "neurons", 1, 100)
STEPS = Hyperparameter(int, 10, "steps", 1)
PATIENCE = Hyperparameter(int, None, "epochs", 1, optional=True)
RATE = Hyperparameter(float, 0.1, "learning rate", 1e-9, 10.0)
ANY = Hyperparameter(float, 0.0, "anything")
SHARE = Hyperparameter(float, "sqrt", "share", 0.1, 1.0, choices=("sqrt", "log2"))
WIDTHS = Hyperparameter(int, None, "widths", 1, 100, optional=True, many=True)
RATES = Hyperparameter(float, [0.1], "rates", many=True)
WORD = Hyperparameter(str, "relu", "activation", choices=("relu", "tanh"))
LIST = "must be a list of whole numbers from 1 to 100 or null"

DECLARED = [
    pytest.param(axis, id=f"{family}-{name}")
    for family in MODULES
    for name, axis in get_family(family).hyperparameters.items()
]


@pytest.mark.parametrize(
    ("axis", "value", "typed"),
    [
        (WIDTH, 1, 1),
        (WIDTH, 100.0, 100),
        (STEPS, 10**12, 10**12),
        (PATIENCE, None, None),
        (PATIENCE, 3, 3),
        (RATE, 1, 1.0),
        (RATE, 1e-9, 1e-9),
        (SHARE, "log2", "log2"),
        (SHARE, 1, 1.0),
        (WORD, "tanh", "tanh"),
        (WIDTHS, None, None),
        (WIDTHS, [100, 1.0], [100, 1]),
        (RATES, [1], [1.0]),
    ],
)
def test_value_gets_the_declared_type(axis, value, typed):
    assert axis.typed(value) == typed
    # Types as well, which 1 == 1.0 does not tell.
    assert repr(axis.typed(value)) == repr(typed)


@pytest.mark.parametrize(
    ("axis", "value", "rule"),
    [
        (WIDTH, 0, "must be a whole number from 1 to 100, got 0"),
        (WIDTH, 101, "must be a whole number from 1 to 100, got 101"),
        (WIDTH, 1.5, "must be a whole number from 1 to 100, got 1.5"),
        (WIDTH, True, "must be a whole number from 1 to 100, got true"),
        (WIDTH, None, "must be a whole number from 1 to 100, got null"),
        (WIDTH, [1], "must be a whole number from 1 to 100, got [1]"),
        (WIDTH, {"a": 1}, "must be a whole number from 1 to 100, got {'a': 1}"),
        (STEPS, float("inf"), "must be a whole number ≥ 1, got inf"),
        (STEPS, float("nan"), "must be a whole number ≥ 1, got nan"),
        (STEPS, "1e300", "must be a whole number ≥ 1, got 1e+300"),
        (
            STEPS,
            "12345678901234567891",
            "must be a whole number ≥ 1, got 12345678901234567891",
        ),
        (STEPS, 2**63, f"must be a whole number ≥ 1, got {2**63}"),
        (PATIENCE, 0, "must be a whole number ≥ 1 or null, got 0"),
        (RATE, 0.0, "must be a number from 1e-09 to 10, got 0.0"),
        (RATE, float("nan"), "must be a number from 1e-09 to 10, got nan"),
        (ANY, float("inf"), "must be a number, got inf"),
        (SHARE, "all", "must be a number from 0.1 to 1 or sqrt or log2, got 'all'"),
        (WORD, "sine", "must be relu or tanh, got 'sine'"),
        (WIDTHS, [], f"{LIST}, got []"),
        (WIDTHS, [0], f"{LIST}, got [0]"),
        (WIDTHS, [2, "b"], f"{LIST}, got [2, 'b']"),
        (WIDTHS, [2.5], f"{LIST}, got [2.5]"),
        (WIDTHS, [[2]], f"{LIST}, got [[2]]"),
        (WIDTHS, 2, f"{LIST}, got 2 (each value of the axis is a list: write [[2]])"),
        (RATES, [None], "must be a list of numbers, got [None]"),
        (WORD, 1, "must be relu or tanh, got 1"),
        (WORD, "1e-3", "must be relu or tanh, got '1e-3'"),
        (WORD, None, "must be relu or tanh, got null"),
        (RATE, "1e2", "must be a number from 1e-09 to 10, got 100"),
        (RATE, "1e999", "must be a number from 1e-09 to 10, got inf"),
        (WIDTH, "1e-3", "must be a whole number from 1 to 100, got 0.001"),
        (WIDTH, "1e3", "must be a whole number from 1 to 100, got 1000"),
    ],
)
def test_illegal_value_is_refused_with_rule_and_value(axis, value, rule):
    with pytest.raises(ValueError, match=r".") as refusal:
        axis.typed(value)
    assert str(refusal.value) == rule


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e-3", 0.001),
        ("1E-3", 0.001),
        ("-1e-3", -0.001),
        ("1e3", 1000),
        ("1e+3", 1000),
        ("1.5e3", 1500.0),
        (".5e-3", 0.0005),
        ("1.", 1.0),
        ("64", 64),
        ("0.5", 0.5),
    ],
)
def test_text_is_the_number_that_it_spells(text, number):
    assert as_number(text) == number
    assert type(as_number(text)) is type(number)


@pytest.mark.parametrize(
    "text", ["many", "", "e", "nan", "inf", "0x1p3", "1_000", " 1e-3", "1e-3\n", "٣"]
)
def test_other_text_stays_text(text):
    assert as_number(text) == text


@pytest.mark.parametrize(
    ("axis", "value", "typed"),
    [
        (RATE, "1e-3", 0.001),
        (WIDTH, "1e1", 10),
        (WIDTHS, ["1e1", 2], [10, 2]),
        (SHARE, "5e-1", 0.5),
        (SHARE, "sqrt", "sqrt"),
    ],
)
def test_a_number_that_yaml_takes_for_text_is_that_number(axis, value, typed):
    assert axis.typed(value) == typed
    assert type(axis.typed(value)) is type(typed)


@pytest.mark.parametrize("axis", DECLARED)
def test_declared_default_is_legal_and_has_its_type(axis):
    assert axis.typed(axis.default) == axis.default
    assert type(axis.typed(axis.default)) is type(axis.default)
    assert axis.legal()
    assert axis.meaning
    assert axis.optional or axis.default is not None


@pytest.mark.parametrize("family", MODULES)
def test_names_do_not_collide_with_the_columns_of_the_tables(family):
    taken = {"trial", "family", "features", "status", "epochs_trained", "seed"}
    assert not taken & set(get_family(family).hyperparameters)


@pytest.mark.parametrize("family", MODULES)
def test_documentation_has_the_declared_defaults_and_bounds(family):
    text = (ROOT / "docs" / "hyperparameters.md").read_text("utf-8")
    section = text.split(f"## {family}")[1].split("## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    declared = get_family(family).hyperparameters
    assert rows == [
        f"| `{name}` | {spelled(axis.default)} | {axis.legal()} | {axis.meaning} |"
        for name, axis in declared.items()
    ]


def spelled(default):
    return "null" if default is None else default
