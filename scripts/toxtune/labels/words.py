"""What people write for a label: words for two classes, missing values, bounds."""

import re
from collections.abc import Collection, Sequence

from toxtune.labels.legal import MAX_CLASSES
from toxtune.tables.signs import with_ascii_signs

# What pandas.read_csv takes for missing (its `na_values`), and what else tables have.
PANDAS_MISSING = {"", "#n/a", "#n/a n/a", "#na", "n/a", "na", "null", "nan", "none"}
PANDAS_MISSING |= {"<na>", "-nan", "-1.#ind", "-1.#qnan", "1.#ind", "1.#qnan"}
MISSING = PANDAS_MISSING | {"-", "--", "---", "?", "??", "???", ".", "..", "..."}
MISSING |= {"n.d.", "n.d", "nd", "n/d", "n. d.", "n.t.", "n.t", "nt", "n/t", "n. t."}
MISSING |= {"n.a.", "n.a", "n. a.", "not determined", "not tested", "not measured"}
MISSING |= {"not available", "missing", "unknown"}

# A dash alone is missing, unless a plus stands in its column.
MINUS = "-"
PLUS = "+"

# Pairs of a negative and a positive class. The first is what pandas writes; those from
# falsch on are what spreadsheets and people write in other languages.
PAIRS = (
    ("false", "true"),
    ("f", "t"),
    ("no", "yes"),
    ("n", "y"),
    ("inactive", "active"),
    ("negative", "positive"),
    ("neg", "pos"),
    (MINUS, PLUS),
    ("absent", "present"),
    ("falsch", "wahr"),
    ("faux", "vrai"),
    ("falso", "verdadero"),
    ("falso", "vero"),
    ("nein", "ja"),
    ("nee", "ja"),
    ("nej", "ja"),
    ("non", "oui"),
    ("no", "si"),
    ("no", "s\u00ed"),
    ("no", "s\u00ec"),
    ("n\u00e3o", "sim"),
    ("negativ", "positiv"),
    ("n\u00e9gatif", "positif"),
    ("negativo", "positivo"),
)

# What says that a measurement decided nothing. It may be a class of its own: curation
# asks, and `make init` proposes to leave it out.
UNDECIDED = {"inconclusive", "equivocal", "ambiguous", "indeterminate", "undetermined"}
UNDECIDED |= {"undefined", "unclear", "uncertain", "unspecified", "inconclusive/na"}
UNDECIDED |= {"no data", "not reported", "not assessed", "not evaluated", "tbd"}
UNDECIDED |= {"n.b.", "n.b", "n. b.", "nicht bestimmt", "k.a.", "k.a", "k. a."}
UNDECIDED |= {"keine angabe", "keine angaben", "keine daten", "unbekannt", "unklar"}
UNDECIDED |= {"nicht getestet", "nicht gemessen", "nicht bestimmbar", "fehlt", "offen"}
UNDECIDED |= {"inconnu", "non test\u00e9", "desconocido", "sconosciuto"}

# How a word is negated beside the word itself, and how alone: normal negates nothing.
_NEGATED = re.compile(r"(?:non|not|no|in|im|un|nicht)[ -]?(?P<word>.+)")
_NEGATED_ALONE = re.compile(r"(?:non|not|no|nicht)[ -](?P<word>.+)")

_BOUND = re.compile(r"(?P<sign><=|>=|=<|=>|<<|>>|<|>|~)\s*(?P<number>\S+)")


def plain(text: str) -> str:
    """Return a label without what makes no difference: case, blanks, forms of signs.

    Examples
    --------
    >>> plain(" Not  Active "), plain("\u2212"), plain("\u2265 5")
    ('not active', '-', '>= 5')
    """
    return " ".join(with_ascii_signs(text).casefold().split())


def number_in(word: str) -> float | None:
    """Return the number that a plain label spells; none if it spells none.

    Examples
    --------
    >>> number_in("1.0"), number_in("=5"), number_in("1_000"), number_in("low")
    (1.0, 5.0, None, None)
    """
    try:
        # Python takes 1_000 for a number; in a table it is a slip.
        return float(word.removeprefix("=").replace("_", "?"))
    except ValueError:
        return None


def bound_in(word: str) -> tuple[str, float] | None:
    """Return the sign and the number of a plain label such as ``<5``.

    Examples
    --------
    >>> bound_in("<= 0.5"), bound_in("0.5"), bound_in("<na>")
    (('<=', 0.5), None, None)
    """
    found = _BOUND.fullmatch(word)
    number = number_in(found["number"]) if found else None
    return None if found is None or number is None else (found["sign"], number)


def same_number(word: str) -> str:
    """Return a plain label so that two spellings of a number, or a bound, are equal.

    Examples
    --------
    >>> same_number("-1.0"), same_number("> 10"), same_number("low")
    ('-1.0', '>10.0', 'low')
    """
    if (bound := bound_in(word)) is not None:
        return f"{bound[0]}{bound[1]!r}"
    number = number_in(word)
    return word if number is None else repr(number)


def two_classes(words: Collection[str]) -> tuple[str, str] | None:
    """Return the negative and the positive word, if these are two such; else none.

    A single word will do where it is known, or is the negation of another.

    Parameters
    ----------
    words
        Plain labels, without missing ones.

    Examples
    --------
    >>> two_classes({"active", "inactive"}), two_classes({"toxic", "non-toxic"})
    (('inactive', 'active'), ('non-toxic', 'toxic'))
    >>> two_classes({"yes"}), two_classes({"bbb+", "bbb-"}), two_classes({"normal"})
    (('no', 'yes'), ('bbb-', 'bbb+'), None)
    """
    for pair in PAIRS:
        if words and set(words) <= set(pair):
            return pair
    if len(words) == 1:
        (word,) = words
        negation = _NEGATED_ALONE.fullmatch(word)
        return (word, negation["word"]) if negation else None
    if len(words) != 2:
        return None
    short, long = sorted(words, key=len)
    if (negation := _NEGATED.fullmatch(long)) and negation["word"] == short:
        return long, short
    return _signed(*sorted(words))


def beside_two_classes(words: Sequence[str]) -> list[str]:
    """Return the words that stand beside two known ones; empty if there are none.

    Examples
    --------
    >>> beside_two_classes(["active", "inactive", "see note"])
    ['see note']
    """
    for number, first in enumerate(words[:MAX_CLASSES]):
        for second in words[number + 1 : MAX_CLASSES]:
            if two_classes({first, second}):
                return [word for word in words if word not in {first, second}]
    return []


def _signed(first: str, second: str) -> tuple[str, str] | None:
    """Return the pair of such words as BBB- and BBB+; none if it is none."""
    # A plus sorts before a dash.
    same = first[:-1] == second[:-1] and (first[-1], second[-1]) == (PLUS, MINUS)
    return (second, first) if same else None
