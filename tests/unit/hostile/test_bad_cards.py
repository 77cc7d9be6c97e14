"""Cards of final models that are broken or mean harm."""

import json

import pytest

from helpers.final_models import refused_model
from toxtune.prediction.metadata import CARD

pytestmark = pytest.mark.promise(
    "a hostile final model: its card", "refused, with the key"
)


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("", "is damaged"),
        ("{", "is damaged"),
        ("[" * 100_000, "is damaged"),
        ('{"format": ' + "9" * 5000 + "}", "is damaged"),
        ("\0", "is damaged"),
        (b"\xff", "is damaged"),
        ("[]", "all of it: must be a mapping, got []"),
        ("null", "all of it: must be a mapping, got None"),
        ("{}", "has format None, and this toxtune reads 1"),
        ('{"format": 1}', "all of it: needs the key 'trial', 'task_type', 'tasks'"),
        ('{"format": 1, "a": ' + "[" * 30 + "]" * 30 + "}", "at most 20 levels deep"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_card_that_is_none(sound, packed, text, fragment):
    refused_model(
        packed({**sound, CARD: text}),
        CARD if "format" not in fragment else "",
        fragment,
    )


CARDS = {
    "format": ({"format": 2}, "has format 2, and this toxtune reads 1"),
    "family": (
        {"trial": {"family": "os", "features": "ecfp"}},
        "trial.family: must be one of dense, ",
    ),
    "features above": (
        {"trial": {"family": "random_forest", "features": "../ecfp"}},
        "trial.features: must be names of letters, digits, dashes and underscores",
    ),
    "features unknown": (
        {"trial": {"family": "random_forest", "features": "ecfp+maccs"}},
        "features: must define 'maccs', which trial.features names",
    ),
    "task_type": (
        {"task_type": "ordinal"},
        "task_type: must be one of binary, multiclass, regr",
    ),
    "member above": (
        {"members": ["../../etc/passwd"]},
        "members[0]: must be models/seed-, a number, and .keras or .skops, got '..",
    ),
    "member absolute": ({"members": ["/etc/passwd"]}, "members[0]: must be models/se"),
    "member unpacked": (
        {"members": ["models/seed-7.skops"]},
        "it has no models/seed-7",
    ),
    "no members": ({"members": []}, "members: needs at least one entry"),
    "transform above": (
        {"transforms": {"ecfp": "../../x.npz"}},
        "transforms.ecfp: must be transforms/, a name of features, and .npz",
    ),
    "huge features": (
        {"features": {"ecfp": {"kind": "circular", "radius": 2, "size": 10**12}}},
        "features.ecfp.size: must be ≤ 65536, got 1000000000000",
    ),
    "kind of features": (
        {"features": {"ecfp": {"kind": "os.system"}}},
        "features.ecfp.kind: must be one of circular, maccs, descriptors",
    ),
    "setting of features": (
        {"features": {"ecfp": {"kind": "maccs", "size": 64}}},
        "features.ecfp: unknown key 'size'; known for maccs are kind",
    ),
    "features of another size": (
        {"features": {"ecfp": {"kind": "circular", "radius": 2, "size": 128}}},
        "is no final model: ValueError",
    ),
    "tasks repeated": ({"tasks": ["one", "one"]}, "tasks: must not repeat an entry"),
    "tasks as text": ({"tasks": "one"}, "tasks: must be a list, got 'one'"),
    "task with a line end": (
        {"tasks": ["one\n", "two"]},
        "tasks[0]: must not have control characters",
    ),
    "one task more": (
        {"tasks": ["one", "two", "three"], "n_outputs": 3},
        "calls: must have the task 'three'",
    ),
    "no calls": ({"calls": {}}, "calls: must have the task 'one'"),
    "temperature": (
        {"calls": {"one": {"temperature": 0, "threshold": 1}}},
        "calls.one.temperature: must be > 0, got 0",
    ),
    "outputs": (
        {"n_outputs": 5},
        "n_outputs: must be a multiple of the 2 tasks, got 5",
    ),
    "threshold": ({"domain": {"threshold": "x"}}, "domain.threshold: must be a number"),
    "not a number": (
        {"domain": {"threshold": float("nan")}},
        "domain.threshold: must be a number, got nan",
    ),
    "versions": ({"versions": {"numpy": 2}}, "versions.numpy: must be text, got 2"),
    "terminal": ({"versions": {"\x1b[2J": "2"}}, "a key must not have control"),
}


@pytest.mark.parametrize(("changes", "fragment"), CARDS.values(), ids=CARDS)
def test_card_that_is_refused(sound, packed, changes, fragment):
    card = json.dumps(json.loads(sound[CARD]) | changes)
    refused_model(packed({**sound, CARD: card}), fragment)
