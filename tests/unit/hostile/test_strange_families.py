"""Files that ask for families of nobody's: no module is imported for them."""

import json
import sys

import pytest

from helpers.final_models import refused_model
from toxtune.prediction.metadata import METADATA_FILE

pytestmark = pytest.mark.promise(
    "a hostile final model: its family", "refused; no module is imported"
)


def with_family(sound, family):
    metadata = json.loads(sound[METADATA_FILE])
    metadata["trials"][0]["family"] = family
    return {**sound, METADATA_FILE: json.dumps(metadata)}


@pytest.mark.parametrize("family", ["turtledemo.clock", "os.path", "lib2to3.main"])
def test_module_is_not_imported(sound, packed, family):
    imported = set(sys.modules)
    refused_model(
        packed(with_family(sound, family)), "If you trust the code", f"={family!r}"
    )
    assert family in imported or family not in sys.modules


@pytest.mark.parametrize("family", ["os", "..", "a.b/c", ".a", "a.B", ""])
def test_name_that_is_none_of_a_module(sound, packed, family):
    refused_model(packed(with_family(sound, family)), "trials[0].family: must be ")
