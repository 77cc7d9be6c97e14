"""Tables of the winners: their scores, their settings, and their scores per task."""

from collections.abc import Callable

from toxtune.evaluation.evaluation_file import SetScores
from toxtune.report.run import Run
from toxtune.report.settings import setting_texts
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    SCALED_IN_WORDS,
    SET_NAMES,
    counted,
    format_error,
    format_interval,
    format_score,
    members_in_words,
)
from toxtune.search.selection_file import ENSEMBLE
from toxtune.stats.metrics import METRICS, metrics_of


def scores_table(run: Run) -> Table:
    """Return the winners' scores on all three sets, by every metric."""
    # The objective's metric first.
    metrics = sorted(metrics_of(run.task_type), key=lambda name: name != run.metric)
    return Table(
        "Scores of the winners",
        [
            "winner of",
            "metric",
            *SET_NAMES.values(),
            f"{run.level} interval",
            "SD over seeds",
        ],
        [
            _scores_row(run, metric, family)
            for metric in metrics
            for family in run.contenders
        ],
        facts=run.facts(*SET_NAMES),
        note=_scores_note(run),
    )


def _scores_row(run: Run, metric: str, family: str) -> list[str]:
    mean = run.mean_scores(family, metric)
    return [
        _marked(run, family),
        run.mean_title(metric),
        format_score(mean.train),
        format_score(mean.valid),
        format_score(mean.test),
        format_interval(mean.test_interval),
        format_score(mean.test_sd_over_seeds),
    ]


def _scores_note(run: Run) -> str:
    resamples = run.evaluation.resamples
    note = (
        "Quote the scores on the test set, with the number of times that it was "
        "opened. The other two are optimistic: the models were fitted to the "
        "training set and chosen by the validation set. Interval (bootstrap, "
        f"{resamples:,} resamples of molecules) and SD are those of the test set."
    )
    if any(run.evaluation.is_scaled(metric) for metric in metrics_of(run.task_type)):
        note += f" Of RMSE and MAE, means over tasks are of {SCALED_IN_WORDS}."
    folds = run.settings.folds
    if folds:
        repeats = folds["repeats"]
        repeated = f", repeated {repeats} times" if repeats > 1 else ""
        note += (
            f" Validation scores are means over {folds['folds']} folds of the training "
            f"set{repeated}. The models that were tested are trained on all of it."
        )
    return note


def winners_table(run: Run) -> Table:
    """Return each family's winner with the settings that were varied."""
    texts = setting_texts(run)
    rows = [
        [
            _marked(run, family),
            winner.trial.id,
            str(run.setting(winner.trial.id)["features"]),
            texts[winner.trial.id] or "nothing was varied",
            format_score(winner.mean),
            str(winner.out_of),
        ]
        for family, winner in sorted(run.selection.winners.items())
    ]
    if ensemble := run.selection.ensemble:
        settings = f"the mean of what {members_in_words(ensemble.members)} predict"
        mean = format_score(ensemble.mean)
        rows.append([_marked(run, ENSEMBLE), "", "", settings, mean, ""])
    return Table(
        "Winners",
        ["winner of", "trial", "features", "settings", "validation set", "best of"],
        rows,
        facts=f"{run.facts('valid')}. Rule: {run.selection.rule}",
        note="Settings: those that were varied in the search. `trials.tsv` has all.",
    )


def tasks_table(run: Run) -> Table:
    """Return the winners' validation and test scores of each task, in its own unit."""
    is_scaled = run.evaluation.is_scaled(run.metric)
    header = ["task", *(["SD of training labels"] if is_scaled else [])]
    for family in run.contenders:
        header += [f"{family}, validation", "test", f"{run.level} interval"]
    rows = []
    for task in run.tasks:
        row = [task]
        if is_scaled:
            row.append(format_error(run.evaluation.task_sds[task]))
        for family in run.contenders:
            scores = run.evaluation.families[family][run.metric].tasks[task]
            row += _task_cells(scores, format_error if is_scaled else format_score)
        rows.append(row)
    return Table(
        f"Tasks: {METRICS[run.metric].title}",
        header,
        rows,
        facts=run.facts("valid", "test", over_tasks=False),
        note=_tasks_note(rows, is_scaled),
    )


def _task_cells(scores: SetScores, written: Callable[[float | None], str]) -> list[str]:
    return [
        written(scores.valid),
        written(scores.test),
        format_interval(scores.test_interval, written),
    ]


def _tasks_note(rows: list[list[str]], is_scaled: bool) -> str:
    notes = []
    if unscored := [task for task, *cells in rows if "none" in cells]:
        notes.append(
            "No score (none) where a set has only one class: "
            f"{counted(len(unscored), 'task')}, {', '.join(unscored)}."
        )
    if is_scaled:
        notes.append(
            "Each task's errors are in the unit of its labels. Trials are ranked, and "
            f"families compared, by the mean over tasks of {SCALED_IN_WORDS}; 1 is "
            "about what a model reaches that predicts the mean of these labels."
        )
    return " ".join(notes)


def _marked(run: Run, family: str) -> str:
    return f"{family} (selected)" if family == run.selection.overall else family
