"""A run as Optuna studies, one per family."""

import json
import warnings
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toxtune.export.trials import (
    COMPLETE,
    FAILED,
    GIVEN_UP,
    NOTE,
    ExportedRun,
    ExportedTrial,
)

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.trial import FrozenTrial

# A range is logarithmic if its ends differ by at least this factor.
LOG_RATIO = 50


def write_studies(run: ExportedRun, path: Path) -> None:
    """Write the studies ``{run}: {family}`` into a new SQLite file.

    A parameter is a setting that differs among the trials of the family; its
    distribution is the range, or the list, of the values that were tried. The value of
    a trial is its validation score; test scores are user attributes of the winner.
    """
    import optuna
    from optuna.exceptions import ExperimentalWarning
    from optuna.study import StudyDirection

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
    for family in run.families:
        trials = [trial for trial in run.trials if trial.family == family]
        study = optuna.create_study(
            storage=storage,
            study_name=f"{run.name}: {family}",
            direction=StudyDirection[run.objective.direction.upper()],
        )
        with warnings.catch_warnings(category=ExperimentalWarning, action="ignore"):
            study.set_metric_names([f"valid_{run.objective.metric}"])
        study.set_user_attr("note", NOTE)
        distributions = _distributions(trials)
        study.add_trials([_frozen(trial, distributions, run) for trial in trials])
    storage.engine.dispose()


def _frozen(
    trial: ExportedTrial,
    distributions: "dict[str, BaseDistribution]",
    run: ExportedRun,
) -> "FrozenTrial":
    from optuna.trial import TrialState, create_trial

    states = {
        COMPLETE: TrialState.COMPLETE,
        GIVEN_UP: TrialState.PRUNED,
        FAILED: TrialState.FAIL,
    }
    frozen = create_trial(
        state=states[trial.outcome],
        value=trial.scores.get(f"valid_{run.objective.metric}"),
        params={name: _plain(trial.settings[name]) for name in distributions},
        distributions=distributions,
        user_attrs={
            "trial": trial.id,
            "settings": trial.settings,
            **trial.facts,
            **trial.scores,
        },
    )
    # The time of the training is not known, only how long it took.
    frozen.datetime_complete = datetime.now()  # noqa: DTZ005, naive as all of Optuna's
    frozen.datetime_start = frozen.datetime_complete - timedelta(seconds=trial.seconds)
    return frozen


def _distributions(trials: list[ExportedTrial]) -> "dict[str, BaseDistribution]":
    values: dict[str, list[Any]] = {}
    for trial in trials:
        for name, value in trial.settings.items():
            seen = values.setdefault(name, [])
            if _plain(value) not in seen:
                seen.append(_plain(value))
    return {name: _distribution(seen) for name, seen in values.items() if len(seen) > 1}


def _distribution(values: list[Any]) -> "BaseDistribution":
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    types = set(map(type, values))
    if not types <= {int, float}:
        return CategoricalDistribution(sorted(values, key=str))
    low, high = min(values), max(values)
    log = low > 0 and high / low >= LOG_RATIO
    if types == {int}:
        return IntDistribution(low, high, log=log)
    return FloatDistribution(low, high, log=log)


def _plain(value: Any) -> Any:
    """Write a list as text, since Optuna does not know lists."""
    return json.dumps(value) if isinstance(value, list) else value
