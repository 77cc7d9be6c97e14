"""Signs before numbers that look alike: all of them mean what the ASCII sign means."""

_LIKE = str.maketrans(
    {
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212\uff0d", "-"),
        "\uff0b": "+",
        "\uff1c": "<",
        "\uff1e": ">",
        **dict.fromkeys("\u2248\u223c\uff5e", "~"),
        **dict.fromkeys("\u2264\u2a7d", "<="),
        **dict.fromkeys("\u2265\u2a7e", ">="),
    }
)


def with_ascii_signs(text: str) -> str:
    """Spell the signs in a text as ASCII does.

    Examples
    --------
    >>> with_ascii_signs("\u22120,5"), with_ascii_signs("\u2265 5")
    ('-0,5', '>= 5')
    """
    return text if text.isascii() else text.translate(_LIKE)
