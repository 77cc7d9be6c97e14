"""Tables about the final model: how it was made, and prospective data."""

from toxtune.evaluation.evaluation_file import Variant
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import format_interval, format_score


def final_model_table(run: Run) -> Table:
    """Return the test scores with and without a refit, of single seeds and averaged."""
    rows = [
        [
            f"{family} *" if _is_final(run, family, variant) else family,
            variant.refit,
            "averaged" if variant.averaged else "mean of single seeds",
            format_score(variant.score),
            format_interval(variant.interval),
        ]
        for family, variants in run.evaluation.variants.items()
        for variant in variants
        if variant.metric == run.metric
    ]
    note = (
        "The final model (`final.zip`) is made as in the row marked *. This was set in "
        "the configuration, not chosen by these scores."
    )
    if run.settings.final["seeds"] == "first":
        note += " It has only the first of the seeds."
    return Table(
        f"Final model: {run.metric_name}",
        ["family", "refit on", "seeds", "test set", f"{run.level} interval"],
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
                format_score(score.final.score),
                format_interval(score.final.interval),
                f"{score.molecules:,}",
                f"{score.rows:,}",
                f"{score.already_seen:,}",
                f"{score.unparsable:,}",
                ", ".join(score.tasks_missing) or "none",
                str(score.openings),
            ]
            for score in run.prospective
        ],
        facts="Data that became available after the model was frozen",
        note=(
            "Molecules of the training, validation and test set are left out; "
            "`prospective/*.exclusions.tsv` lists all that are. Evaluations: the "
            "number of distinct final models that have been scored on these data."
        ),
    )


def _is_final(run: Run, family: str, variant: Variant) -> bool:
    final = run.settings.final
    is_selected = family == run.evaluation.overall
    return (
        is_selected
        and variant.refit == final["refit"]
        and variant.averaged == (final["seeds"] == "all")
    )
