"""What was varied: the hyperparameters that differ between the trials of a family."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

from toxtune.report.run import Run


@dataclass(frozen=True)
class Varied:
    """A hyperparameter with several values among the trials of a family.

    Attributes
    ----------
    values
        The distinct values: numbers by size, everything else after them.
    by_trial
        Trial to its value.
    """

    values: list[Any]
    by_trial: dict[str, Any]

    @property
    def numeric(self) -> bool:
        """Whether all values are numbers."""
        return all(_is_number(value) for value in self.values)

    def index(self, trial: str) -> int:
        """Return the rank of a trial's value among the distinct ones, from 0."""
        return self.values.index(self.by_trial[trial])

    def position(self, trial: str) -> float:
        """Return the rank of a trial's value among the distinct ones, from 0 to 1."""
        return self.index(trial) / (len(self.values) - 1)


@cache
def varied_settings(run: Run, family: str) -> dict[str, Varied]:
    """Return the hyperparameters, and features, with several values in a family."""
    trials = list(run.trials.loc[run.trials["family"] == family, "trial"])
    settings = {trial: run.setting(trial) for trial in trials}
    names = sorted({name for setting in settings.values() for name in setting})
    varied = {}
    for name in names:
        by_trial = {trial: setting.get(name) for trial, setting in settings.items()}
        values = _distinct(by_trial)
        if len(values) > 1:
            varied[name] = Varied(values, by_trial)
    return varied


def value_text(value: Any) -> str:
    """Write a value as the configuration would.

    >>> value_text(None), value_text([64, 32]), value_text("adam")
    ('null', '[64, 32]', 'adam')
    """
    if value is None:
        return "null"
    if isinstance(value, float):
        return repr(value)
    return value if isinstance(value, str) else json.dumps(value)


def short_text(value: Any) -> str:
    """Write a value for the eye: numbers with a decimal point to three digits.

    >>> short_text(0.00123456), short_text(512)
    ('0.00123', '512')
    """
    return f"{value:.3g}" if isinstance(value, float) else value_text(value)


def setting_texts(run: Run) -> dict[str, str]:
    """Say, for each trial, what sets it apart from the others of its family."""
    texts = dict.fromkeys(run.trials["trial"], "")
    for family in run.families:
        for name, hyperparameter in varied_settings(run, family).items():
            for trial, value in hyperparameter.by_trial.items():
                comma = ", " if texts[trial] else ""
                texts[trial] += f"{comma}{name} {value_text(value)}"
    return texts


def _distinct(by_trial: dict[str, Any]) -> list[Any]:
    by_text = {value_text(value): value for value in by_trial.values()}
    return sorted(by_text.values(), key=_order)


def _order(value: Any) -> tuple[bool, float, str]:
    number = _is_number(value)
    return (not number, value if number else 0.0, value_text(value))


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
