"""Tables about the final model: how it was made, and prospective data."""

from toxtune.report.delivered import is_delivered
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import Facts, format_interval


def final_model_table(run: Run) -> Table:
    """Return the test scores with and without a refit, of single seeds and averaged."""
    rows = [
        [
            f"{family} (delivered)" if is_delivered(run, family, variant) else family,
            run.written(variant.score),
            format_interval(variant.interval, run.decimals()),
            variant.refit,
            "averaged" if variant.averaged else "mean of single seeds",
        ]
        for family, variants in run.evaluation.variants.items()
        for variant in variants
        if variant.metric == run.metric
    ]
    note = (
        "`final.zip` is the row marked delivered. How it is made was set in the "
        "configuration, not chosen by these scores."
    )
    if run.settings.final["seeds"] == "first":
        note += " It has only the first of the seeds."
    return Table(
        f"Final model: {run.metric_name}",
        ["family", "test set", f"{run.level} interval", "refit on", "seeds"],
        rows,
        facts=run.facts("test"),
        note=note,
    )


def prospective_table(run: Run) -> Table | None:
    """Return the final model's scores on prospective data, if there are any."""
    if not run.prospective:
        return None
    return Table(
        f"Prospective data: {run.metric_name}",
        [
            "data",
            "score",
            f"{run.level} interval",
            "molecules",
            "rows",
            "seen before",
            "unreadable",
            "missing tasks",
            "evaluations",
        ],
        [
            [
                score.name,
                run.written(score.final.score),
                format_interval(score.final.interval, run.decimals()),
                f"{score.molecules:,}",
                f"{score.rows:,}",
                f"{score.already_seen:,}",
                f"{score.unparsable:,}",
                ", ".join(score.tasks_missing) or "none",
                str(score.openings),
            ]
            for score in run.prospective
        ],
        facts=Facts(remark="data that became available after the model was frozen"),
        note=(
            "Molecules of the training, validation and test set are left out; "
            "`prospective/*.exclusions.tsv` lists all that are. Evaluations: the "
            "number of distinct final models that have been scored on these data."
        ),
    )
