"""The training sets of a split, and where their files are."""

from dataclasses import dataclass

from toxtune.features.definitions import features_files

WHOLE, ALL = "whole", "all"

_FOLD = "fold-"


@dataclass(frozen=True)
class TrainingSet:
    """A training set, with the validation and the test set that belong to it.

    Attributes
    ----------
    dataset, split
        Their ids.
    name
        ``whole`` is the training set of the split. ``fold-3`` lacks the molecules of
        that fold of a cross-validation: they are its validation set. ``all`` is the
        training and the validation set of the split together.
    """

    dataset: str
    split: str
    name: str = WHOLE

    @property
    def folder(self) -> str:
        """The folder of all its files."""
        return f"data/{self.dataset}/{self.split}/{self.name}"

    def subset(self, subset: str) -> str:
        """Path of the molecules of ``train``, ``valid`` or ``test``."""
        return f"{self.folder}/{subset}.csv"

    def features(self, subset: str, name: str) -> list[str]:
        """Paths of a subset's features, to be put side by side in this order.

        `name` is as in `toxtune.features.definitions.features_name`.
        """
        return [f"{self.folder}/{subset}/{file}" for file in features_files(name)]

    def transform(self, name: str) -> str:
        """Path of the scaling that was fitted on the training molecules' features."""
        return f"{self.folder}/transforms/{name}.npz"


def names_of_sets(count: int, are_folds: bool) -> list[str]:
    """Name the training sets of a search: one per fold, or the whole for hold-out."""
    return [fold_name(number) for number in range(count)] if are_folds else [WHOLE]


def fold_name(number: int) -> str:
    """Name the training set that lacks the molecules of a fold."""
    return f"{_FOLD}{number}"


def fold_number(name: str) -> int | None:
    """Return the number of the fold that `fold_name` named; ``None`` without folds."""
    return int(name.removeprefix(_FOLD)) if name.startswith(_FOLD) else None
