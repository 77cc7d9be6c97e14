"""What was tried: the hyperparameters that differ between the trials of a family."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from toxtune.report.run import Run


@dataclass(frozen=True)
class Tried:
    """One hyperparameter of a family, over its trials.

    Attributes
    ----------
    values
        The distinct values: numbers by size, all else after them.
    of
        Trial to its value.
    """

    values: list[Any]
    of: dict[str, Any]

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(_is_number(value) for value in self.values)

    def place(self, trial: str) -> float:
        """Return where a trial's value stands among the distinct ones, from 0 to 1."""
        return self.values.index(self.of[trial]) / (len(self.values) - 1)


@cache
def tried(run: Run, family: str) -> dict[str, Tried]:
    """Return the hyperparameters, and features, with several values in a family."""
    trials = list(run.trials.loc[run.trials["family"] == family, "trial"])
    settings = {trial: run.setting(trial) for trial in trials}
    names = sorted({name for setting in settings.values() for name in setting})
    columns = {
        name: {trial: setting.get(name) for trial, setting in settings.items()}
        for name in names
    }
    varied = {name: Tried(_distinct(of), of) for name, of in columns.items()}
    return {name: one for name, one in varied.items() if len(one.values) > 1}


def spelled(value: Any) -> str:
    """Spell a value as the configuration would."""
    if value is None:
        return "null"
    if isinstance(value, float):
        return repr(value)
    return value if isinstance(value, str) else json.dumps(value)


def short(value: Any) -> str:
    """Spell a value for the eye: of a number with a point, three digits."""
    return f"{value:.3g}" if isinstance(value, float) else spelled(value)


def setting_texts(run: Run) -> dict[str, str]:
    """Spell, for each trial, what sets it apart from the others of its family."""
    texts = dict.fromkeys(run.trials["trial"], "")
    for family in run.families:
        for name, one in tried(run, family).items():
            for trial, value in one.of.items():
                comma = ", " if texts[trial] else ""
                texts[trial] += f"{comma}{name} {spelled(value)}"
    return texts


def _distinct(of: dict[str, Any]) -> list[Any]:
    by_text = {spelled(value): value for value in of.values()}
    return sorted(by_text.values(), key=_order)


def _order(value: Any) -> tuple[bool, float, str]:
    number = _is_number(value)
    return (not number, value if number else 0.0, spelled(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
