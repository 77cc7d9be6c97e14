"""Text as Markdown, and back."""

import re
from collections.abc import Callable, Sequence
from typing import Any

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
# Backticks around code, as many behind it as before.
_CODE = re.compile(r"(?<![\\`])(`+)(?!`)(.+?)(?<!`)\1(?!`)")
# What ends a column, begins code or emphasis, or makes an address of what stands behind
# it. Inside of a word, as in random_forest, _ is none of these.
_MARKS = re.compile(
    rf"[*`~|]|\\(?={_PUNCTUATION})|(?<![^\W_])_|_(?![^\W_])|\](?=\()",
)
_ESCAPED = re.compile(rf"\\({_PUNCTUATION})")
_BOLD = re.compile(r"(?<!\\)\*\*")


def markdown_table(header: Sequence[Any], rows: Sequence[Sequence[Any]]) -> str:
    """Write a table in Markdown; cells are shown as they are."""
    lines = [header, *rows]
    head, *body = (f"| {' | '.join(map(_escaped, map(str, line)))} |" for line in lines)
    rule = f"| {' | '.join(['---'] * len(header))} |"
    return "\n".join([head, rule, *body]) + "\n"


def in_markdown(text: str) -> str:
    """Write a text so that nothing but code between backticks is a mark of Markdown."""
    return _outside_of_code(_escaped, text)


def out_of_markdown(text: str) -> str:
    """Return the text that `in_markdown` wrote, without what is bold.

    >>> out_of_markdown(in_markdown("IC50* of `x_` < _a_, [click](http://a.b)"))
    'IC50* of `x_` < _a_, [click](http://a.b)'
    """
    return _outside_of_code(_unescaped, text)


def _outside_of_code(change: Callable[[str], str], text: str) -> str:
    parts, at = [], 0
    for code in _CODE.finditer(text):
        parts += [change(text[at : code.start()]), code[0]]
        at = code.end()
    return "".join([*parts, change(text[at:])])


def _escaped(text: str) -> str:
    """Escape marks of Markdown, and what would be HTML."""
    plain = re.sub(r"&(?=#?\w+;)", "&amp;", text).replace("<", "&lt;")
    return _MARKS.sub(r"\\\g<0>", plain)


def _unescaped(text: str) -> str:
    plain = _ESCAPED.sub(r"\1", _BOLD.sub("", text))
    return plain.replace("&lt;", "<").replace("&amp;", "&")
