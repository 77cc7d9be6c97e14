"""Checks of what is searched, which no schema can make."""

from collections.abc import Iterable
from typing import Any

from toxtune.config.layers import Layer
from toxtune.config.presets import NO_PRESET, read_preset
from toxtune.config.schema import ROOT
from toxtune.config.searches import searched_spaces
from toxtune.config.sections import ObjectiveSection, SearchSection
from toxtune.errors import UserError
from toxtune.features.definitions import DefinedFeatures
from toxtune.search.schedule import BUDGETS
from toxtune.search.space import SpaceSection, read_space
from toxtune.stats.metrics import METRICS
from toxtune.text import shown


def check_searches(
    preset: str,
    models: list[str],
    search: SearchSection,
    objective: ObjectiveSection,
) -> Iterable[str]:
    """Refuse two searches, of which only one would be made.

    Merging hides who wrote what, but the spaces that config.yaml and a preset have are
    known: they give way, and no others do.
    """
    shipped = Layer.read(ROOT / "config.yaml").values
    ready = read_preset({"preset": preset, "objective": objective})
    written: dict[str, object] = {}
    if preset != NO_PRESET:
        written["preset"] = preset
    if models:
        written["models"] = models
    if search["spaces"] and not _are_shipped(search["spaces"], shipped, ready):
        written["search.spaces"] = search["spaces"]
    if not models and not search["spaces"]:
        yield "search.spaces: needs at least one entry, unless models has one, got []"
    if len(written) > 1:
        first = next(iter(written))
        yield (
            f"{first}: only one of preset, models and search.spaces is searched, and "
            f"{' and '.join(written)} are written; take out the others (`preset: "
            "none`, `models: []`, `search: {spaces: []}`), got "
            f"{shown(written[first])}"
        )


def _are_shipped(
    spaces: list[SpaceSection], shipped: dict[str, Any], ready: Layer | None
) -> bool:
    """Whether spaces are a preset's, or config.yaml's beside no other search there."""
    if ready is not None and spaces == ready.values["search"]["spaces"]:
        return True
    has_other = shipped.get("preset", NO_PRESET) != NO_PRESET or shipped.get("models")
    return not has_other and spaces == shipped["search"].get("spaces")


def check_spaces(
    models: list[str],
    spaces: list[SpaceSection],
    features: DefinedFeatures,
    objective: ObjectiveSection,
) -> Iterable[str]:
    """Refuse axes and values that the families do not have."""
    task_type = METRICS[objective["metric"]].task_type
    for key, space in searched_spaces(models, spaces):
        try:
            read_space(space, list(features), key, task_type)
        except UserError as error:
            yield from str(error).splitlines()


def check_budgets(search: SearchSection) -> Iterable[str]:
    """Refuse settings of single spaces that the strategy has no use for."""
    strategy = search["strategy"]
    for number, space in enumerate(search["spaces"]):
        for key, value in space.items():
            if key in BUDGETS and key not in strategy:
                yield (
                    f"search.spaces[{number}].{key}: search.strategy "
                    f"{strategy['name']} has no such setting; leave it out, "
                    f"got {shown(value)}"
                )


def check_search_budget(search: SearchSection) -> Iterable[str]:
    """Refuse a budget where scores decide what is trained."""
    name = search["strategy"]["name"]
    if search["budget"] is not None and name not in {"grid", "random", "sobol"}:
        yield (
            "search.budget: is for grid, random and sobol, whose trials are known "
            f"before any is trained; {name} has settings of its own for that, so "
            "leave it out"
        )
