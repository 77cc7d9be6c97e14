"""The model that is delivered: what ``final.zip`` holds, and what it scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toxtune.evaluation.delivered import ALL_SEEDS
from toxtune.evaluation.evaluation_file import Evaluation, Interval, Variant
from toxtune.report.run import Run
from toxtune.report.words import members_in_words
from toxtune.search.selection_file import ENSEMBLE
from toxtune.splits.settings import NO_REFIT


@dataclass(frozen=True)
class DeliveredScore:
    """The model that is delivered, on the test set.

    Attributes
    ----------
    what
        The model in words.
    score, interval
        By the objective's metric, mean over tasks; the interval is over molecules.
    is_itself
        Whether the score is the very model's. Of the first of several seeds alone, it
        is what such models score on average.
    """

    what: str
    score: float | None
    interval: Interval | None
    is_itself: bool


def delivered(run: Run) -> DeliveredScore:
    """Return what is delivered, and what it scores on the test set."""
    is_itself = run.settings.final["seeds"] == ALL_SEEDS or len(run.seeds) == 1
    variant = delivered_variant(run.evaluation, run.settings.final)
    if variant is None:
        scores = run.selected_scores
        return DeliveredScore(_what(run), scores.test, scores.test_interval, is_itself)
    return DeliveredScore(_what(run), variant.score, variant.interval, is_itself)


def is_delivered(run: Run, family: str, variant: Variant) -> bool:
    """Tell whether a variant is made as the model that is delivered."""
    is_selected = family == run.evaluation.overall
    return is_selected and variant == delivered_variant(
        run.evaluation, run.settings.final
    )


def delivered_variant(
    evaluation: Evaluation, final: Mapping[str, Any]
) -> Variant | None:
    """Return the test score of the model that is delivered; ``None`` if not known.

    Parameters
    ----------
    evaluation
        The winners' scores.
    final
        ``refit`` and ``seeds`` of the model.
    """
    metric = evaluation.objective.metric
    return evaluation.variant(metric, final["refit"], final["seeds"] == ALL_SEEDS)


def named(run: Run, family: str) -> str:
    """Name a contender in a sentence: the ensemble has an article and its members."""
    if family != ENSEMBLE or not run.selection.ensemble:
        return family
    return f"the ensemble of {members_in_words(run.selection.ensemble.members)}"


def marked(run: Run, family: str) -> str:
    """Name a contender in a table or a figure, which mark the one that was selected."""
    return f"{family} (selected)" if family == run.selection.overall else family


def short_name(family: str) -> str:
    """Name a contender in a sentence where the ensemble's members have been named."""
    return f"the {ENSEMBLE}" if family == ENSEMBLE else family


def _what(run: Run) -> str:
    words = named(run, run.selection.overall)
    if len(run.seeds) > 1:
        of_seeds = "with its first seed"
        if run.settings.final["seeds"] == ALL_SEEDS:
            of_seeds = f"averaged over {len(run.seeds)} seeds"
        words += f", {of_seeds}"
    if run.settings.final["refit"] != NO_REFIT:
        words += ", trained again on training and validation set together"
    return words
