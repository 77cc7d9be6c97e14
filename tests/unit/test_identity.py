"""Names that say what a thing is."""

import json
import os
import subprocess
import sys

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from toxtune.identity import canonical_json, full_hash, short_id

VALUE = {
    "family": "dense",
    "hyperparameters": {
        "dropout": 0.1,
        "patience": None,
        "positive_weight": "balanced",
    },
    "seeds": [0, 1],
    "name": "µ-opioid",
}
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=5),
    lambda values: (
        st.lists(values, max_size=4)
        | st.dictionaries(st.text(max_size=5), values, max_size=4)
    ),
    max_leaves=12,
)
IN_ANOTHER_PROCESS = """
import json, sys
from toxtune.identity import short_id
print(short_id(json.load(sys.stdin)))
"""


@pytest.mark.parametrize("hash_seed", ["0", "1", "4242"])
def test_id_is_the_same_in_every_process(hash_seed):
    environment = os.environ | {
        "PYTHONHASHSEED": hash_seed,
        "PYTHONPATH": os.pathsep.join(sys.path),
    }
    printed = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        input=json.dumps(VALUE),
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == short_id(VALUE)


def test_id_is_twelve_digits_of_the_full_hash():
    assert len(full_hash(VALUE)) == 64
    assert short_id(VALUE) == full_hash(VALUE)[:12]


def test_order_of_keys_does_not_matter():
    shuffled = {key: VALUE[key] for key in reversed(VALUE)}
    shuffled["hyperparameters"] = dict(reversed(VALUE["hyperparameters"].items()))
    assert list(shuffled) != list(VALUE)
    assert short_id(shuffled) == short_id(VALUE)


def rebuilt(value, order):
    """Copy a value, with the keys of all its dictionaries in another order."""
    if isinstance(value, list):
        return [rebuilt(member, order) for member in value]
    if isinstance(value, dict):
        keys = list(value)
        order.shuffle(keys)
        return {key: rebuilt(value[key], order) for key in keys}
    return value


def typed(value):
    """Spell a value with its types, so that 1, 1.0, True and "1" differ."""
    if isinstance(value, list):
        return [typed(member) for member in value]
    if isinstance(value, dict):
        return {key: typed(member) for key, member in value.items()}
    return repr(value)


@given(value=JSON, order=st.randoms())
def test_order_of_keys_matters_at_no_depth(value, order):
    assert canonical_json(rebuilt(value, order)) == canonical_json(value)


@given(value=JSON)
def test_spelling_gives_the_value_back_with_its_types(value):
    # So no two values are spelled alike.
    assert typed(json.loads(canonical_json(value))) == typed(value)


@given(values=st.tuples(JSON, JSON))
def test_ids_differ_where_values_do(values):
    first, second = values
    assert (short_id(first) == short_id(second)) == (typed(first) == typed(second))


@pytest.mark.parametrize(
    "other",
    [
        {**VALUE, "seeds": [1, 0]},
        {**VALUE, "seeds": [0.0, 1]},
        {**VALUE, "name": None},
        {key: VALUE[key] for key in list(VALUE)[:-1]},
    ],
)
def test_another_value_has_another_id(other):
    assert short_id(other) != short_id(VALUE)


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_numbers_that_json_lacks_are_refused(number):
    with pytest.raises(ValueError, match="JSON"):
        short_id({"learning_rate": [number]})


def test_numbers_of_numpy_are_refused():
    with pytest.raises(TypeError):
        canonical_json({"learning_rate": np.float32(0.1)})


def test_canonical_json_is_ascii_without_blanks():
    assert canonical_json({"b": [1, "µ"], "a": None}) == '{"a":null,"b":[1,"\\u00b5"]}'
