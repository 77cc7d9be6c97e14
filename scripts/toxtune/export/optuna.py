"""A run as Optuna studies: one of all families, and one of each."""

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toxtune.export.trials import (
    COMPLETE,
    FAILED,
    GIVEN_UP,
    ExportedRun,
    ExportedTrial,
)

if TYPE_CHECKING:
    from optuna import Study
    from optuna.distributions import BaseDistribution
    from optuna.storages import RDBStorage
    from optuna.trial import FrozenTrial

# A range is logarithmic if its ends differ by at least this factor.
LOG_RATIO = 50
_Settings = dict[str, Any]


def write_studies(run: ExportedRun, path: Path) -> None:
    """Write the studies into a new SQLite file.

    The study ``{run}`` has all trials. Its parameters are ``family``, ``features`` and,
    as ``{family}.{setting}``, what differs within a family: such a one is there for the
    trials of its family alone. If there are several families, ``{run}: {family}`` has
    the trials of one, whose parameters all have: so it can tell which of them matter.

    A distribution is the range, or the list, of the values that were tried. The value
    of a trial is its validation score; test scores are user attributes of the winner.
    Intermediate values are mean validation losses after each epoch.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    storage = optuna.storages.RDBStorage(f"sqlite:///{path}")
    _add_study(storage, run, run.name, run.trials, _of_all_families(run))
    if len(run.families) > 1:
        for family in run.families:
            trials = [trial for trial in run.trials if trial.family == family]
            settings = {trial.id: _plain_settings(trial) for trial in trials}
            _add_study(storage, run, f"{run.name}: {family}", trials, settings)
    storage.engine.dispose()


def _of_all_families(run: ExportedRun) -> dict[str, _Settings]:
    """Give the settings of each trial names that no other family has."""
    return {
        trial.id: {
            "family": trial.family,
            **{
                name if name == "features" else f"{trial.family}.{name}": value
                for name, value in _plain_settings(trial).items()
            },
        }
        for trial in run.trials
    }


def _plain_settings(trial: ExportedTrial) -> _Settings:
    return {name: _plain(value) for name, value in trial.settings.items()}


def _add_study(
    storage: "RDBStorage",
    run: ExportedRun,
    name: str,
    trials: list[ExportedTrial],
    settings: dict[str, _Settings],
) -> None:
    study = _new_study(storage, run, name)
    distributions = _distributions(list(settings.values()))
    study.add_trials(
        [_frozen(trial, settings[trial.id], distributions, run) for trial in trials]
    )


def _new_study(storage: "RDBStorage", run: ExportedRun, name: str) -> "Study":
    import optuna
    from optuna.exceptions import ExperimentalWarning
    from optuna.study import StudyDirection

    study = optuna.create_study(
        storage=storage,
        study_name=name,
        direction=StudyDirection[run.objective.direction.upper()],
    )
    with warnings.catch_warnings(category=ExperimentalWarning, action="ignore"):
        study.set_metric_names([f"valid_{run.objective.metric}"])
    study.set_user_attr("note", run.note)
    for fact, value in run.origin.items():
        study.set_user_attr(fact, value)
    return study


def _frozen(
    trial: ExportedTrial,
    settings: _Settings,
    distributions: "dict[str, BaseDistribution]",
    run: ExportedRun,
) -> "FrozenTrial":
    from optuna.trial import TrialState, create_trial

    states = {
        COMPLETE: TrialState.COMPLETE,
        GIVEN_UP: TrialState.PRUNED,
        FAILED: TrialState.FAIL,
    }
    own = {name: value for name, value in settings.items() if name in distributions}
    frozen = create_trial(
        state=states[trial.outcome],
        value=trial.scores.get(f"valid_{run.objective.metric}"),
        params=own,
        distributions={name: distributions[name] for name in own},
        user_attrs={
            "trial": trial.id,
            "settings": trial.settings,
            **trial.facts,
            **trial.scores,
        },
        intermediate_values=trial.mean_curve,
    )
    # Optuna's times are those of the clock on the wall, without a zone.
    frozen.datetime_start, frozen.datetime_complete = (
        moment.replace(tzinfo=None) for moment in trial.times
    )
    return frozen


def _distributions(trials: list[_Settings]) -> "dict[str, BaseDistribution]":
    """Return the distribution of each setting with several values."""
    values: dict[str, list[Any]] = {}
    for settings in trials:
        for name, value in settings.items():
            seen = values.setdefault(name, [])
            if value not in seen:
                seen.append(value)
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
