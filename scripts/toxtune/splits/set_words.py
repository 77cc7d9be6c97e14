"""Words for training, validation and test set in a column of the dataset."""

import re
from collections import Counter
from collections.abc import Iterable

from toxtune.errors import UserError
from toxtune.labels.words import MISSING, plain
from toxtune.splits.assignment import NAMES
from toxtune.splits.rows import Rows

# What people call the sets, without blanks, dashes, and "set" at the end.
WORDS = {
    "train": "train training trn tr learning",
    "valid": "valid validation val vld dev development validate tune tuning",
    "test": "test testing tst te holdout heldout external ext externaltest "
    "externalvalidation blind",
}
_SET_OF_WORD = {word: name for name, words in WORDS.items() for word in words.split()}


def set_named(text: str) -> str | None:
    """Return the set that a word stands for; empty for none, ``None`` for other words.

    Examples
    --------
    >>> set_named(" Training-Set "), set_named("VAL"), set_named("hold out")
    ('train', 'valid', 'test')
    >>> set_named("NA"), set_named("unknown")
    ('', '')
    >>> set_named("tset") is None
    True
    """
    if plain(text) in MISSING:
        return ""
    word = re.sub(r"[\W_]", "", text).casefold()
    return _SET_OF_WORD.get(word.removesuffix("set")) if word else ""


def read_sets(rows: Rows, name: str) -> list[str]:
    """Return the set that a column names in each row.

    Raises
    ------
    UserError
        If a cell is empty or names no set.
    """
    sets = []
    for row, text in enumerate(rows.column):
        found = set_named(text)
        if not found:
            raise UserError(
                f"split.column: {name!r} must say train, valid or test, or another "
                f"word for one of them, in each row; got {rows.cell(row)}"
            )
        sets.append(found)
    return sets


def given_test(rows: Rows, name: str, has_folds: bool) -> set[int]:
    """Return the rows of a test set that a column names.

    Others are empty or in the training set. Where there are folds, they may be in the
    validation set, since that is cut into folds with the training set.

    Raises
    ------
    UserError
        If a cell says something else, or none names the test set.
    """
    others = {"", "train", "valid"} if has_folds else {"", "train"}
    given = set()
    for row, text in enumerate(rows.column):
        found = set_named(text)
        if found == "test":
            given.add(row)
        elif found == "valid" and found not in others:
            raise UserError(
                f"split.column: {name!r} names a validation set, {rows.cell(row)}, and "
                "split.method is to choose one; write split.method: column"
            )
        elif found not in others:
            raise UserError(
                f"split.column: {name!r} must say test, or train or nothing where "
                f"split.method is to decide; got {rows.cell(row)}"
            )
    if not given:
        raise UserError(f"split.column: {name!r} says test for no molecule")
    return given


def what_words_mean(column: Iterable[str], name: str) -> tuple[list[str], list[str]]:
    """Say what words other than ``train``, ``valid`` and ``test`` were taken for.

    Returns
    -------
    notes, warnings
        It is worth a warning if two words stand for one set.
    """
    words = Counter(text.strip() for text in column if text.strip())
    of_set = {
        subset: [word for word in words if set_named(word) == subset]
        for subset in WORDS
    }
    notes = [
        f"In column {name!r}, {', '.join(map(repr, found))} stands for the "
        f"{NAMES[subset]}."
        for subset, found in of_set.items()
        if found and found != [subset]
    ]
    warnings = [
        f"Several words in column {name!r}, {', '.join(map(repr, found))}, stand for "
        f"the {NAMES[subset]}: their molecules are one set."
        for subset, found in of_set.items()
        if len({word.casefold() for word in found}) > 1
    ]
    return notes, warnings
