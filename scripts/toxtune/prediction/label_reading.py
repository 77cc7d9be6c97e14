"""How the labels of a final model's tasks are read, and what their classes are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from toxtune.labels.column import Bounds
from toxtune.labels.tasks import words_of
from toxtune.labels.words import plain


@dataclass(frozen=True)
class LabelReading:
    """How labels of later data are read: as those that the model was trained on.

    Attributes
    ----------
    words
        Task to what its words mean: a class, a value, or ``None`` for a missing label.
    bounds
        ``dataset.bounds``.
    classes
        Task to what it calls class 0, 1, ...; a task whose classes are numbers has no
        entry.
    """

    words: Mapping[str, Mapping[str, float | None]] = field(default_factory=dict)
    bounds: str = Bounds.REFUSE.value
    classes: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        tasks: Sequence[str],
        curation: Mapping[str, Any],
        words: Mapping[str, Any],
        bounds: str,
    ) -> "LabelReading":
        """Put together what the dataset's labels were taken for.

        Parameters
        ----------
        tasks
            Of the model.
        curation
            Content of ``curation.json``.
        words, bounds
            ``dataset.labels`` and ``dataset.bounds``.
        """
        known = {}
        for task in tasks:
            named = {plain(word): to for word, to in words_of(task, words).items()}
            known[task] = curation["words"].get(task, {}) | named
        return cls(
            words={task: known[task] for task in tasks if known[task]},
            bounds=bounds,
            classes={
                task: names
                for task, names in curation["classes"].items()
                if task in tasks
            },
        )

    def of_tasks(self, tasks: Sequence[str]) -> dict[str, Any]:
        """Return the words of some tasks as ``dataset.labels`` has them."""
        return {task: dict(self.words[task]) for task in tasks if task in self.words}

    def class_names(self, task: str, count: int) -> list[str]:
        """Return what a task calls its classes; numbers where it has no names."""
        return names_of_classes(self.classes.get(task, ()), count)


def names_of_classes(names: Sequence[str], count: int) -> list[str]:
    """Name so many classes: by their own names, and by numbers where they have none.

    Examples
    --------
    >>> names_of_classes(["low", "high"], 3), names_of_classes([], 2)
    (['low', 'high', '2'], ['0', '1'])
    """
    return [*names[:count], *map(str, range(len(names), count))]
