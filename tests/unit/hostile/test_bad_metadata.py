"""Metadata of final models that are broken or mean harm."""

import json

import pytest

from helpers.final_models import made_trial, refused_model
from toxtune.prediction.applicability_domain import ApplicabilityDomain
from toxtune.prediction.metadata import METADATA_FILE

pytestmark = pytest.mark.promise(
    "a hostile final model: its metadata", "refused, with the key"
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
        ("null", "all of it: must be a mapping, got null"),
        ("{}", "has format null, but this toxtune reads 4"),
        ('{"format": 4}', "all of it: needs the key 'run', 'selection', 'objective'"),
        ('{"format": 4, "a": ' + "[" * 30 + "]" * 30 + "}", "at most 20 levels deep"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_metadata_that_are_none(sound, packed, text, fragment):
    refused_model(
        packed({**sound, METADATA_FILE: text}),
        METADATA_FILE if "format" not in fragment else "",
        fragment,
    )


OWN = {"kind": "columns", "name": "assay", "columns": ["a"]}
TRIAL = made_trial().to_dict()
MEMBER = {
    "trial": TRIAL["id"],
    "seed": 3,
    "file": "models/random_forest-seed-3.skops",
    "store_key": "3",
}
DOMAIN = ApplicabilityDomain(min_similarity=0.5).to_dict()
METADATA = {
    "older format": (
        {"format": 1},
        "has format 1, but this toxtune reads 4; predict with toxtune 0.1",
    ),
    "format of a version that was never released": (
        {"format": 3},
        "has format 3, but this toxtune reads 4; predict with the commit that made it",
    ),
    "newer format": ({"format": 5}, "has format 5, but this toxtune reads 4"),
    "format that is no number": ({"format": True}, "has format true, but this toxtune"),
    "family": (
        {"trials": [TRIAL | {"family": "os"}]},
        "trials[0].family: must be one of dense, ",
    ),
    "features above": (
        {"trials": [TRIAL | {"features": "../ecfp"}]},
        "trials[0].features: must be names of letters, digits, dashes and underscores",
    ),
    "features unknown": (
        {"trials": [TRIAL | {"features": "ecfp+maccs"}]},
        "features: must define 'maccs', which trials[0].features names",
    ),
    "task_type": (
        {"trials": [TRIAL | {"task_type": "ordinal"}]},
        "trials[0].task_type: must be one of binary, multiclass, regr",
    ),
    "trial with another setting": (
        {"trials": [TRIAL | {"path": "/etc"}]},
        "trials[0]: unknown key 'path'",
    ),
    "trial without an id": (
        {"trials": [TRIAL | {"id": "../pwned"}]},
        "trials[0].id: must be 12 hexadecimal digits, got '../pwned'",
    ),
    "member above": (
        {"members": [MEMBER | {"file": "../../etc/passwd"}]},
        "members[0].file: must be models/, the name of a model, -seed-, a number",
    ),
    "member absolute": (
        {"members": [MEMBER | {"file": "/etc/passwd"}]},
        "members[0].file: must be models/",
    ),
    "member twice": ({"members": [MEMBER, MEMBER]}, "members: must not repeat a file"),
    "member without a key": (
        {"members": [{k: v for k, v in MEMBER.items() if k != "store_key"}]},
        "members[0]: needs the key 'store_key'",
    ),
    "member unpacked": (
        {"members": [MEMBER | {"file": "models/random_forest-seed-7.skops"}]},
        "it has no models/random_forest-seed-7",
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
    "own features without a name": (
        {"features": {"ecfp": {"kind": "columns", "columns": ["a"]}}},
        "features.ecfp: needs the key 'name'",
    ),
    "own features with a path": (
        {"features": {"ecfp": OWN | {"path": "/etc/passwd"}}},
        "features.ecfp: unknown key 'path'",
    ),
    "own features without a transform": (
        {"features": {"ecfp": OWN}},
        "transforms: must have 'ecfp', which scales features of that name",
    ),
    "features of another size": (
        {"features": {"ecfp": {"kind": "circular", "radius": 2, "size": 128}}},
        "is not a final model: ValueError",
    ),
    "tasks repeated": ({"tasks": ["one", "one"]}, "tasks: must not repeat an entry"),
    "tasks as text": ({"tasks": "one"}, "tasks: must be a list, got 'one'"),
    "task with a line end": (
        {"tasks": ["one\n", "two"]},
        "tasks[0]: must not have control characters",
    ),
    "one task more": (
        {
            "tasks": ["one", "two", "three"],
            "n_outputs": 3,
            "fallback": {"one": [0.5], "two": [0.5], "three": [0.5]},
        },
        "thresholds: must have the task 'three'",
    ),
    "no thresholds": ({"thresholds": {}}, "thresholds: must have the task 'one'"),
    "temperature": (
        {"thresholds": {"one": {"temperature": 0, "threshold": 1}}},
        "thresholds.one.temperature: must be > 0, got 0",
    ),
    "outputs of other models": (
        {"n_outputs": 4, "fallback": {"one": [0.5, 0.5], "two": [0.5, 0.5]}},
        "is not a final model: ValueError: its models predict 1 numbers of a task",
    ),
    "outputs": (
        {"n_outputs": 5},
        "n_outputs: must be a multiple of the 2 tasks, got 5",
    ),
    "similarity": (
        {"applicability_domain": DOMAIN | {"min_similarity": "x"}},
        "applicability_domain.min_similarity: must be a number",
    ),
    "domain of fewer properties": (
        {
            "descriptor_domain": {
                "max_leverage": 1.0,
                "means": [1.0],
                "precision": [[1.0]],
                "molecules": 3,
            }
        },
        "descriptor_domain: must be of 10 properties",
    ),
    "not a number": (
        {"applicability_domain": DOMAIN | {"min_similarity": float("nan")}},
        "applicability_domain.min_similarity: must be a number, got nan",
    ),
    "versions": ({"versions": {"numpy": 2}}, "versions.numpy: must be text, got 2"),
    "terminal": ({"versions": {"\x1b[2J": "2"}}, "a key must not have control"),
}


@pytest.mark.parametrize(("changes", "fragment"), METADATA.values(), ids=METADATA)
def test_metadata_that_are_refused(sound, packed, changes, fragment):
    metadata = json.dumps(json.loads(sound[METADATA_FILE]) | changes)
    refused_model(packed({**sound, METADATA_FILE: metadata}), fragment)
