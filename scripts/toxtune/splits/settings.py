"""From a configuration to the settings of its splits, which decide who is where."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self, TypedDict

from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.splits.training_set import names_of_sets

# One validation set; or each molecule of the training set is in the validation set once
# per repeat; or that, and each molecule is in the test set once.
HOLDOUT, CROSS_VALIDATION, NESTED = "holdout", "cross_validation", "nested"


NO_REFIT = "none"


class Folds(TypedDict):
    """A cross-validation: the number of folds, and how often they are drawn."""

    folds: int
    repeats: int


class OuterFold(TypedDict):
    """Which of how many folds of all molecules is the test set."""

    folds: int
    fold: int


class SplitSection(TypedDict):
    """``split`` of a checked configuration."""

    method: str
    fractions: dict[str, float] | None
    seeds: list[int] | None
    column: str | None
    cutoff: float | None
    date_format: str | None


class ValidationSection(TypedDict):
    """``validation`` of a checked configuration."""

    scheme: str
    folds: int
    repeats: int
    outer_folds: int


def draws_sets(method: str) -> bool:
    """Tell whether a method of splitting draws sets, and so also folds: by seeds.

    The others take the sets that a column gives.
    """
    return method not in {"time", "column"}


@dataclass(frozen=True)
class SplitSettings:
    """How molecules are split.

    Attributes
    ----------
    method
        A key of `toxtune.splits.splitters.SPLITTERS`; ``time``; or ``column``, for a
        column of the dataset that names the set.
    seed
        Of a splitter that draws; ``scaffold`` does if it has one.
    fractions
        Share of each set; empty where it is decided otherwise.
    column
        The column of times, of names of sets, or of names of groups. Another splitter
        that is given one takes the test set from it.
    cutoff
        Of ``butina``: the Tanimoto distance up to which molecules are alike.
    date_format
        How times are spelled, where it cannot be seen.
    decimal
        Of times that are numbers: the decimal sign, where it cannot be seen.
    cross_validation
        ``None`` for hold-out.
    outer
        Which outer fold is the test set; ``None`` if the splitter makes one.
    """

    method: str
    seed: int | None = None
    fractions: dict[str, float] = field(default_factory=dict)
    column: str = ""
    cutoff: float = 0.0
    date_format: str = ""
    decimal: str = ""
    cross_validation: Folds | None = None
    outer: OuterFold | None = None

    @property
    def test_is_given(self) -> bool:
        """Whether a column or the time says who is in the test set, and no splitter."""
        return bool(self.column) and self.method != "group"

    @property
    def folds(self) -> int:
        """The number of folds in one repeat; 1 for hold-out."""
        return self.cross_validation["folds"] if self.cross_validation else 1

    def to_dict(self) -> dict[str, Any]:
        """Return what the split's id is a hash of.

        What does not apply is left out, so that a new setting renames no split.
        """
        given = {each.name: getattr(self, each.name) for each in fields(self)}
        settings = {name: value for name, value in given.items() if value}
        if draws_sets(self.method):
            settings["seed"] = self.seed
        return settings

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> Self:
        """Read what `to_dict` returned."""
        return cls(**settings)


def split_settings(
    split: SplitSection,
    validation: ValidationSection,
    given_test: bool = False,
    decimal: str | None = None,
) -> dict[str, SplitSettings]:
    """Map the name of each split to its settings.

    A single split has the empty name.

    Parameters
    ----------
    split, validation
        Sections of a checked configuration.
    given_test
        Whether the test set is a file of its own.
    decimal
        ``dataset.decimal``, which matters to times alone.
    """
    common = _common_settings(split, validation)
    if decimal and split["method"] == "time":
        common = replace(common, decimal=decimal)
    if given_test:
        common = replace(common, column=SPLIT_COLUMN)
    settings: dict[str, SplitSettings] = {}
    seeds: list[int | None] = [*sorted(split["seeds"])] if split["seeds"] else [None]
    for seed in seeds:
        seeded = replace(common, seed=seed)
        name = [f"split-{seed}"] if len(seeds) > 1 else []
        if validation["scheme"] != NESTED:
            settings["".join(name)] = seeded
            continue
        for fold in range(validation["outer_folds"]):
            outer: OuterFold = {"folds": validation["outer_folds"], "fold": fold}
            settings["-".join([*name, f"outer-{fold}"])] = replace(seeded, outer=outer)
    return settings


def training_set_names(settings: SplitSettings) -> list[str]:
    """Name the training sets of the search: one per fold, or the whole for hold-out."""
    scheme = settings.cross_validation
    count = scheme["folds"] * scheme["repeats"] if scheme else 1
    return names_of_sets(count, are_folds=bool(scheme))


def _common_settings(
    split: SplitSection, validation: ValidationSection
) -> SplitSettings:
    """Return what all splits of a configuration have in common."""
    scheme = validation["scheme"]
    fractions = {} if scheme == NESTED else split["fractions"] or {}
    folds: Folds = {"folds": validation["folds"], "repeats": validation["repeats"]}
    return SplitSettings(
        method=split["method"],
        fractions={subset: float(share) for subset, share in fractions.items()},
        column=split["column"] or "",
        cutoff=split["cutoff"] or 0.0,
        date_format=split["date_format"] or "",
        cross_validation=None if scheme == HOLDOUT else folds,
    )
