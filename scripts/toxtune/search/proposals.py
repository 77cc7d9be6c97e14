"""Proposing a stage's trials from the scores of earlier ones.

Proposals are pure functions of the settings and the scores, whatever the order in
which the trainings ended.
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from toxtune.search.axes import Choices, Range
from toxtune.search.proposal_file import Proposal
from toxtune.search.space import FEATURES, Point, Space, read_space
from toxtune.search.trials import Trial, make_trial, with_hyperparameters

Scores = dict[str, float | None]


def propose(
    settings: dict[str, Any], trials: dict[str, Trial], scores: Scores
) -> list[Proposal]:
    """Propose as many trials as the stage has slots.

    Parameters
    ----------
    settings
        As `toxtune.config.plan.PlannedStage` has them.
    trials
        Id to trial, of the stages before.
    scores
        Id to the objective on the validation set, mean over seeds; ``None`` for a
        trial that failed.
    """
    ordered = {id: trials[id] for id in sorted(trials)}
    return _BY[settings["by"]](settings, ordered, scores)


def _promote(
    settings: dict[str, Any], trials: dict[str, Trial], scores: Scores
) -> list[Proposal]:
    """Take the best, by id among equals, and train them further.

    In the order of their ids, not of their ranks, so that a rank that changes moves
    no other trial to another slot. A slot without a trial of its own repeats one.
    """
    sign = -1 if settings["objective"]["direction"] == "maximize" else 1
    scored = {id: score for id in trials if (score := scores[id]) is not None}
    # When all have failed, the search goes on to say so at its end.
    ranked = sorted(scored, key=lambda id: (sign * scored[id], id)) or list(trials)
    best = sorted(ranked[: settings["size"]])
    slots = [best[slot % len(best)] for slot in range(settings["size"])]
    change = {settings["resource"]: settings["to"]}
    return [
        Proposal(
            trial=with_hyperparameters(trials[id], **change),
            resume_from=trials[id],
            save_state=settings["save_state"],
        )
        for id in slots
    ]


def _tpe(
    settings: dict[str, Any], trials: dict[str, Trial], scores: Scores
) -> list[Proposal]:
    """Ask Optuna's tree-structured Parzen estimator (Bergstra et al. 2011) for a batch.

    The study is built anew from the scores; its random state comes from the seed and
    the number of the round.
    """
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)
    space = read_space(
        settings["space"],
        list(settings["features"]),
        "search.spaces",
        settings["task_type"],
    )
    study = optuna.create_study(
        direction=settings["objective"]["direction"],
        sampler=optuna.samplers.TPESampler(
            seed=_seed(settings["seed"], settings["round"]),
            # Round 0 is the start-up; by itself Optuna draws the first 10 at random.
            n_startup_trials=1,
            constant_liar=True,
        ),
    )
    own_names = {name: own for own, name in settings["features"].items()}
    for id, trial in trials.items():
        point = Point(own_names[trial.features], trial.hyperparameters)
        study.add_trial(_known_trial(space, point, scores[id]))
    asked = [study.ask() for _ in range(settings["size"])]
    points = [_suggested(space, trial) for trial in asked]
    return [
        Proposal(
            make_trial(
                settings["dataset"],
                settings["split"],
                space.family,
                settings["features"][point.features],
                point.hyperparameters,
                settings["task_type"],
            )
        )
        for point in points
    ]


_BY: dict[str, Callable[[dict[str, Any], dict[str, Trial], Scores], list[Proposal]]] = {
    "promotion": _promote,
    "tpe": _tpe,
}


def _seed(*numbers: int) -> int:
    return int(np.random.SeedSequence(numbers).generate_state(1)[0])


def _suggested(space: Space, trial: Any) -> Point:
    """Draw the axes that count, one after the other."""
    features = space.features.values[_suggest(trial, FEATURES, space.features)]
    hyperparameters = space.defaults()
    for name, axis in space.axes.items():
        if axis.is_active(hyperparameters):
            drawn = _suggest(trial, name, axis.values)
            if isinstance(axis.values, Choices):
                drawn = axis.values.values[drawn]
            hyperparameters[name] = drawn
    return Point(features, hyperparameters)


def _suggest(trial: Any, name: str, values: Choices | Range) -> Any:
    if isinstance(values, Choices):
        return trial.suggest_categorical(name, list(range(len(values.values))))
    whole = isinstance(values.low, int)
    suggest = trial.suggest_int if whole else trial.suggest_float
    step = {"step": values.step or 1} if whole else {"step": values.step}
    drawn = suggest(name, values.low, values.high, log=values.log, **step)
    return values.rounded(drawn)


def _known_trial(space: Space, point: Point, score: float | None) -> Any:
    """Tell Optuna of a trial: the axes that counted, and the score."""
    import optuna

    parameters = {FEATURES: space.features.values.index(point.features)}
    distributions = {FEATURES: _distribution(space.features)}
    for name, axis in space.axes.items():
        if axis.is_active(point.hyperparameters):
            value, values = point.hyperparameters[name], axis.values
            if isinstance(values, Choices):
                value = values.values.index(value)
            parameters[name] = value
            distributions[name] = _distribution(values)
    failed = optuna.trial.TrialState.FAIL
    return optuna.trial.create_trial(
        params=parameters,
        distributions=distributions,
        value=score,
        state=failed if score is None else optuna.trial.TrialState.COMPLETE,
    )


def _distribution(values: Choices | Range) -> Any:
    """Spell an axis for Optuna; a list by the places in it, as values may be lists."""
    from optuna.distributions import (
        CategoricalDistribution,
        FloatDistribution,
        IntDistribution,
    )

    if isinstance(values, Choices):
        return CategoricalDistribution(range(len(values.values)))
    if isinstance(values.low, int):
        low, high, step = (int(n) for n in (values.low, values.high, values.step or 1))
        return IntDistribution(low, high, log=values.log, step=step)
    return FloatDistribution(values.low, values.high, log=values.log, step=values.step)
