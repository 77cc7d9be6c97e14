"""All trials with all their settings and seeds, for a table that can be sorted."""

from typing import Any

import pandas as pd

from toxtune.report.run import Run
from toxtune.selection.tables import setting_columns


def all_trials(run: Run) -> dict[str, Any]:
    """Return the columns and rows of all trials, the best first, as JSON values.

    Settings that differ stand before those that are the same in all trials.

    Returns
    -------
    dict
        ``columns``; ``rows``; ``trial``, the number of the column with the ids; and
        ``decimals``, with how many a column is written, ``None`` for as many as it has.
    """
    metric, scored = run.metric, run.ranked
    failed = run.trials[~run.trials["trial"].isin(scored["trial"])]
    table = pd.concat([scored, failed])
    ranks = [*range(1, len(scored) + 1), *[""] * len(failed)]
    settings = [
        name for name in setting_columns(run.trials) if table[name].notna().any()
    ]
    settings.sort(key=lambda name: (name != "family", _is_constant(table[name])))
    seeds = [
        name
        for name in table
        if name.startswith((f"{metric}_seed-", f"{metric}_fold-"))
    ]
    columns = {
        "rank": ranks,
        "trial": table["trial"],
        "score": table[f"{metric}_mean"],
        **{name.removeprefix(f"{metric}_"): table[name] for name in seeds},
        "status": table["status"],
        **{name: table[name] for name in settings},
    }
    cells = pd.DataFrame({name: list(values) for name, values in columns.items()})
    rows = [[_cell(value) for value in row] for row in cells.astype(object).values]
    scores = {"score", *(name.removeprefix(f"{metric}_") for name in seeds)}
    return {
        "columns": list(cells),
        "rows": rows,
        "trial": list(cells).index("trial"),
        # One more than elsewhere, since neighbours in the ranking differ by little.
        "decimals": [run.decimals() + 1 if name in scores else None for name in cells],
    }


def _is_constant(column: pd.Series) -> bool:
    return column.astype(str).nunique() == 1


def _cell(value: Any) -> Any:
    """Return a value as JSON; what is missing is empty, and numbers have six digits."""
    if isinstance(value, bool | str):
        return value
    if pd.isna(value):
        return ""
    number = float(f"{value:.6g}")
    return int(number) if number.is_integer() else number
