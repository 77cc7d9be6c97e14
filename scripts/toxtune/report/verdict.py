"""What a hurried reader takes away: three paragraphs and a few numbers."""

from dataclasses import dataclass

from toxtune.report.figures.cost import total_costs
from toxtune.report.figures.importance import importances, studied
from toxtune.report.run import Run
from toxtune.report.words import (
    counted,
    format_duration,
    format_score,
    listed,
    members_in_words,
)
from toxtune.search.selection_file import ENSEMBLE, Ensemble


@dataclass(frozen=True)
class Card:
    """One number, what it is, and where it is from."""

    label: str
    value: str
    facts: str


def cards(run: Run) -> list[Card]:
    """Return the numbers that readers look for first."""
    costs = total_costs(run)
    failed = int((run.trials["status"] != "ok").sum())
    scores = run.selected_scores
    return [
        Card(
            f"{run.metric_name}, test set",
            format_score(scores.test),
            f"{run.interval_in_words(scores.test_interval)}; {run.size('test')}",
        ),
        Card(
            f"{run.metric_name}, validation set",
            format_score(run.selection.selected.mean),
            _corrected(run),
        ),
        Card("Trials", f"{len(run.trials):,}", f"{failed} failed"),
        Card("Test set opened", f"{len(run.openings)} ×", "distinct selections, ever"),
        Card(
            "Training",
            format_duration(costs["seconds"].sum()),
            f"{costs['trainings'].sum():,} trainings, one core each",
        ),
    ]


def what_won(run: Run) -> str:
    """Say which trial was selected, by what score, and how far ahead it was."""
    selected = run.selection.selected
    evaluated_on = "over the folds" if run.settings.folds else "on the validation set"
    corrected = run.diagnostics.corrected.overall.corrected
    score = f"{selected.mean:.3f}"
    if corrected is not None:
        score += f" ({corrected:.3f} after bias correction)"
    trials = f"{counted(len(run.trials), 'trial')} of {listed(run.families)}"
    if isinstance(selected, Ensemble):
        members = members_in_words(selected.members)
        won = f"The ensemble was selected: the mean of {members}, found in {trials}."
    else:
        won = f"Trial {selected.trial.id} of {run.selection.overall} was selected from "
        won += f"{trials}."
    return f"{won} Its {run.metric_name} {evaluated_on} is {score}{_margin(run)}."


def how_good(run: Run) -> str:
    """Say how good the selected model is on the test set, and how good the others."""
    scores = run.selected_scores
    certainty = f"{run.interval_in_words(scores.test_interval)} over molecules"
    if scores.test_sd_over_seeds is not None:
        certainty += f", SD {scores.test_sd_over_seeds:.3f} over seeds"
    text = (
        f"On the test set, which has been opened {run.opened_in_words}, its "
        f"{run.metric_name} is {format_score(scores.test)} ({certainty})."
    )
    for family in run.contenders:
        if family != run.selection.overall:
            score = format_score(run.mean_scores(family).test)
            name = family if family == ENSEMBLE else f"{family} winner"
            text += f" The {name} has {score} ({_difference(run, family)})."
    return text


def what_mattered(run: Run) -> str:
    """Say what the search cost, and which hyperparameters mattered most."""
    costs = total_costs(run)
    cost = (
        f"The search took {counted(costs['trainings'].sum(), 'training')} and "
        f"{format_duration(costs['seconds'].sum())} of one core."
    )
    most_important = []
    for family in studied(run):
        shares = importances(run, family)
        if shares:
            name, share = next(iter(shares.items()))
            most_important.append(
                f"{name} for {family} ({100 * share:.0f}% of the variance of scores)"
            )
    if not most_important:
        return f"{cost} There are too few trials to say which settings mattered."
    return f"{cost} What mattered most was {listed(most_important)}."


def _corrected(run: Run) -> str:
    score = run.diagnostics.corrected.overall
    words = f"best of {score.out_of:,}, so optimistic"
    if score.corrected is None:
        return words
    interval = run.interval_in_words(score.interval)
    return f"{words}; corrected {score.corrected:.3f}, {interval}"


def _margin(run: Run) -> str:
    """Say how far away the nearest of the others is."""
    selected = run.selection.selected
    sign = 1 if run.selection.objective.maximize else -1
    margins = {
        family: sign * (selected.mean - other.mean)
        for family, other in run.selection.contenders.items()
        if family != run.selection.overall
    }
    if not margins:
        return ""
    second = min(margins, key=lambda family: margins[family])
    margin = margins[second]
    side = "ahead of" if margin >= 0 else "behind"
    name = second if second == ENSEMBLE else f"best {second} trial"
    words = f", {abs(margin):.3f} {side} the {name}"
    if selected.sd is not None and abs(margin) < selected.sd:
        words += f"; the SD over seeds ({selected.sd:.3f}) is larger than that"
    return words


def _difference(run: Run, family: str) -> str:
    """Say whether another family's winner differs on the same test molecules."""
    table = run.diagnostics.comparison
    is_mean = (table["metric"] == run.metric) & (table["task"] == "mean")
    low, high = table[is_mean & (table["family"] == family)][["low", "high"]].iloc[0]
    if low <= 0 <= high:
        return "no clear difference"
    return f"{run.level} interval of the difference {low:+.3f} to {high:+.3f}"
