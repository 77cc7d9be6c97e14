"""Labels: what is legal for each kind of tasks, and what can be scored by them."""

from collections.abc import Iterable

import numpy as np

from toxtune.kinds import BINARY, MULTICLASS, REGRESSION

# Whole numbers below this are taken for classes where they are looked at for it.
MAX_CLASSES = 20
# Labels are float32 to the models; a larger one would be infinite.
MAX_VALUE = float(np.finfo(np.float32).max)

LEGAL = {
    BINARY: "0, 1 or empty",
    MULTICLASS: f"a whole number from 0 to {MAX_CLASSES - 1}, or empty",
    REGRESSION: f"a number within ±{MAX_VALUE:.2g}, or empty",
}
_MISSING = {"", "na", "nan"}


def read_label(text: str, kind: str) -> str | None:
    """Spell a label as molecules.csv has it; empty: missing; ``None``: illegal."""
    if text.strip().lower() in _MISSING:
        return ""
    try:
        # Python takes 1_000 for a number; in a table it is a slip.
        number = float(text.replace("_", "?"))
    except ValueError:
        return None
    if kind == REGRESSION:
        return repr(number) if abs(number) <= MAX_VALUE else None
    highest = 1 if kind == BINARY else MAX_CLASSES - 1
    legal = 0 <= number <= highest and number.is_integer()
    return str(int(number)) if legal else None


def detect_kind(labels: Iterable[str]) -> str:
    """Tell what labels look like: 0 and 1, few whole numbers from 0 on, or values."""
    known = {label for label in labels if label}
    for kind in (BINARY, MULTICLASS):
        if all(read_label(label, kind) is not None for label in known):
            return kind
    return REGRESSION


def scorable(labels: np.ndarray) -> np.ndarray:
    """Which tasks have two different labels, or more; n_tasks, bool."""
    known = ~np.isnan(labels)
    low = np.where(known, labels, np.inf).min(axis=0, initial=np.inf)
    high = np.where(known, labels, -np.inf).max(axis=0, initial=-np.inf)
    return low < high
