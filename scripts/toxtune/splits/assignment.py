"""Who is in which set and fold, and who is in none for which reason."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

logger = logging.getLogger(__name__)

SUBSETS = ["train", "valid", "test"]
NAMES = {"train": "training set", "valid": "validation set", "test": "test set"}


# assignment.tsv has them all.
MOST_LOGGED = 50


@dataclass(frozen=True)
class Assignment:
    """Where each row of molecules.csv belongs.

    Attributes
    ----------
    subsets
        ``train``, ``valid``, ``test``, or empty for a row that is left out.
    folds
        For each repeat of a cross-validation, the number of each row's fold;
        -1 for rows that are not in ``train``.
    left_out
        Why a row is in no set, by the row's place in molecules.csv.
    notes, warnings
        What was taken for what, and what people should beware of, a sentence each.
    """

    subsets: list[str]
    folds: list[list[int]]
    left_out: Mapping[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    def without(self, reasons: Mapping[int, str]) -> Self:
        """Leave out further rows, each for a reason."""
        return replace(
            self,
            subsets=[
                "" if row in reasons else subset
                for row, subset in enumerate(self.subsets)
            ],
            folds=[
                [-1 if row in reasons else fold for row, fold in enumerate(fold_of)]
                for fold_of in self.folds
            ],
            left_out={**reasons, **self.left_out},
        )

    def log_left_out(self, ids: Sequence[str]) -> None:
        """Log which rows are in no set, by the id of each row; not all of many."""
        for row in sorted(self.left_out)[:MOST_LOGGED]:
            logger.info("In no set: %s, since %s", ids[row], self.left_out[row])
        if (more := len(self.left_out) - MOST_LOGGED) > 0:
            logger.info("In no set: %d more, see assignment.tsv", more)

    def warned(self, warnings: list[str]) -> Self:
        """Add warnings."""
        return replace(self, warnings=[*self.warnings, *warnings])
