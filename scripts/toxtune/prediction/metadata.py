"""Reading the card of a final model that may come from elsewhere."""

from pathlib import Path
from typing import Any

from toxtune.config.check import feature_faults
from toxtune.config.plain_values import refuse_unplain
from toxtune.config.schema import SCHEMAS, read_schema, schema_faults
from toxtune.errors import UserError
from toxtune.features.definitions import JOINT
from toxtune.io.files import read_json
from toxtune.tasks import TaskType

CARD = "final.json"


FORMAT = 1


MAX_VALUES = 1_000_000


SCHEMA = SCHEMAS / "final.schema.yaml"


def read_card(folder: Path, path: Path) -> dict[str, Any]:
    """Read ``final.json``.

    Parameters
    ----------
    folder
        Where it is.
    path
        The final model, for messages.

    Raises
    ------
    UserError
        If it is not there, or is no card of this format; a line for each fault.
    """
    if not (folder / CARD).is_file():
        raise UserError(f"{path}: is no final model: it has no {CARD}")
    try:
        card = read_json(folder / CARD)
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: {CARD} is damaged: {error}") from None
    refuse_unplain(card, f"{path}: {CARD}", MAX_VALUES)
    if isinstance(card, dict) and card.get("format") != FORMAT:
        raise UserError(
            f"{path}: has format {card.get('format')}, and this toxtune reads {FORMAT}"
        )
    faults = schema_faults(read_schema(SCHEMA), card, "all of it") or _faults(card)
    if faults:
        raise UserError("\n".join(f"{path}: {CARD}: {fault}" for fault in faults))
    return card


def _faults(card: dict[str, Any]) -> list[str]:
    """List what does not go together in a card that its schema allows."""
    tasks, features = card["tasks"], card["trial"]["features"].split(JOINT)
    faults = feature_faults(card["features"])
    faults += [
        f"features: must define {name!r}, which trial.features names"
        for name in features
        if not isinstance(card["features"].get(name), dict)
    ]
    if len(set(tasks)) < len(tasks):
        faults.append("tasks: must not repeat an entry")
    if card["task_type"] == TaskType.BINARY and (
        missing := set(tasks) - set(card["calls"])
    ):
        faults.append(f"calls: must have the task {min(missing)!r}")
    if card["n_outputs"] % len(tasks):
        faults.append(
            f"n_outputs: must be a multiple of the {len(tasks)} tasks, got "
            f"{card['n_outputs']}"
        )
    return faults
