"""Reading labels of each kind of tasks."""

import pytest

from toxtune.data.labels import detect_kind, read_label
from toxtune.tasks import BINARY, KINDS, MULTICLASS, REGRESSION


@pytest.mark.parametrize(
    ("kind", "text", "label"),
    [
        (BINARY, "1", "1"),
        (BINARY, " 0.0 ", "0"),
        (BINARY, "2", None),
        (BINARY, "0.5", None),
        (MULTICLASS, "2.0", "2"),
        (MULTICLASS, "19", "19"),
        (MULTICLASS, "20", None),
        (MULTICLASS, "-1", None),
        (MULTICLASS, "0.5", None),
        (REGRESSION, "-3.30", "-3.3"),
        (REGRESSION, "1e3", "1000.0"),
        (REGRESSION, "inf", None),
        (REGRESSION, "1_000", None),
        (REGRESSION, "1,5", None),
    ],
)
def test_label_is_spelled_or_refused(kind, text, label):
    assert read_label(text, kind) == label


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("text", ["", "  ", "NA", "nan", "NaN"])
def test_missing_is_missing_in_every_kind(kind, text):
    assert read_label(text, kind) == ""


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (["0", "1", "", "1.0"], BINARY),
        (["", "NA"], BINARY),
        (["0", "2", "1"], MULTICLASS),
        (["0", "1", "0.5"], REGRESSION),
        (["-1", "1"], REGRESSION),
        (["100", "200"], REGRESSION),
    ],
)
def test_kind_is_told_from_all_labels(labels, kind):
    assert detect_kind(labels) == kind
