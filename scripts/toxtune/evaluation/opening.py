"""Opening the test set: recorded in the ledger first, then predicted."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from toxtune.data.subsets import read_subset
from toxtune.evaluation.ledger import Opened, opening_id, record_opening
from toxtune.evaluation.predictions import predict_test
from toxtune.io.integrity import read_model_record
from toxtune.models.registry import get_family
from toxtune.search.selection_file import Selection, read_selection
from toxtune.workers.server import call
from toxtune.workers.supervision import UNBOUNDED


@dataclass(frozen=True)
class PredictionsTable:
    """Predictions of the test set to be made, and the files that they are made from.

    Attributes
    ----------
    models
        Folder of the winners' models, or of their refits.
    features
        Folder of the test set's features, scaled as those that the models were
        trained on.
    predictions
        The table to write.
    """

    models: Path
    features: Path
    predictions: Path


def open_test(
    *,
    selection: Path,
    test: Path,
    tables: Sequence[PredictionsTable],
    records: Sequence[Path],
    ledger: Path,
    run: str,
    workers: str,
) -> None:
    """Predict the test set with every winner, after recording that in the ledger.

    Parameters
    ----------
    selection
        The file ``selection.json``.
    test
        Table of the test set.
    tables
        Which predictions to make: of the models and, if there are any, of the refits.
    records
        The JSON files beside the models.
    ledger
        The ledger of the test set's source.
    run
        Name of the run.
    workers
        Which process predicts; see `toxtune.workers.server.call`.

    Raises
    ------
    UserError
        If a model is not the one that was trained; then nothing is recorded.
    """
    selected = read_selection(selection)
    groups = frozenset(read_subset(test).groups)
    test_set = Opened(selected.dataset, selected.split, groups)
    record_opening(ledger, opening_line(selected, records, run, test_set))
    imports = [name for f in selected.winners for name in get_family(f).imports]
    function = f"{predict_test.__module__}:{predict_test.__name__}"
    for table in tables:
        paths = {"selection": selection, "test": test, **asdict(table)}
        arguments = {name: str(path) for name, path in paths.items()}
        call(function, arguments, imports, workers, UNBOUNDED)


def opening_line(
    selection: Selection, records: Sequence[Path], run: str, test_set: Opened
) -> dict[str, Any]:
    """Return the ledger's line for an opening."""
    winners = selection.winners.items()
    # Models that no selection needs may lie beside them.
    used = [path for path in records if path.parent.name in selection.models]
    store_keys = [read_model_record(path)["store_key"] for path in used]
    return {
        "selection": opening_id(selection.id, store_keys),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "overall": selection.overall,
        "objective": selection.objective.metric,
        "winners": {family: winner.trial.id for family, winner in winners},
        **test_set.in_line(),
    }
