"""Scores that look like a leak or like a bug, and why.

A doubt is a sentence for people; none of them stops anything. The bounds are for the
ROC-AUC of measured toxicity: on random splits of Tox21, published models and quick
tries without a search reach 0.81 to 0.87.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

TOO_GOOD, TOO_BAD = 0.90, 0.55


# Molecules of one connectivity are never in two parts; what has the same fingerprint
# nevertheless, such as a longer chain, is almost the same molecule.
TWIN, MANY_TWINS = 1.0, 0.2


@dataclass(frozen=True)
class RunFacts:
    """What is looked at.

    Attributes
    ----------
    mean
        From ``test.json``, the selected family's ``mean`` of the objective.
    metric, maximize
        The objective.
    corrected
        Interval of the corrected validation score.
    chance
        The score of a model that knows nothing; ``None`` where the metric has none.
    permuted
        Whether the labels were permuted.
    similarities
        Of each test molecule, to the nearest training molecule.
    """

    mean: dict[str, Any]
    metric: str
    maximize: bool
    corrected: list[float] | None
    chance: float | None
    permuted: bool
    similarities: np.ndarray


def doubts(facts: RunFacts) -> list[str]:
    """Return what a careful reader should look into."""
    scores = _doubts_of_control if facts.permuted else _doubts_of_scores
    return [*scores(facts), *_doubts_of_parts(facts)]


def _doubts_of_scores(facts: RunFacts) -> Iterator[str]:
    test = facts.mean["test"]
    if test is None or facts.metric != "roc_auc":
        return
    if test > TOO_GOOD:
        yield (
            f"The test score is above {TOO_GOOD:.2f}. Measured toxicity is hardly ever "
            "so easy: look for a leak, such as a feature that knows the label, or "
            "molecules of one series in several parts (scaffold split)."
        )
    if test < TOO_BAD:
        yield (
            f"The test score is below {TOO_BAD:.2f}, near what guessing gives (0.5). "
            "Look for a bug: labels in another order than molecules, missing labels "
            "taken for 0, or a task with hardly any positives."
        )


def _doubts_of_control(facts: RunFacts) -> Iterator[str]:
    pairs = {
        "test score": facts.mean["test_interval"],
        "corrected validation score": facts.corrected,
    }
    for name, bounds in pairs.items():
        if facts.chance is None or bounds is None:
            continue
        if not bounds[0] <= facts.chance <= bounds[1]:
            yield (
                f"The labels are shuffled, and the interval of the {name} does not "
                f"hold {facts.chance:g}. In 1 of 20 such controls that is chance; else "
                "something knows the labels."
            )


def _doubts_of_parts(facts: RunFacts) -> Iterator[str]:
    train, test = facts.mean["train"], facts.mean["test"]
    bounds, corrected = facts.mean["test_interval"], facts.corrected
    sign = 1 if facts.maximize else -1
    if None not in (train, test) and sign * (test - train) > 0:
        yield (
            "The test score is better than that of the training set, which the model "
            "was fitted on. Look for a bug, such as parts that were exchanged, or a "
            "model that does not learn."
        )
    if bounds and corrected and (bounds[1] < corrected[0] or corrected[1] < bounds[0]):
        yield (
            "The intervals of the test score and of the corrected validation score do "
            "not touch: one part is easier than the other. Trust neither alone; "
            "several split seeds show the spread."
        )
    twins = float(np.mean(facts.similarities >= TWIN)) if len(facts.similarities) else 0
    if twins > MANY_TWINS:
        yield (
            f"{100 * twins:.0f}% of the test molecules have the same fingerprint as a "
            "training molecule. The score tells how known chemistry is remembered; a "
            "scaffold split asks for more."
        )
