"""Proposing a stage's trials from the scores of earlier ones.

Proposals are pure functions of the settings and the scores, whatever the order in
which the trainings ended.
"""

from typing import Any

import numpy as np

from toxtune.search.axes import Choices, Range
from toxtune.search.proposal_file import Proposal
from toxtune.search.proposal_settings import Promotion, ProposalSettings, TpeRound
from toxtune.search.space import FEATURES, Point, Space, read_space
from toxtune.search.trials import Trial, make_trial, with_hyperparameters

Scores = dict[str, float | None]


def propose(
    settings: ProposalSettings, trials: dict[str, Trial], scores: Scores
) -> list[Proposal]:
    """Propose as many trials as the stage has slots.

    Parameters
    ----------
    settings
        What is proposed, and how.
    trials
        Id to trial, of the stages before.
    scores
        Id to the objective on the validation set, mean over seeds; ``None`` for a
        trial that failed.
    """
    ordered = {id: trials[id] for id in sorted(trials)}
    if isinstance(settings.method, Promotion):
        return _promote(settings, settings.method, ordered, scores)
    return _propose_by_tpe(settings, settings.method, ordered, scores)


def _promote(
    settings: ProposalSettings,
    promotion: Promotion,
    trials: dict[str, Trial],
    scores: Scores,
) -> list[Proposal]:
    """Take the best trials, by id among equals, and train them further.

    Slots are filled in the order of ids, not of ranks: when a rank changes, no other
    trial moves to another slot. Slots that are left over repeat trials.
    """
    scored = {id: score for id in trials if (score := scores[id]) is not None}
    sign = -1 if settings.objective.maximize else 1
    # When all have failed, the search goes on, and says so at its end.
    ranked = sorted(scored, key=lambda id: (sign * scored[id], id)) or list(trials)
    best = sorted(ranked[: settings.size])
    change = {promotion.resource: promotion.amount}
    return [
        Proposal(
            trial=with_hyperparameters(trials[id], **change),
            resume_from=trials[id],
            save_state=promotion.save_state,
        )
        for id in (best[slot % len(best)] for slot in range(settings.size))
    ]


def _propose_by_tpe(
    settings: ProposalSettings,
    round: TpeRound,
    trials: dict[str, Trial],
    scores: Scores,
) -> list[Proposal]:
    """Ask Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) for a batch.

    The study is rebuilt from the scores; its random state comes from the seed and the
    number of the round.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = read_space(
        settings.space, list(settings.features), "search.spaces", settings.task_type
    )
    directions = optuna.study.StudyDirection
    maximize = settings.objective.maximize
    study = optuna.create_study(
        direction=directions.MAXIMIZE if maximize else directions.MINIMIZE,
        sampler=optuna.samplers.TPESampler(
            seed=_mix(round.seed, round.number),
            # Round 0 is random already; by default, Optuna draws 10 trials at random.
            n_startup_trials=1,
            constant_liar=True,
        ),
    )
    names = {file: name for name, file in settings.features.items()}
    for id, trial in trials.items():
        point = Point(names[trial.features], trial.hyperparameters)
        study.add_trial(_finished_trial(space, point, scores[id]))
    asked = [study.ask() for _ in range(settings.size)]
    return [
        Proposal(_name_trial(settings, _suggest_point(space, trial))) for trial in asked
    ]


def _name_trial(settings: ProposalSettings, point: Point) -> Trial:
    return make_trial(
        settings.dataset,
        settings.split,
        settings.space["family"],
        settings.features[point.features],
        point.hyperparameters,
        settings.task_type,
    )


def _mix(*numbers: int) -> int:
    """Make one seed of several numbers."""
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _suggest_point(space: Space, trial: Any) -> Point:
    """Have Optuna choose a value for each active axis, one after the other."""
    features = _suggest_value(trial, FEATURES, space.features)
    hyperparameters = space.defaults()
    for name, axis in space.axes.items():
        if axis.is_active(hyperparameters):
            hyperparameters[name] = _suggest_value(trial, name, axis.values)
    return Point(features, hyperparameters)


def _suggest_value(trial: Any, name: str, values: Choices | Range) -> Any:
    if isinstance(values, Choices):
        positions = list(range(len(values.values)))
        return values.values[trial.suggest_categorical(name, positions)]
    whole = isinstance(values.low, int)
    suggest = trial.suggest_int if whole else trial.suggest_float
    step = values.step or 1 if whole else values.step
    return values.rounded(
        suggest(name, values.low, values.high, log=values.log, step=step)
    )


def _finished_trial(space: Space, point: Point, score: float | None) -> Any:
    """Tell Optuna of a trial: the values of its active axes, and the score."""
    import optuna

    parameters = {FEATURES: space.features.values.index(point.features)}
    distributions = {FEATURES: _distribution(space.features)}
    for name, axis in space.axes.items():
        if axis.is_active(point.hyperparameters):
            value = point.hyperparameters[name]
            if isinstance(axis.values, Choices):
                value = axis.values.values.index(value)
            else:
                # Optuna refuses what is off its grid, be it by the seventh digit.
                value = axis.values.with_all_digits(value)
            parameters[name] = value
            distributions[name] = _distribution(axis.values)
    states = optuna.trial.TrialState
    return optuna.trial.create_trial(
        params=parameters,
        distributions=distributions,
        value=score,
        state=states.FAIL if score is None else states.COMPLETE,
    )


def _distribution(values: Choices | Range) -> Any:
    """Describe an axis to Optuna; a list by positions, as its values may be lists."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(values, Choices):
        return CategoricalDistribution(range(len(values.values)))
    if isinstance(values.low, int):
        low, high, step = int(values.low), int(values.high), int(values.step or 1)
        return IntDistribution(low, high, log=values.log, step=step)
    return FloatDistribution(values.low, values.high, log=values.log, step=values.step)
