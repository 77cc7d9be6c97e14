"""Text as Markdown, and back."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from toxtune.report.markdown import in_markdown, markdown_table, out_of_markdown

PIECES = st.sampled_from(
    ["a", "1", " ", "_", "*", "**", "`", "``", "\\", "|", "<", "&", "&lt;", ";"]
    + ["[", "]", "](", ")", "~", "#", "ä", "."]
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_what_is_written_is_read_back(text):
    assert out_of_markdown(in_markdown(text)) == text
    (cell,) = markdown_table([text], []).splitlines()[:1]
    assert out_of_markdown(cell[2:-2]) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("IC50*", r"IC50\*"),
        ("_a_", r"\_a\_"),
        ("random_forest", "random_forest"),
        ("[click](http://a.b)", r"[click\](http://a.b)"),
        ("widths [64, 32]", "widths [64, 32]"),
        ("a|b", r"a\|b"),
        ("<img>", "&lt;img>"),
        (r"C/C=C\C", r"C/C=C\C"),
        (r"a\*", r"a\\\*"),
    ],
)
def test_names_make_no_marks(text, written):
    assert in_markdown(text) == written
    assert f"| {written} |" in markdown_table([text], [])


def test_code_is_code_in_sentences_and_text_in_cells():
    assert in_markdown("set `a_*` to *") == r"set `a_*` to \*"
    assert markdown_table(["`a`"], []).startswith(r"| \`a\` |")


def test_a_paragraph_that_begins_with_an_asterisk_is_no_list():
    assert in_markdown("* is the final model").startswith(r"\*")
