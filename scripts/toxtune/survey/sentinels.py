"""Numbers among values that probably stand for a missing one, such as -999."""

import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence

_SENTINEL = re.compile(r"-?9+|-1")
# Of fewer different values it cannot be told which is far from the others.
_LEAST_OTHERS = 3


def about_sentinels(name: str, labels: Sequence[str]) -> Iterator[str]:
    """Point out the lowest or the highest label if it is probably none.

    Parameters
    ----------
    name
        Of a task of values.
    labels
        One for each row; empty where there is none.
    """
    counts = Counter(float(label) for label in labels if label)
    if len(counts) <= _LEAST_OTHERS:
        return
    in_order = sorted(counts)
    for value, others in (
        (in_order[0], in_order[1:]),
        (in_order[-1], in_order[:-1]),
    ):
        if not _SENTINEL.fullmatch(f"{value:.0f}") or not value.is_integer():
            continue
        distance = min(abs(value - others[0]), abs(value - others[-1]))
        is_far = distance > others[-1] - others[0]
        is_alone = value < 0 <= others[0]
        # A single small number may well be measured.
        if (is_far or is_alone) and (counts[value] > 1 or abs(value) > 9):
            yield (
                f"{name} has {value:.0f} in {counts[value]:,} rows, and else numbers "
                f"from {others[0]:g} to {others[-1]:g}. If it means not measured, "
                f"write dataset.labels: {{{_key(name)}: {{'{value:.0f}': null}}}}"
            )


def _key(name: str) -> str:
    """Spell a name as YAML takes it for a text."""
    return (
        name
        if re.fullmatch(r"[A-Za-z]\w*", name)
        else json.dumps(name, ensure_ascii=False)
    )
