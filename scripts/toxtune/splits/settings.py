"""From a configuration to the settings of its splits, which decide who is where."""

from dataclasses import dataclass, field
from typing import Any, Self

from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.splits.training_set import names_of_sets

# One validation set; or each molecule of the training set is in the validation set once
# per repeat; or that, and each molecule is in the test set once.
HOLDOUT, CROSS_VALIDATION, NESTED = "holdout", "cross_validation", "nested"


NO_REFIT = "none"


@dataclass(frozen=True)
class SplitSettings:
    """How molecules are split.

    Attributes
    ----------
    method
        A splitter of DeepChem's; ``time``; or ``column``, for a column of the dataset
        that names the set.
    seed
        Of a splitter that draws.
    fractions
        Share of each set; empty where it is decided otherwise.
    column
        The column of times, or of names of sets. A splitter that is given one takes the
        test set from it.
    cross_validation
        ``folds`` and ``repeats``.
    outer
        ``folds``, and ``fold``, the number of the one that is the test set.
    """

    method: str
    seed: int | None = None
    fractions: dict[str, float] = field(default_factory=dict)
    column: str = ""
    cross_validation: dict[str, int] | None = None
    outer: dict[str, int] | None = None

    @classmethod
    def from_dict(cls, settings: dict[str, Any]) -> Self:
        """Read settings as `split_settings` returns them."""
        return cls(**settings)


def split_settings(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map the name of each split to its settings, which are its identity.

    A single split has the empty name. See `toxtune.splits.assign.assign` for the
    settings; what does not apply is left out, so that a new setting renames no split.
    """
    split, validation = config["split"], config["validation"]
    seeds = sorted(split["seeds"] or [None])
    nested = validation["scheme"] == NESTED
    settings = {}
    for seed in seeds:
        common = {**_method(config, seed), **_cross_validation(validation)}
        name = [f"split-{seed}"] if len(seeds) > 1 else []
        if not nested:
            settings["".join(name)] = common
            continue
        for fold in range(validation["outer_folds"]):
            outer = {"folds": validation["outer_folds"], "fold": fold}
            settings["-".join([*name, f"outer-{fold}"])] = {**common, "outer": outer}
    return settings


def training_set_names(settings: dict[str, Any]) -> list[str]:
    """Name the training sets of the search: one per fold, or the whole for hold-out."""
    scheme = settings.get("cross_validation")
    count = scheme["folds"] * scheme["repeats"] if scheme else 1
    return names_of_sets(count, are_folds=bool(scheme))


def _method(config: dict[str, Any], seed: int | None) -> dict[str, Any]:
    split = config["split"]
    method = {"method": split["method"]}
    if split["method"] not in {"column", "time"}:
        method["seed"] = seed
    if split["method"] != "column" and config["validation"]["scheme"] != NESTED:
        fractions = split["fractions"].items()
        method["fractions"] = {subset: float(share) for subset, share in fractions}
    if config["dataset"]["test_source"] is not None:
        method["column"] = SPLIT_COLUMN
    elif split["column"] is not None:
        method["column"] = split["column"]
    return method


def _cross_validation(validation: dict[str, Any]) -> dict[str, Any]:
    if validation["scheme"] == HOLDOUT:
        return {}
    folds = {key: validation[key] for key in ("folds", "repeats")}
    return {"cross_validation": folds}
