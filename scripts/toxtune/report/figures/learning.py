"""Learning curves: the loss after each epoch."""

import altair as alt
import pandas as pd

from toxtune.report.figures.figure import DATA, Figure, Panel, pointable
from toxtune.report.figures.theme import BLACK, GREY, SUBSET_COLOURS
from toxtune.report.run import Run

_TRAINING, _VALIDATION = "training set", "validation set"


# This many of the next best trials are drawn behind the winner.
_OTHERS = 20


def draw(run: Run) -> Figure:
    """Draw each family's winner, and the validation losses of the next best behind."""
    families = {
        family: _shown(run, family)
        for family in run.families
        if run.winners[family] in run.curves
    }
    tables = [
        _trial_table(run, trial, family)
        for family in families
        for trial in families[family]
    ]
    table = pd.concat(tables) if tables else pd.DataFrame()
    return Figure(
        facts=run.facts("train", "valid", over_tasks=False),
        description=(
            "Loss by epoch on the training and the validation set, of the winners of "
            f"{', '.join(families) or 'no family'}, and of the trials next to them."
        ),
        table=table,
        panels=[
            Panel(family, _chart(table[table["panel"] == family]))
            for family in families
        ],
        note=_note(run, list(families)),
    )


def _shown(run: Run, family: str) -> list[str]:
    ranked = run.ranked[(run.ranked["family"] == family) & run.ranked["complete"]]
    others = [trial for trial in ranked["trial"] if trial != run.winners[family]]
    return [run.winners[family], *others[:_OTHERS]]


def _trial_table(run: Run, trial: str, family: str) -> pd.DataFrame:
    """One row per training, epoch and subset; of trials that did not win, the mean."""
    curves = [
        curve.assign(trial=trial, training=name)
        for name, curve in run.curves.get(trial, {}).items()
    ]
    if not curves:
        return pd.DataFrame()
    wide = pd.concat(curves)
    won = trial == run.winners[family]
    if not won:
        wide = wide.groupby("epoch", as_index=False)[["valid_loss"]].mean()
        wide = wide.assign(trial=trial, training="mean")
    wide = wide.rename(columns={"train_loss": _TRAINING, "valid_loss": _VALIDATION})
    subsets = [subset for subset in (_TRAINING, _VALIDATION) if subset in wide]
    long = wide.melt(["trial", "training", "epoch"], subsets, "subset", "loss")
    return long.assign(won=str(won).lower(), panel=family)


def _chart(table: pd.DataFrame) -> alt.LayerChart:
    winner_losses = table.loc[table["won"] == "true", "loss"]
    # A trial with huge first losses must not flatten all other lines.
    highest = winner_losses.max() + 0.5 * (winner_losses.max() - winner_losses.min())
    losses = table.loc[table["loss"] <= highest, "loss"]
    scale = alt.Scale(domain=[losses.min(), losses.max()], nice=True, zero=False)
    base = alt.Chart(DATA).encode(
        x=alt.X("epoch:Q", axis=alt.Axis(tickMinStep=1, grid=False)),
        y=alt.Y("loss:Q", scale=scale),
        tooltip=[
            alt.Tooltip("trial:N"),
            alt.Tooltip("training:N"),
            alt.Tooltip("subset:N"),
            alt.Tooltip("epoch:Q"),
            alt.Tooltip("loss:Q", format=",.4~r"),
        ],
    )
    others = (
        base.transform_filter("datum.won != 'true'")
        .mark_line(color=GREY, opacity=0.35, strokeWidth=1.2, clip=True)
        .encode(detail=alt.Detail("trial:N"))
    )
    winner = base.transform_filter("datum.won == 'true'")
    lines = winner.mark_line(strokeWidth=2).encode(
        detail=alt.Detail("training:N"),
        color=alt.Color(
            "subset:N",
            scale=alt.Scale(
                domain=[_TRAINING, _VALIDATION],
                range=[BLACK, SUBSET_COLOURS["valid"]],
            ),
        ),
        strokeDash=alt.StrokeDash(
            "subset:N",
            scale=alt.Scale(domain=[_TRAINING, _VALIDATION], range=[[4, 3], [1, 0]]),
        ),
    )
    wide = pointable(base, "trial:N", "training:N")
    return alt.layer(others, lines, wide).properties(height=240)


def _note(run: Run, drawn: list[str]) -> str:
    without = sorted(set(run.families) - set(drawn))
    return f"Trained without epochs: {', '.join(without)}." if without else ""
