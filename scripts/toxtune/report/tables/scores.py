"""Tables of the winners: their scores, their settings, and their scores per task."""

from toxtune.report.run import Run
from toxtune.report.settings import setting_texts
from toxtune.report.tables.table import Table
from toxtune.report.words import SET_NAMES, counted, format_interval, format_score
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
            for family in run.families
        ],
        facts=run.facts(*SET_NAMES),
        note=_scores_note(run),
    )


def _scores_row(run: Run, metric: str, family: str) -> list[str]:
    mean = run.mean_scores(family, metric)
    return [
        _marked(run, family),
        METRICS[metric].title,
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
    return Table(
        "Winners",
        ["winner of", "trial", "features", "settings", "validation set", "best of"],
        rows,
        facts=f"{run.facts('valid')}. Rule: {run.selection.rule}",
        note="Settings: those that were varied in the search. `trials.tsv` has all.",
    )


def tasks_table(run: Run) -> Table:
    """Return the winners' validation and test scores of each task."""
    header = ["task"]
    for family in run.families:
        header += [f"{family}, validation", "test", f"{run.level} interval"]
    rows = []
    for task in run.tasks:
        row = [task]
        for family in run.families:
            scores = run.evaluation.families[family][run.metric].tasks[task]
            row += [
                format_score(scores.valid),
                format_score(scores.test),
                format_interval(scores.test_interval),
            ]
        rows.append(row)
    unscored = [task for task, *cells in rows if "none" in cells]
    note = ""
    if unscored:
        note = (
            "No score (none) where a set has only one class: "
            f"{counted(len(unscored), 'task')}, {', '.join(unscored)}."
        )
    return Table(
        f"Tasks: {run.metric_name}",
        header,
        rows,
        facts=run.facts("valid", "test", over_tasks=False),
        note=note,
    )


def _marked(run: Run, family: str) -> str:
    return f"{family} (selected)" if family == run.selection.overall else family
