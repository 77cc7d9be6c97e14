"""Tables of the search: what it cost, and what failed."""

from toxtune.report.figures.cost import total_costs
from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import Facts, counted
from toxtune.runs.progress import format_duration
from toxtune.statuses import NO_RESULT


def search_table(run: Run) -> Table:
    """Return each family's trials, the range of their scores, and their cost."""
    rows = []
    for _, cost in total_costs(run).iterrows():
        trials = run.trials[run.trials["family"] == cost["family"]]
        scores = trials[f"{run.metric}_mean"]
        rows.append(
            [
                cost["family"],
                f"{len(trials):,}",
                str((trials["status"] != "ok").sum()),
                f"{run.written(scores.min())} to {run.written(scores.max())}",
                f"{cost['trainings']:,}",
                format_duration(cost["seconds"]),
                format_duration(cost["seconds_per_training"]),
                f"{cost['memory_mib']:,.0f} MiB",
            ]
        )
    return Table(
        "Trials and cost",
        [
            "family",
            "trials",
            "failed",
            f"{run.metric_name}, validation",
            "trainings",
            "total time",
            "time per training",
            "peak memory",
        ],
        rows,
        facts=run.facts("valid", remark="times on one core"),
        note=run.settings.budget,
    )


def failures_table(run: Run) -> Table | None:
    """Return the failed trials, if there are any."""
    failed = run.trials[run.trials["status"] != "ok"]
    if failed.empty:
        return None
    note = ""
    if set(failed["status"]) & NO_RESULT:
        note = "`make retry` trains them again, except those that diverged."
    return Table(
        "Failed trials",
        ["trial", "family", "status"],
        failed[["trial", "family", "status"]].to_numpy().tolist(),
        facts=Facts(
            remark=f"{counted(len(failed), 'trial')} without a score, left out of the "
            "ranking"
        ),
        note=note,
    )
