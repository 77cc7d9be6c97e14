"""What a split is, for its folder: ``split.json``."""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from toxtune.splits.assignment import SUBSETS, Assignment
from toxtune.splits.settings import SplitSettings

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Size:
    """How many molecules a set has, and how many different ones (groups)."""

    molecules: int
    groups: int


@dataclass(frozen=True)
class Recipe:
    """What a split is, and what came of it.

    Attributes
    ----------
    settings
        See `toxtune.splits.settings.SplitSettings.to_dict`; the split's id is their
        hash.
    sets
        The size of ``train``, ``valid`` and ``test``.
    folds
        For each repeat of a cross-validation, the size of each fold.
    left_out
        Why rows are in no set, and how many for each reason.
    labels
        How many labels the sets had, and what settling did to them; see
        `toxtune.data.settling.Settlement.counts`. `contrasting_stereoisomers`: see
        `toxtune.data.stereo_labels`.
    tasks_left_out
        Tasks that the training set cannot teach, with the reason; the sets do not have
        them.
    notes, warnings
        What was taken for what, and what people should beware of, a sentence each.
    """

    settings: dict[str, Any]
    sets: dict[str, Size]
    folds: list[list[Size]]
    left_out: dict[str, int]
    labels: dict[str, int]
    tasks_left_out: dict[str, str]
    notes: list[str]
    warnings: list[str]

    @classmethod
    def of(
        cls,
        settings: SplitSettings,
        groups: Sequence[str],
        assigned: Assignment,
        labels: dict[str, int],
        tasks_left_out: dict[str, str],
    ) -> Self:
        """Describe an assignment of rows, given the group of each row."""
        return cls(
            settings=settings.to_dict(),
            sets={
                subset: _sizes(groups, assigned.subsets, subset) for subset in SUBSETS
            },
            folds=[
                [_sizes(groups, fold_of, fold) for fold in sorted(set(fold_of) - {-1})]
                for fold_of in assigned.folds
            ],
            left_out=dict(Counter(assigned.left_out.values())),
            labels=labels,
            tasks_left_out=tasks_left_out,
            notes=assigned.notes,
            warnings=assigned.warnings,
        )

    def log(self) -> None:
        """Log the sizes of the sets, and the warnings."""
        rows = sum(size.molecules for size in self.sets.values())
        rows += sum(self.left_out.values())
        for subset, size in self.sets.items():
            logger.info(
                "%s: %d molecules (%.1f %%) in %d groups",
                subset,
                size.molecules,
                100 * size.molecules / rows,
                size.groups,
            )
        logger.info(
            "%(measured)d labels, of which %(cleared)d were cleared and %(averaged)d "
            "averaged, since rows of one compound differ",
            self.labels,
        )
        for note in self.notes:
            logger.info(note)
        for warning in self.warnings:
            logger.warning("Warning: %s", warning)

    def to_dict(self) -> dict[str, Any]:
        """Return what ``split.json`` holds; the settings are keys beside the others."""
        described = asdict(self)
        return described.pop("settings") | described


def _sizes(groups: Sequence[str], members: Sequence[Any], name: Any) -> Size:
    found = [g for g, member in zip(groups, members, strict=True) if member == name]
    return Size(len(found), len(set(found)))
