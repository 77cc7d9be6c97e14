"""Reading the labels of all tasks: what is said of them."""

import pytest

from toxtune.labels.column import Bounds
from toxtune.labels.tasks import read_task_labels
from toxtune.tasks import TaskType


def warnings_of(*cells):
    read = read_task_labels(
        {"Kd": cells},
        [f"line {number}" for number in range(len(cells))],
        task_type=TaskType.REGRESSION,
        words={},
        bounds=Bounds.REFUSE,
        are_asked_for=True,
    )
    return read.warnings


def test_values_that_forests_take_for_equal_are_warned_of():
    (warning,) = warnings_of("1e-9", "5e-9", "2e-8", "")
    assert warning.startswith("Values of Kd hardly differ (SD 1e-08)")


@pytest.mark.parametrize("cells", [("1", "5", "20"), ("1e-9",), ("3", "3"), ("", "")])
def test_others_are_not(cells):
    assert warnings_of(*cells) == []
