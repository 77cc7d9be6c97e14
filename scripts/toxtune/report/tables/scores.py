"""Tables of the winners: their scores, and their settings."""

from toxtune.report.delivered import marked
from toxtune.report.run import Run
from toxtune.report.settings import setting_texts
from toxtune.report.tables.table import Table
from toxtune.report.words import (
    BASELINE,
    SCALED_IN_WORDS,
    SET_NAMES,
    format_interval,
    members_in_words,
)
from toxtune.search.selection_file import ENSEMBLE
from toxtune.stats.metrics import metrics_of


def scores_table(run: Run) -> Table:
    """Return the winners' scores on all three sets, by the objective's metric."""
    return _scores_of(run, "Scores of the winners", [run.metric], _scores_note(run))


def other_metrics_table(run: Run) -> Table:
    """Return the winners' scores on all three sets, by every other metric."""
    others = [metric for metric in metrics_of(run.task_type) if metric != run.metric]
    return _scores_of(run, "Other metrics", others, "")


def _scores_of(run: Run, title: str, metrics: list[str], note: str) -> Table:
    header = ["model", "metric", SET_NAMES["test"], f"{run.level} interval"]
    header += [SET_NAMES["valid"], SET_NAMES["train"]]
    return Table(
        title,
        [*header, "SD over seeds"] if len(run.seeds) > 1 else header,
        [
            row
            for metric in metrics
            for row in (
                *(_scores_row(run, metric, family) for family in run.contenders),
                *_baseline_rows(run, metric),
            )
        ],
        facts=run.facts("test", "valid", "train"),
        note=note,
    )


def _scores_row(run: Run, metric: str, family: str) -> list[str]:
    mean, decimals = run.mean_scores(family, metric), run.decimals(metric)
    row = [
        marked(run, family),
        run.mean_title(metric),
        run.written(mean.test, metric),
        format_interval(mean.test_interval, decimals),
        run.written(_validation_score(run, family, metric), metric),
        run.written(mean.train, metric),
    ]
    if len(run.seeds) > 1:
        row.append(run.written(mean.test_sd_over_seeds, metric))
    return row


def _baseline_rows(run: Run, metric: str) -> list[list[str]]:
    """Return the rows of simple models, which have neither training score nor seeds."""
    decimals = run.decimals(metric)
    return [
        [
            f"{name} ({BASELINE})",
            run.mean_title(metric),
            run.written(scores[metric].mean.test, metric),
            format_interval(scores[metric].mean.test_interval, decimals),
            run.written(scores[metric].mean.valid, metric),
            *[""] * (2 if len(run.seeds) > 1 else 1),
        ]
        for name, scores in run.baselines.scores.items()
    ]


def _validation_score(run: Run, family: str, metric: str) -> float | None:
    """Return the score that the selection went by, where the metric is that one."""
    if metric == run.metric:
        return run.selection.contenders[family].mean
    return run.mean_scores(family, metric).valid


def _scores_note(run: Run) -> str:
    resamples = run.evaluation.resamples
    seeds = " Scores are means over single seeds." if len(run.seeds) > 1 else ""
    note = (
        f"Quote a test score with the number of times that the set was opened.{seeds} "
        "The other two are optimistic: the models were fitted to the training set and "
        f"chosen by the validation set. Interval: bootstrap, {resamples:,} resamples "
        "of test molecules."
    )
    if run.evaluation.is_scaled(run.metric):
        note += f" Means over tasks are of {SCALED_IN_WORDS}."
    folds = run.settings.folds
    if folds:
        repeats = folds["repeats"]
        repeated = f", repeated {repeats} times" if repeats > 1 else ""
        note += (
            f" Validation scores are means over {folds['folds']} folds of the training "
            f"set{repeated}, each the mean over the tasks that have a score in that "
            "fold. The models that were tested are trained on all folds."
        )
    return f"{note} {_baselines_note(run)}"


def _baselines_note(run: Run) -> str:
    """Say what the baselines are, and what they did not see."""
    return " ".join(
        [
            "Baselines are fitted to training molecules alone and never selected: the "
            f"{run.baselines.constant} of the training set, the label of the most "
            "similar training molecule, and a random forest with default settings on "
            "fingerprints.",
            *run.baselines.notes,
        ]
    )


def winners_table(run: Run) -> Table:
    """Return each family's winner with the settings that were varied."""
    texts = setting_texts(run)
    rows = [
        [
            marked(run, family),
            winner.trial.id,
            str(run.setting(winner.trial.id)["features"]),
            texts[winner.trial.id] or "nothing was varied",
            run.written(winner.mean),
            str(winner.out_of),
        ]
        for family, winner in sorted(run.selection.winners.items())
    ]
    if ensemble := run.selection.ensemble:
        settings = f"the mean of what {members_in_words(ensemble.members)} predict"
        mean = run.written(ensemble.mean)
        rows.append([marked(run, ENSEMBLE), "", "", settings, mean, ""])
    return Table(
        "Winners",
        ["winner of", "trial", "features", "settings", "validation set", "best of"],
        rows,
        facts=run.facts("valid", remark=f"rule: {run.selection.rule}"),
        note="Settings: those that were varied in the search. `trials.tsv` has all.",
    )
