"""Names of replicates: the folder of one training of a trial."""

import re

_NAME = re.compile(r"(?:fold-(\d+)-)?seed-(\d+)")


def replicate_name(seed: int, fold: int | None = None) -> str:
    """Name a training by its seed, and by its fold in a cross-validation."""
    return f"seed-{seed}" if fold is None else f"fold-{fold}-seed-{seed}"


def seed_and_fold(name: str) -> tuple[int, int | None]:
    """Read what `replicate_name` wrote."""
    fold, seed = _NAME.fullmatch(name).groups()
    return int(seed), None if fold is None else int(fold)


def fold_of(name: str) -> int | None:
    """Read the fold out of what `replicate_name` wrote."""
    return seed_and_fold(name)[1]
