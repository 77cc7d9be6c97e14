"""The end of a run on the terminal: what is cut out of the summary, and how it fits."""

from pathlib import Path

import pytest

from toxtune.commands import show_results
from toxtune.commands.show_results import describe, read_ending
from toxtune.report.markdown import in_markdown, markdown_table
from toxtune.report.several_splits import heading_of_splits

SUMMARY = """\
# mine: results

The forest won, by **a lot**.

On the test set it has 0.8 (p &lt; 0.01).

| winner of | metric | test set | interval | SD |
| --- | --- | --- | --- | --- |
| dense | ROC-AUC | 0.700 | 0.6 to 0.8 | 0.01 |
| forest \\| trees (selected) | ROC-AUC | 0.800 | 0.7 to 0.9 | 0.02 |
| dense | PR-AUC | 0.300 | 0.2 to 0.4 | 0.03 |

A note.

## Warnings

- The test set is small.
- Two tasks have no label.

## Winners

- no warning

| other | table |
| --- | --- |
"""


def test_the_verdict_the_first_metric_and_the_warnings_are_shown():
    ending = read_ending(SUMMARY)
    assert ending.verdict == [
        "The forest won, by a lot.",
        "On the test set it has 0.8 (p < 0.01).",
    ]
    assert ending.table == [
        ["ROC-AUC", "test set", "interval", "SD"],
        ["dense", "0.700", "0.6 to 0.8", "0.01"],
        ["forest | trees (selected)", "0.800", "0.7 to 0.9", "0.02"],
    ]
    assert ending.warnings == ["The test set is small.", "Two tasks have no label."]


def test_names_are_shown_as_they_are():
    names = ["IC50*", "_a_", "[b](c)", "d|e", "f\\_g", "`h`"]
    table = markdown_table(["name"], [[name] for name in names])
    sentence = in_markdown("Of IC50* and _a_: use `x_`.")
    ending = read_ending(f"# mine\n\n{sentence}\n\n{table}\n")
    assert ending.table == [["name"], *([name] for name in names)]
    assert ending.verdict == ["Of IC50* and _a_: use `x_`."]


@pytest.mark.parametrize("width", [20, 40, 80, 120])
def test_nothing_is_wider_than_the_terminal_but_the_first_column(width):
    lines = describe(read_ending(SUMMARY), width)
    assert len(lines) > 8
    assert max(map(len, lines)) <= max(width, len("forest | trees (selected)"))


def test_columns_that_do_not_fit_are_left_out_from_the_right():
    header = "ROC-AUC                    test set  interval      SD"
    for width, shown in [(None, header), (len(header), header), (48, header[:47])]:
        lines = describe(read_ending(SUMMARY), width)
        assert shown.rstrip() in lines
        assert any(
            line.startswith("forest | trees (selected)     0.800") for line in lines
        )


def test_of_a_long_verdict_the_first_paragraphs_are_shown():
    paragraphs = [f"Fact {n}." for n in range(9)]
    long = SUMMARY.replace("The forest won", "\n\n".join([*paragraphs, "The forest"]))
    assert read_ending(long).verdict == paragraphs[:3]
    assert read_ending(long).table == read_ending(SUMMARY).table


def test_the_end_of_a_real_summary_fits_a_screen():
    golden = Path(__file__).parents[1] / "report/golden_summary.md"
    ending = read_ending(golden.read_text("utf-8"))
    assert ending.table[0][:2] == ["ROC-AUC", "test set"]
    assert ending.warnings
    assert len(describe(ending, 80)) < 40


def test_of_many_rows_the_first_are_shown():
    rows = "\n".join(f"| family {n} | 0.{n} |" for n in range(30))
    ending = read_ending(f"# a: splits\n\n| split | test |\n| --- | --- |\n{rows}\n")
    assert len(describe(ending, 80)) <= 15
    assert ending.table[1] == ["family 0", "0.0"]


@pytest.mark.parametrize(
    "text", ["", "# Only a heading\n", "# a\n\nText.\n\n## b\n\nmore"]
)
def test_a_summary_without_a_table_is_shown_up_to_its_second_heading(text):
    ending = read_ending(text)
    assert not ending.table
    assert "more" not in ending.verdict
    assert ("Text." in ending.verdict) == ("Text." in text)


@pytest.mark.parametrize(("has_browser", "advised"), [(True, False), (False, True)])
def test_the_report_is_opened_where_there_is_a_browser(
    tmp_path, monkeypatch, capsys, has_browser, advised
):
    opened = []
    monkeypatch.setattr(
        show_results.webbrowser, "open", lambda url: opened.append(url) or has_browser
    )
    (tmp_path / "report.html").touch()
    (tmp_path / "summary.md").write_text(SUMMARY)
    show_results.show_results(tmp_path, "make run OPEN=1", opens_report=True)
    shown = capsys.readouterr().out
    assert opened == [(tmp_path / "report.html").as_uri()]
    assert ("No browser" in shown) == advised
    assert f"{tmp_path / 'summary.md'} " in shown
    assert "final.zip" not in shown, "which is not there"


def test_without_being_asked_no_browser_is_opened(tmp_path, monkeypatch):
    monkeypatch.setattr(show_results.webbrowser, "open", pytest.fail)
    (tmp_path / "report.html").touch()
    show_results.show_results(tmp_path, "make run OPEN=1")


def test_what_is_shown_at_the_end_can_be_typed(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    folder = Path("results/demo")
    folder.mkdir(parents=True)
    for name in ("report.html", "final.zip"):
        (folder / name).touch()
    (folder / "summary.md").write_text(SUMMARY)
    show_results.show_results(folder, "make demo OPEN=1")
    lines = capsys.readouterr().out.splitlines()
    model = "MODEL=results/demo/final.zip"
    assert lines[-2:] == [
        "  make demo OPEN=1",
        f"  make predict {model} IN=molecules.csv OUT=predictions.csv",
    ]
    assert max(map(len, lines)) <= 80


def test_a_model_of_a_single_split_is_none_of_several(tmp_path, capsys):
    for name in ("report.html", "final.zip"):
        (tmp_path / name).touch()
    heading = heading_of_splits(tmp_path.name, 3)
    (tmp_path / "summary.md").write_text(SUMMARY.replace("# mine: results", heading))
    show_results.show_results(tmp_path, "make run OPEN=1")
    shown = capsys.readouterr().out
    assert "final.zip" not in shown
    assert "make run OPEN=1" in shown
