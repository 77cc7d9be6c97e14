"""The selected model beside the other families' winners, in sentences."""

from collections.abc import Sequence

import pandas as pd

from toxtune.report.delivered import short_name
from toxtune.report.run import Run
from toxtune.report.words import format_interval, format_score, listed
from toxtune.splits.settings import NO_REFIT, draws_sets

# Below this share of the resamples in which the same one is selected, it is a tie.
_CLEAR = 0.95
# A sentence names no more families than this.
_MOST_NAMED = 4


def selected_again(run: Run) -> float | None:
    """Return in what share of the resampled validation sets the same family won.

    ``None`` where there is one contender alone, or no resample.
    """
    table = run.diagnostics.frequencies
    if len(run.contenders) < 2 or table.empty:
        return None
    shares = table.groupby("family")["frequency"].sum()
    return float(shares.get(run.selection.overall, 0.0)) if shares.sum() > 0 else None


def is_tie(run: Run) -> bool:
    """Tell whether other molecules might well have led to another selection."""
    again = selected_again(run)
    return again is not None and again < _CLEAR


def on_validation(run: Run) -> str:
    """Say how far ahead the selected model was on validation data, or that it tied."""
    others = _ranked_others(run)
    if not others:
        return ""
    overall = run.selection.overall
    selected, second = run.selection.selected.mean, others[0]
    rival = run.selection.contenders[second].mean
    scores = f"{run.written(selected)} and {run.written(rival)}"
    again = selected_again(run)
    share = "" if again is None else f"{100 * again:.0f}%"
    if is_tie(run):
        return (
            f"On validation data, {short_name(overall)} and {short_name(second)} tie, "
            f"with {scores}: {short_name(overall)} is selected in {share} of the "
            "resamples of the molecules."
        )
    margin = abs(selected - rival)
    side = "ahead of" if _gain(run, selected - rival) >= 0 else "behind"
    sure = f", and selected in {share} of the resamples" if share else ""
    return (
        f"On validation data, {short_name(overall)} is {run.written(margin)} {side} "
        f"{short_name(second)} ({scores}){sure}."
    )


def on_test(run: Run) -> str:
    """Say how the others do on the same test molecules."""
    table = run.diagnostics.comparison
    table = table[(table["metric"] == run.metric) & (table["task"] == "mean")]
    ahead, behind, alike = [], [], []
    for _, row in table.iterrows():
        name, size = short_name(row["family"]), _size(run, row)
        if not (row["low"] > 0 or row["high"] < 0):
            alike.append(name)
        elif _gain(run, row["difference"]) > 0:
            ahead.append(f"{name}, not selected, is ahead by {size}")
        else:
            behind.append(f"{name} is behind by {size}")
    names = listed(_some(alike))
    if ahead or behind:
        text = f"On the test set, {listed([*ahead, *_some(behind)])}."
        return f"{text} Not clearly different: {names}." if alike else text
    verb = "is" if len(alike) == 1 else "are"
    return f"On the test set, {names} {verb} not clearly different." if alike else ""


def what_to_do(run: Run) -> str:
    """Say what settles a tie, in words that the configuration accepts."""
    if not is_tie(run):
        return ""
    is_drawn, advice = draws_sets(run.settings.split["method"]), []
    if len(run.settings.splits) < 2 and is_drawn:
        advice.append("several splits (`split.seeds: [0, 1, 2]`)")
    if not run.settings.folds and is_drawn:
        is_refit = run.settings.final["refit"] != NO_REFIT
        rest = f" and `final: {{refit: {NO_REFIT}}}`" if is_refit else ""
        advice.append(f"folds (`validation: {{scheme: cross_validation}}`{rest})")
    if len(run.seeds) < 5:
        advice.append("more seeds (`training.seeds`)")
    text = f"To tell them apart, use {_either(advice)}." if advice else ""
    # By that rule the simplest is taken already, and an ensemble never.
    if "standard error" in run.selection.rule:
        return text
    settled = ["take the simplest (`select: {rule: one_se}`)"]
    if not run.selection.ensemble:
        settled.append("average them (`ensemble: equal`)")
    start = f"{text} Or leave" if text else "Leave"
    return f"{start} it open, and {_either(settled)}."


def _either(texts: list[str]) -> str:
    return " or ".join([part for part in (", ".join(texts[:-1]), texts[-1]) if part])


def _ranked_others(run: Run) -> list[str]:
    """Return the other contenders, the best validation score first."""
    others = {
        family: won.mean
        for family, won in run.selection.contenders.items()
        if family != run.selection.overall
    }
    maximize = run.selection.objective.maximize
    return sorted(others, key=lambda family: others[family], reverse=maximize)


def _gain(run: Run, difference: float) -> float:
    return difference if run.selection.objective.maximize else -difference


def _size(run: Run, row: pd.Series) -> str:
    """Write a difference and its interval without signs."""
    decimals = run.decimals()
    low, high = sorted([abs(row["low"]), abs(row["high"])])
    size = format_score(abs(row["difference"]), decimals)
    return f"{size} ({run.level} interval {format_interval((low, high), decimals)})"


def _some(texts: Sequence[str]) -> list[str]:
    """Return the first few texts, and how many there are besides."""
    rest = len(texts) - _MOST_NAMED
    return [*texts[:_MOST_NAMED], *([f"{rest} more"] if rest > 0 else [])]
