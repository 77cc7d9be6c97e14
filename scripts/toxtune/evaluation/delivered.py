"""What the final model predicts of the test set, from the files of a run."""

from pathlib import Path

from toxtune.evaluation.conformal import Delivered, deliver, read_conformal
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.search.selection_file import Selection


def read_delivered(
    selection: Selection, test_predictions: str, conformal: str
) -> Delivered:
    """Read the test predictions, and put them together as the final model does.

    Parameters
    ----------
    selection
        What was selected.
    test_predictions, conformal
        Paths of ``test_predictions.csv`` and ``conformal.json``.
    """
    predictions = read_test_predictions(Path(test_predictions), selection.seeds)
    seeds = read_conformal(Path(conformal)).seeds
    return deliver(selection, predictions, seeds)
