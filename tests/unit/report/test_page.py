import dataclasses
import re

import pytest
from jinja2 import Template

from helpers.report_runs import made_run, with_task_named
from toxtune.prediction.applicability_domain import ApplicabilityDomain
from toxtune.report import verdict
from toxtune.report.contents import ENTRIES, FOLDER, entries, page_hash
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.model_file import ModelFile
from toxtune.report.page import page
from toxtune.report.rendering import caption
from toxtune.report.tables.record import ledger_table
from toxtune.report.tables.scores import scores_table
from toxtune.report.words import format_score, listed
from toxtune.tasks import TaskType

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
    seeds = verdict.single_seeds(run)
    winner = run.selection.selected
    assert run.selection.overall in won
    assert winner.trial.id in won
    assert f"{winner.mean:.3f}" in won
    assert "0.760 ROC-AUC on the test set (95% interval 0.710 to 0.810" in good
    assert "0.750 on average (SD 0.010" in seeds
    assert "opened once" in won
    assert f"{len(run.cost)} trainings" in verdict.what_mattered(run)


def test_a_control_is_no_model_for_use(run, html):
    domain = ApplicabilityDomain(0.3)
    model = ModelFile("results/made-up/final.zip", 1000, 1, domain)
    sound = dataclasses.replace(run, model=model)
    settings = dataclasses.replace(run.settings, dataset={"permute_labels": 7})
    control = dataclasses.replace(sound, settings=settings)
    figures = draw_all(run)
    said = "A control: its labels are shuffled (seed 7)"
    assert "Use this model" in page(sound, figures)
    shown = page(control, figures)
    assert "Use this model" not in shown
    assert said in shown
    assert "test set of shuffled labels" in shown


def test_each_card_and_column_has_the_score_of_its_own_set(run, html):
    assert verdict.headline(run).value == "0.760"
    scores, valid = run.selected_scores, run.selection.selected.mean
    (card,) = [card for card in verdict.cards(run) if "validation" in card.label]
    assert card.value == format_score(valid)
    table = scores_table(run)
    row = next(row for row in table.rows if "selected" in row[0])
    columns = dict(zip(table.header, row, strict=True))
    of_set = {"training": scores.train, "validation": valid, "test": scores.test}
    values = {name: format_score(score) for name, score in of_set.items()}
    assert len(set(values.values())) == len(values)
    for name, value in values.items():
        assert columns[f"{name} set"] == value
        assert value in html


def test_figures_speak_of_the_metric_at_hand():
    errors = made_run("regression")
    for entry in entries(errors.task_type):
        text = " ".join(caption(entry.name, errors.selection.objective))
        text = re.sub(r"<.*?>", "", text)
        assert "{" not in text
        for word in ("DeLong", "class", "active", "higher"):
            assert word not in text, entry.name
    assert "DeLong" in caption("comparison", made_run().selection.objective)[1]


def test_below_the_line_of_calibration_probabilities_are_too_high():
    # Of low probabilities the lower is the surer, so confidence says it wrong.
    (text, _) = caption("calibration", made_run().selection.objective)
    below, above = text.partition("Below the dashed line")[2].split("above it")
    assert "too high" in below
    assert "too low" in above


@pytest.mark.parametrize("task_type", TaskType)
def test_only_binary_tasks_are_said_to_have_thresholds(task_type):
    (_, reading) = caption("gallery", made_run(task_type).selection.objective)
    assert ("threshold" in reading) is (task_type == TaskType.BINARY)
    assert ("most probable class" in reading) is (task_type == TaskType.MULTICLASS)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_captions_have_two_sentences_at_most(run, entry):
    text = re.sub(r"<.*?>", "", caption(entry.name, run.selection.objective)[0])
    assert 1 <= len(re.findall(r"[.](?=\s|$)", text)) <= 2
    # Snakemake shows it without knowing the run.
    plain = Template((FOLDER / f"{entry.name}.rst").read_text("utf-8")).render()
    assert "{" not in plain


def test_each_further_opening_is_counted(run):
    twice = dataclasses.replace(run, openings=run.openings * 2)
    assert "opened 2 times" in verdict.what_won(twice)


def test_the_ledger_names_openings_by_other_settings(run):
    (own,) = run.openings
    other = {**own, "run": "elsewhere", "shared": 7, "own": False}
    both = dataclasses.replace(run, openings=[own, other])
    table = ledger_table(both)
    place = table.header.index("molecules")
    assert [row[place] for row in table.rows] == ["120", "7, by other settings"]
    assert "opened 2 times, 1 of them by other configurations." in (
        verdict.what_won(both)
    )


def test_sizes_of_a_cross_validation_are_of_its_folds(run):
    split = {**run.settings.split, "cross_validation": {"folds": 5, "repeats": 2}}
    settings = dataclasses.replace(run.settings, split=split)
    folded = dataclasses.replace(run, settings=settings)
    assert str(folded.facts("valid")).startswith(
        "validation set (800 molecules in 5 folds, 2 times); random split"
    )


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
