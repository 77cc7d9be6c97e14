import dataclasses
import re

import pytest

from helpers.report_runs import made_run, with_task_named
from toxtune.report import verdict
from toxtune.report.contents import FOLDER, page_hash
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.page import page
from toxtune.report.tables.record import ledger_table
from toxtune.report.tables.scores import scores_table
from toxtune.report.words import format_duration, format_score, listed

# Each draws all figures.
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def run():
    return made_run()


@pytest.fixture(scope="module")
def html(run):
    return page(run, draw_all(run))


def test_no_address_outside_the_file_is_asked_for(html):
    markup = re.sub(r"<script.*?</script>", "", html, flags=re.DOTALL)
    asked = re.findall(r"\b(?:src|href|action)\s*=\s*[\"']([^\"']*)", markup)
    assert len(asked) > 10
    assert all(address.startswith(("#", "data:")) for address in asked)
    assert "url(" not in markup
    assert "default-src 'none'" in markup


def test_the_libraries_are_there_once(html):
    assert html.count("window.vegaEmbed =") + html.count("window.vegaEmbed=") == 1


def test_names_cannot_end_the_script_or_the_page(html):
    run = made_run()
    evil = "</script><b title='\"'>&amp;"
    run = dataclasses.replace(with_task_named(run, evil), name=evil)
    named = page(run, draw_all(run))
    assert named.count("</script>") == html.count("</script>")
    assert "<b title" not in named


def test_the_verdict_has_the_numbers(run):
    won, good = verdict.what_won(run), verdict.how_good(run)
    winner = run.selection.selected
    assert run.selection.overall in won
    assert winner.trial.id in won
    assert f"{winner.mean:.3f}" in won
    assert "0.750 (95% interval 0.700 to 0.800 over molecules" in good
    assert "opened once" in good
    assert f"{len(run.cost)} trainings" in verdict.what_mattered(run)


def test_each_card_and_column_has_the_score_of_its_own_set(run, html):
    scores = run.selected_scores
    of_set = {"test set": scores.test, "validation set": run.selection.selected.mean}
    values = {name: format_score(value) for name, value in of_set.items()}
    assert len(set(values.values())) == len(values)
    shown = {
        card.label.partition(", ")[2]: card.value
        for card in verdict.cards(run)
        if card.label.startswith(run.metric_name)
    }
    assert shown == values
    table = scores_table(run)
    row = next(row for row in table.rows if "selected" in row[0])
    columns = dict(zip(table.header, row, strict=True))
    of_set = {"training": scores.train, "validation": scores.valid, "test": scores.test}
    for name, score in of_set.items():
        assert columns[f"{name} set"] == format_score(score)
    assert all(value in html for value in [*values.values(), columns["training set"]])


def test_each_further_opening_is_counted(run):
    twice = dataclasses.replace(run, openings=run.openings * 2)
    assert "opened 2 times" in verdict.how_good(twice)


def test_the_ledger_names_openings_by_other_settings(run):
    (own,) = run.openings
    other = {**own, "run": "elsewhere", "shared": 7, "own": False}
    both = dataclasses.replace(run, openings=[own, other])
    table = ledger_table(both)
    place = table.header.index("molecules")
    assert [row[place] for row in table.rows] == ["120", "7, by other settings"]
    assert "opened 2 times, 1 of them by other configurations, its" in (
        verdict.how_good(both)
    )


def test_sizes_of_a_cross_validation_are_of_its_folds(run):
    split = {**run.settings.split, "cross_validation": {"folds": 5, "repeats": 2}}
    settings = dataclasses.replace(run.settings, split=split)
    folded = dataclasses.replace(run, settings=settings)
    assert folded.facts("valid").startswith(
        "validation set (5 folds of 800 molecules, 2 times); random split"
    )


@pytest.mark.parametrize(
    ("seconds", "text"), [(5, "5 s"), (300, "5.0 min"), (9000, "2.5 h")]
)
def test_durations_have_the_unit_that_suits_them(seconds, text):
    assert format_duration(seconds) == text


@pytest.mark.parametrize(
    ("words", "text"), [([], ""), (["a"], "a"), (["a", "b", "c"], "a, b and c")]
)
def test_lists_read_as_a_sentence(words, text):
    assert listed(words) == text


def test_the_hash_knows_the_template(monkeypatch, tmp_path):
    before = page_hash()
    for path in FOLDER.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr("toxtune.report.contents.FOLDER", tmp_path)
    assert page_hash() == before
    (tmp_path / "page.css").write_text("body { color: red; }")
    assert page_hash() != before
