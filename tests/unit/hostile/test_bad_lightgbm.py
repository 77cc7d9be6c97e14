"""LightGBM's texts from elsewhere: it reads none that it would not have written.

What gets through to it by mistake ends the process, and so this suite.
"""

import json
import random
import re
import zipfile

import numpy as np
import pytest

from helpers.families import VALID, fit
from helpers.final_models import refused_model, with_member
from helpers.harm import Payload, zipped
from toxtune.models.lightgbm import load

pytestmark = pytest.mark.promise(
    "a hostile final model: its boosted trees", "refused before LightGBM reads them"
)

TEXT, CONTENTS = "task-0.txt", "model.json"


@pytest.fixture(scope="module")
def trees(tmp_path_factory):
    """Return the files of a sound model: name to text."""
    path = tmp_path_factory.mktemp("trees") / "model"
    fit("lightgbm", n_estimators=3, num_leaves=4, colsample_bytree=1.0).model.save(path)
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


# A line, by a pattern for its beginning, in place of the first of these.
LINES = {
    "feature beyond the last": ("split_feature=[0-9]+", "split_feature=64"),
    "feature that has no bits": ("split_feature=[0-9]+", f"split_feature={9**30}"),
    "huge feature": ("split_feature=[0-9]+", "split_feature=4294967295"),
    "negative feature": ("split_feature=[0-9]+", "split_feature=-1"),
    "endless circle": ("left_child=-?[0-9]+", "left_child=0"),
    "child beyond the last": ("left_child=-?[0-9]+", "left_child=1000000"),
    "leaf beyond the last": ("right_child=-?[0-9]+", "right_child=-1000000"),
    "leaf with two parents": (
        "left_child=.*\nright_child=.*",
        "left_child=1 2 -1\nright_child=-1 -2 -3",
    ),
    "category": ("decision_type=[0-9]+", "decision_type=1"),
    "categories": ("num_cat=0", "num_cat=1\ncat_boundaries=0 1\ncat_threshold=1"),
    "no leaves": ("num_leaves=4", "num_leaves=0"),
    "many leaves": ("num_leaves=4", "num_leaves=999999"),
    "too many leaves": ("num_leaves=4", "num_leaves=99999999999"),
    "negative leaves": ("num_leaves=4", "num_leaves=-4"),
    "no number": ("leaf_value=[-.0-9e]+", "leaf_value=e"),
    "not finite": ("leaf_value=[-.0-9e]+", "leaf_value=1e999"),
    "long number": ("leaf_value=[-.0-9e]+", f"leaf_value=0.{'1' * 99}"),
    "threshold that is none": ("threshold=[-.0-9e]+", "threshold=nan"),
    "two spaces": ("threshold=", "threshold= "),
    "linear": ("is_linear=0", "is_linear=1"),
    "line more": ("is_linear=0", "leaf_const=1\nis_linear=0"),
    "line fewer": ("is_linear=0\n", ""),
    "other number": ("Tree=1", "Tree=7"),
    "no end": ("end of trees\n", ""),
    "after the end": ("end of trees\n", "end of trees\n\nparameters:\n[x: y]\n"),
    "no trees": ("Tree=(.|\n)*end", "end"),
    "sizes": ("feature_infos", "tree_sizes=99999999\nfeature_infos"),
    "other classes": ("num_class=1", "num_class=1000000"),
    "other objective": ("binary sigmoid:1", "custom"),
    "feature names": ("Column_7", "Column_8"),
    "windows": ("\n", "\r\n"),
    "end of a string": ("shrinkage=1", "shrinkage=1\0"),
}


@pytest.mark.parametrize(("old", "new"), LINES.values(), ids=LINES)
def test_line_that_lightgbm_would_not_write(trees, folder, old, new):
    text, changes = re.subn(old, new, trees[TEXT], count=1)
    assert changes == 1
    (folder / "model").write_bytes(zipped({**trees, TEXT: text}))
    with pytest.raises(ValueError, match="model"):
        load(folder / "model")


CHANGES = {
    "no features": {"n_features": 0},
    "endless features": {"n_features": 10**12},
    "features as text": {"n_features": "64"},
    "features as a share": {"n_features": 64.0},
    "classes": {"classes": [0, 1, 2], "task_type": "multiclass"},
    "type": {"task_type": "ranking"},
    "no classes": {"classes": [], "task_type": "multiclass"},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_description_that_does_not_fit(trees, folder, changes):
    content = json.loads(trees[CONTENTS])
    content["tasks"][0] |= changes
    (folder / "model").write_bytes(zipped({**trees, CONTENTS: json.dumps(content)}))
    with pytest.raises((ValueError, TypeError, ZeroDivisionError)):
        load(folder / "model")


def test_texts_with_chance_faults_do_no_harm(trees, folder):
    """Either refused, or a model that predicts."""
    chance, outcomes = random.Random(0), {True: 0, False: 0}
    words = ["-1", "0", "1", "63", "64", "999999999999", "nan", "inf", "", " ", "\n"]
    spans = [one.span() for one in re.finditer(r"[-.\w]+", trees[TEXT])]
    for _ in range(400):
        start, end = chance.choice(spans[-150:])
        text = trees[TEXT][:start] + chance.choice(words) + trees[TEXT][end:]
        (folder / "model").write_bytes(zipped({**trees, TEXT: text}))
        try:
            predictions = load(folder / "model").predict(VALID.features)
        except ValueError:
            outcomes[False] += 1
        else:
            outcomes[True] += 1
            assert np.isfinite(predictions).all()
    assert min(outcomes.values()) > 10


FILES = {
    "nothing": ({}, "KeyError"),
    "no JSON": ({CONTENTS: "{"}, "JSONDecodeError"),
    "deep JSON": ({CONTENTS: "[" * 100_000}, "RecursionError"),
    "list": ({CONTENTS: "[]"}, "TypeError"),
    "no text": ({CONTENTS: '{"classes": 1, "tasks": [{}]}'}, "KeyError"),
    "no text at all": ({CONTENTS: '{"classes": 1, "tasks": [0.0, 1.0, 0.5]}'}, "n_out"),
}


@pytest.mark.parametrize(("files", "fragment"), FILES.values(), ids=FILES)
def test_final_model_with_bad_trees(sound, packed, files, fragment):
    refused_model(packed(with_member(sound, "lightgbm", zipped(files))), fragment)


def test_final_model_with_a_pickle_or_foreign_trees(sound, packed, trees):
    pickled = with_member(
        sound, "lightgbm", b"cposix\nsystem\n" + repr(Payload).encode()
    )
    refused_model(packed(pickled), "models/lightgbm-seed-0.lightgbm: is damaged")
    text = trees[TEXT].replace("split_feature=", "split_feature=9", 1)
    files = {**trees, TEXT: text}
    refused_model(
        packed(with_member(sound, "lightgbm", zipped(files))),
        "ValueError: ",
    )
