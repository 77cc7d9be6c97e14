"""Tables about data that came later."""

from toxtune.report.prospective import ModelScore
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import Facts, format_interval


def prospective_models_table(run: Run) -> Table | None:
    """Return the scores of all models on prospective data, if there are any."""
    if not run.prospective:
        return None
    records = "; ".join(
        f"{data.name}: {data.records:,}, {data.with_fallback:,} of them without a "
        "prediction"
        for data in run.prospective
    )
    return Table(
        f"Prospective data, model by model: {run.metric_name}",
        [
            "data",
            "model",
            "new molecules",
            f"{run.level} interval",
            "difference",
            f"{run.level} interval",
            "all records",
            f"{run.level} interval",
        ],
        [
            [data.name, *_cells(run, model, is_final=model == data.final)]
            for data in run.prospective
            for model in data.models
        ],
        facts=Facts(remark="data that became available after the models were frozen"),
        note=(
            "* is the final model; differences are from it, on the same resamples of "
            "molecules. All records: every row with a label, as public leaderboards "
            "score them, molecules of the training set too, and with the training "
            f"set's mean where there is no prediction ({records}). Choose nothing by "
            "this table: the next data would not be new to that choice."
        ),
    )


def _cells(run: Run, model: ModelScore, is_final: bool) -> list[str]:
    decimals = run.decimals()
    difference = "" if is_final else run.written(model.difference)
    return [
        f"{model.model} *" if is_final else model.model,
        run.written(model.score),
        format_interval(model.interval, decimals),
        difference,
        "" if is_final else format_interval(model.difference_interval, decimals),
        run.written(model.all_records),
        format_interval(model.all_records_interval, decimals),
    ]
