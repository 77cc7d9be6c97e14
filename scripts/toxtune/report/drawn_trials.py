"""Which trials have marks of their own in figures: all, or of very many a sample."""

import random
from functools import cache

from toxtune.report.run import Run

# A picture cannot show more, and their texts would make the page too large.
MOST_DRAWN = 2_000
BEST_DRAWN = 500


@cache
def drawn_trials(run: Run) -> frozenset[str]:
    """Return the ids of trials that figures draw: the winners, the best, and others."""
    ranked = list(run.ranked["trial"])
    ids = ranked + sorted(set(run.trials["trial"]) - set(ranked))
    if len(ids) <= MOST_DRAWN:
        return frozenset(ids)
    best, others = ids[:BEST_DRAWN], ids[BEST_DRAWN:]
    sample = random.Random(0).sample(others, MOST_DRAWN - BEST_DRAWN)
    return frozenset([*best, *sample, *run.winners.values()])


def note_on_sample(run: Run) -> str:
    """Say that trials are a sample; empty if all are drawn."""
    n_trials = len(run.trials)
    if n_trials <= MOST_DRAWN:
        return ""
    n_others = MOST_DRAWN - BEST_DRAWN
    return (
        f"Of {n_trials:,} trials the best {BEST_DRAWN:,} have marks, and {n_others:,} "
        "of the others, chosen at random."
    )
