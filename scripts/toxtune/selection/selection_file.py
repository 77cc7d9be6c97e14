"""The frozen selection: what names it, and reading it back."""

from pathlib import Path
from typing import Any

from toxtune.identity import short_id
from toxtune.io.integrity import damaged, read_written
from toxtune.search.trials import read_trial
from toxtune.text import shown


def read_selection(path: Path) -> dict[str, Any]:
    """Read what `toxtune.selection.winners.select` returned.

    Raises
    ------
    UserError
        If the file is damaged, or what it says is not what its ids stand for.
    """
    selection = read_written(path)
    try:
        id = selection_id(selection)
        for winner in selection["winners"].values():
            for name in ("trial", "model", "refit"):
                read_trial(winner[name], path)
        complete = {"objective", "rule", "id"} <= set(selection)
        is_known = selection["overall"] in selection["winners"]
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "is no selection") from None
    if not complete or not is_known:
        raise damaged(path, "is no selection")
    if selection["id"] != id:
        raise damaged(
            path, f"the winners give the id {id}, and it has {shown(selection['id'])}"
        )
    return selection


def selection_id(selection: dict[str, Any]) -> str:
    """Name what the test set is opened for."""
    frozen = {key: selection[key] for key in ("dataset", "split", "seeds", "overall")}
    winners = selection["winners"]
    ids = {family: winner["trial"]["id"] for family, winner in winners.items()}
    return short_id({**frozen, "winners": ids})
