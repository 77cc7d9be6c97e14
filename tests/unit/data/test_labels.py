"""Reading labels of each task_type of tasks."""

import pytest

from toxtune.data.labels import detect_task_type, read_label
from toxtune.tasks import TaskType


@pytest.mark.parametrize(
    ("task_type", "text", "label"),
    [
        (TaskType.BINARY, "1", "1"),
        (TaskType.BINARY, " 0.0 ", "0"),
        (TaskType.BINARY, "2", None),
        (TaskType.BINARY, "0.5", None),
        (TaskType.MULTICLASS, "2.0", "2"),
        (TaskType.MULTICLASS, "19", "19"),
        (TaskType.MULTICLASS, "20", None),
        (TaskType.MULTICLASS, "-1", None),
        (TaskType.MULTICLASS, "0.5", None),
        (TaskType.REGRESSION, "-3.30", "-3.3"),
        (TaskType.REGRESSION, "1e3", "1000.0"),
        (TaskType.REGRESSION, "inf", None),
        (TaskType.REGRESSION, "1_000", None),
        (TaskType.REGRESSION, "1,5", None),
    ],
)
def test_label_is_spelled_or_refused(task_type, text, label):
    assert read_label(text, task_type) == label


@pytest.mark.parametrize("task_type", TaskType)
@pytest.mark.parametrize("text", ["", "  ", "NA", "nan", "NaN"])
def test_missing_is_missing_in_every_kind(task_type, text):
    assert read_label(text, task_type) == ""


@pytest.mark.parametrize(
    ("labels", "task_type"),
    [
        (["0", "1", "", "1.0"], TaskType.BINARY),
        (["", "NA"], TaskType.BINARY),
        (["0", "2", "1"], TaskType.MULTICLASS),
        (["0", "1", "0.5"], TaskType.REGRESSION),
        (["-1", "1"], TaskType.REGRESSION),
        (["100", "200"], TaskType.REGRESSION),
    ],
)
def test_kind_is_told_from_all_labels(labels, task_type):
    assert detect_task_type(labels) == task_type
