"""What is wrong with the labels of a column, and what to write about it."""

import json
from collections.abc import Collection, Iterable, Mapping

from toxtune.labels.legal import LEGAL, MAX_CLASSES, MAX_VALUE
from toxtune.labels.near_numbers import near_number
from toxtune.labels.words import beside_two_classes, bound_in, number_in
from toxtune.tasks import TaskType

# Words that a message lists, and characters of each.
MOST_SHOWN = 6
LONGEST = 40

VALUES_ADVICE = (
    "the column has values: name a metric for values, objective.metric rmse, mae, r2 "
    "or pearson_r2"
)
CLASSES_ADVICE = (
    "the column has several classes: name a metric for these, such as "
    "objective.metric roc_auc_ovr"
)
BOUND_ADVICE = (
    "it is a bound: dataset.bounds: drop leaves such labels out, and dataset.bounds: "
    "value takes the number behind the sign; refuse, the default, asks"
)


class LabelFault(Exception):
    """A column whose labels cannot be read.

    Attributes
    ----------
    word
        The first label that is at fault, as `toxtune.labels.words.plain` has it.
    rule
        What a label must be.
    advice
        What the column looks like, and what to write.
    """

    def __init__(self, word: str, task_type: TaskType, advice: str) -> None:
        self.word, self.advice = word, advice
        self.rule = f"a label must be {LEGAL[task_type]}"
        super().__init__(f"{self.rule}, got {word!r}; {advice}")


def of_values(word: str, words: Collection[str]) -> LabelFault:
    """Return what is wrong with a column that should have values.

    Parameters
    ----------
    word
        The label that is at fault.
    words
        All labels of the column but those that are missing or named by the user.
    """
    if bound_in(word):
        advice = BOUND_ADVICE
    elif found := near_number(word):
        what, mend = found
        advice = (
            f"it is {what}: {mend}; {_setting({word: None})} leaves such labels out"
        )
    elif number_in(word) is None and any(map(str.isdigit, word)):
        advice = (
            "a number must stand alone, without a unit, %, ± or commas; "
            f"{_setting({word: None})} leaves such labels out"
        )
    elif all(number_in(other) is None for other in words) and len(words) <= MAX_CLASSES:
        metric = "roc_auc" if len(words) <= 2 else "roc_auc_ovr"
        advice = (
            f"the column has the words {_listed(words)}: name a metric for classes, "
            f"such as objective.metric {metric}"
        )
    else:
        advice = (
            f"{_setting({word: None})} leaves such labels out, and a number in place "
            "of null gives them that value"
        )
    return LabelFault(word, TaskType.REGRESSION, advice)


def of_classes(
    words: Collection[str], task_type: TaskType, is_named: bool
) -> LabelFault:
    """Return what is wrong with a column that should have classes.

    Parameters
    ----------
    words
        All labels of the column but those that are missing or named by the user.
    task_type
        Of two classes, or of several.
    is_named
        Whether the user gave some words of the column a class.
    """
    numbers = {
        word: number for word in words if (number := number_in(word)) is not None
    }
    if len(numbers) == len(words):
        word, advice = _about_numbers(numbers, task_type)
        return LabelFault(word, task_type, advice)
    odd = [word for word in words if word not in numbers]
    if numbers and all(map(bound_in, odd)):
        advice = f"{VALUES_ADVICE}, and set dataset.bounds"
        return LabelFault(odd[0], task_type, advice)
    others = [] if numbers or is_named else beside_two_classes(odd)
    if task_type == TaskType.BINARY and others:
        advice = (
            f"{_setting(dict.fromkeys(others))} leaves such labels out; for several "
            "classes, name a metric such as objective.metric roc_auc_ovr"
        )
        return LabelFault(others[0], task_type, advice)
    advice = (
        _about_some_words(odd, is_named)
        if numbers or is_named
        else _about_words(odd, task_type)
    )
    return LabelFault(odd[0], task_type, advice)


def of_partners(
    word: str, partner: str, number: int, task_type: TaskType
) -> LabelFault:
    """Return what is wrong where the user names one word of two, and swaps its class.

    Parameters
    ----------
    word
        The one that is not named.
    partner
        The one that is.
    number
        The class that both would have.
    task_type
        Of two classes, or of several.
    """
    both = _setting({partner: number, word: 1 - number})
    advice = (
        f"by its looks it is class {number}, which dataset.labels gives to its partner "
        f"{_quoted(partner)}: name both, such as {both}"
    )
    return LabelFault(word, task_type, advice)


def _about_numbers(
    numbers: Mapping[str, float], task_type: TaskType
) -> tuple[str, str]:
    """Return the first number that is no class, and what to do."""
    highest = 1 if task_type == TaskType.BINARY else MAX_CLASSES - 1
    wrong = next(
        word
        for word, n in numbers.items()
        if not (n.is_integer() and 0 <= n <= highest)
    )
    word_of = {numbers[word]: word for word in numbers}
    distinct = sorted(word_of)
    if not all(abs(n) <= MAX_VALUE and n.is_integer() for n in distinct):
        return wrong, VALUES_ADVICE
    in_order = _setting({word_of[n]: place for place, n in enumerate(distinct)})
    if distinct[0] == -1 and distinct[-1] < MAX_CLASSES:
        missing = _setting({word_of[-1]: None})
        advice = f"if -1 means inconclusive or not tested, write {missing}"
        if task_type == TaskType.MULTICLASS:
            advice += f"; if it is a class, {in_order}"
        return word_of[-1], advice
    if len(distinct) == 2:
        return wrong, f"say which of the two is class 1, such as {in_order}"
    if distinct[0] >= 0 and distinct[-1] < MAX_CLASSES:
        return wrong, CLASSES_ADVICE
    if len(distinct) <= MOST_SHOWN and task_type == TaskType.MULTICLASS:
        return wrong, f"{VALUES_ADVICE}; if they are classes, write {in_order}"
    return wrong, VALUES_ADVICE


def _about_some_words(odd: list[str], is_named: bool) -> str:
    """Say what to do about words beside numbers, or beside words that are known."""
    beside = "has other classes that are known" if is_named else "has numbers as well"
    return (
        f"the column {beside}; {_setting(dict.fromkeys(odd))} leaves such labels out, "
        "and a number in place of null gives them that class"
    )


def _about_words(words: list[str], task_type: TaskType) -> str:
    """Say what to do about a column of words whose classes are not known."""
    if len(words) > MAX_CLASSES:
        return f"the column has {len(words):,} different words, too many for classes"
    if len(words) == 1:
        return (
            "it is the only word of the column; if an empty cell is the other class, "
            f"write {_setting({words[0]: 1, '': 0})}"
        )
    in_order = _setting({word: number for number, word in enumerate(sorted(words))})
    if len(words) == 2:
        return f"say which of the two is class 1, such as {in_order}"
    if task_type == TaskType.MULTICLASS:
        return f"say which class each word is, such as {in_order}"
    merged = _setting({word: int(word == words[0]) for word in words})
    return f"{CLASSES_ADVICE}, or say which are class 1, such as {merged}"


def _setting(classes: Mapping[str, int | None]) -> str:
    """Spell `dataset.labels` as it is to be written; null is a missing label."""
    entries = [
        f"{_quoted(word)}: {'null' if value is None else value}"
        for word, value in classes.items()
    ]
    more = ", ..." if len(entries) > MOST_SHOWN else ""
    return f"dataset.labels: {{{', '.join(entries[:MOST_SHOWN])}{more}}}"


def _quoted(word: str) -> str:
    """Quote a word as YAML takes it; of a long one, the beginning."""
    short = word if len(word) <= LONGEST else f"{word[: LONGEST - 4]} ..."
    return json.dumps(short, ensure_ascii=False)


def _listed(words: Iterable[str]) -> str:
    spelled = list(map(_quoted, words))
    more = ", ..." if len(spelled) > MOST_SHOWN else ""
    return ", ".join(spelled[:MOST_SHOWN]) + more
