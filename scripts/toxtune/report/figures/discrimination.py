"""ROC and precision-recall curves on the test set, averaged over seeds."""

from collections.abc import Callable

import altair as alt
import numpy as np
import pandas as pd

from toxtune.labels.legal import scorable
from toxtune.report.figures.figure import DATA, Figure, Panel, pointable
from toxtune.report.figures.theme import GREY, family_colours
from toxtune.report.figures.trials import family_scale
from toxtune.report.run import MOST_TASKS, Run

GRID = np.linspace(0, 1, 101)


def draw_roc(run: Run) -> Figure:
    """Draw the true positive rate against the false positive rate, per task."""
    return _draw(run, roc, "false positive rate", "true positive rate")


def draw_pr(run: Run) -> Figure:
    """Draw precision against recall, per task."""
    return _draw(run, precision_recall, "recall", "precision")


def roc(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the true positive rate at each false positive rate of `GRID`.

    At a rate at which the curve rises straight up, its upper end.
    """
    from sklearn.metrics import roc_curve

    false, true, _ = roc_curve(labels, scores, drop_intermediate=False)
    # The last point of each false positive rate is the upper end of a rise.
    last = np.append(np.diff(false) > 0, True)
    return np.interp(GRID, false[last], true[last])


def precision_recall(labels: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the precision where each recall of `GRID` is first reached.

    Precision is not interpolated between thresholds, as average precision has it.
    """
    from sklearn.metrics import precision_recall_curve

    precision, recall, _ = precision_recall_curve(labels, scores)
    # From recall 0 upwards, without the point that stands for no threshold at all.
    precision, recall = precision[-2::-1], recall[-2::-1]
    # At recall 0, where the first active molecule is found.
    reached = np.searchsorted(recall, np.maximum(GRID - 1e-12, 1e-12))
    return precision[reached]


def curves_table(
    run: Run, curve: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> pd.DataFrame:
    """One row per task, family and place on the grid: mean, lowest, highest seed."""
    labels = run.test_set.labels
    tables = []
    for task in np.flatnonzero(scorable(labels))[:MOST_TASKS]:
        measured = ~np.isnan(labels[:, task])
        for family in run.contenders:
            seeds = np.stack(
                [
                    curve(labels[measured, task], predictions[measured, task])
                    for predictions in run.test_predictions[family]
                ]
            )
            columns = {"x": GRID, "y": seeds.mean(axis=0)}
            columns |= {"low": seeds.min(axis=0), "high": seeds.max(axis=0)}
            table = pd.DataFrame(columns).round(4)
            tables.append(table.assign(panel=run.tasks[task], family=family))
    return pd.concat(tables) if tables else pd.DataFrame()


def _draw(
    run: Run,
    curve: Callable[[np.ndarray, np.ndarray], np.ndarray],
    x: str,
    y: str,
) -> Figure:
    table = curves_table(run, curve)
    tasks = list(dict.fromkeys(table["panel"])) if len(table) else []
    guess = _guesses(run, curve)
    return Figure(
        facts=run.facts("test", over_tasks=False),
        description=(
            f"{y.capitalize()} against {x} for each task, with a line for each of "
            f"{', '.join(run.contenders)}."
        ),
        table=table,
        panels=[Panel(task, _chart(run, x, y, guess[task])) for task in tasks],
        columns=3,
        square=True,
        note=run.tasks_left_out,
        legend=family_colours(run.contenders),
    )


def _guesses(
    run: Run, curve: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> dict[str, tuple[float, float]]:
    """Return, for each task, the ends of the line that guessing gives."""
    shares = np.nanmean(run.test_set.labels, axis=0).tolist()
    return {
        task: (0.0, 1.0) if curve is roc else (share, share)
        for task, share in zip(run.tasks, shares, strict=True)
    }


def _chart(run: Run, x: str, y: str, guess: tuple[float, float]) -> alt.LayerChart:
    unit = alt.Scale(domain=[0, 1])
    ticks = alt.Axis(values=[0, 0.5, 1], format=".1f")
    base = alt.Chart(DATA).encode(
        x=alt.X("x:Q", title=x, scale=unit, axis=ticks),
        color=family_scale(alt.Color, run, run.contenders),
    )
    band = base.mark_area(opacity=0.18).encode(
        y=alt.Y("low:Q", title=y, scale=unit, axis=ticks), y2=alt.Y2("high:Q")
    )
    line = base.mark_line().encode(
        y=alt.Y("y:Q", title=y, scale=unit, axis=ticks),
        tooltip=[
            alt.Tooltip("family:N"),
            alt.Tooltip("x:Q", title=x, format=".2f"),
            alt.Tooltip("y:Q", title=y, format=".3f"),
        ],
    )
    ends = [{"x": x_end, "y": y_end} for x_end, y_end in enumerate(guess)]
    guessing = (
        alt.Chart(alt.InlineData(values=ends))
        .mark_line(color=GREY, strokeDash=[4, 4], strokeWidth=1)
        .encode(x=alt.X("x:Q"), y=alt.Y("y:Q"))
    )
    wide = pointable(line, "family:N")
    return alt.layer(guessing, band, line, wide).properties(height=170)
