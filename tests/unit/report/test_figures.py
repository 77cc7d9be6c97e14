import dataclasses
import io
import itertools
import json
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score, roc_auc_score

from helpers.report_runs import made_run
from toxtune.models.registry import MODULES
from toxtune.report.contents import ENTRIES, FOLDER, entries
from toxtune.report.figures.confusion import confusion_table
from toxtune.report.figures.cost import total_costs
from toxtune.report.figures.discrimination import GRID, precision_recall, roc
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.figures.learning import draw as draw_learning
from toxtune.report.figures.tasks import tasks_table
from toxtune.report.figures.theme import SUBSET_COLOURS, family_colours
from toxtune.report.figures.trials import trials_table
from toxtune.report.figures.values import values_table
from toxtune.report.words import SET_NAMES
from toxtune.tasks import TaskType


@pytest.fixture(scope="module", params=TaskType)
def run(request):
    return made_run(request.param)


@pytest.fixture(scope="module")
def figures(run):
    return draw_all(run)


def test_every_figure_of_the_task_type_is_drawn(run, figures):
    assert list(figures) == [entry.name for entry in entries(run.task_type)]
    for name, figure in figures.items():
        assert figure.panels, name
        assert figure.description, name


def test_every_number_says_which_set_it_is_from(figures):
    for name, figure in figures.items():
        # Failures are counts of trials; all else are scores or losses.
        named = any(f"{words} (" in str(figure.facts) for words in SET_NAMES.values())
        assert named or name == "failures", name


def test_each_panel_has_rows(figures):
    for name, figure in figures.items():
        if "panel" in figure.table:
            panels = {panel.title for panel in figure.panels}
            assert panels == set(figure.table["panel"]), name


def fields(spec):
    """Every column that a specification names."""
    if isinstance(spec, list):
        return {name for member in spec for name in fields(member)}
    if not isinstance(spec, dict):
        return set()
    own = {spec["field"]} if isinstance(spec.get("field"), str) else set()
    return own.union(*map(fields, spec.values()))


def calculated(spec):
    """Every column that a specification computes itself or brings along."""
    text = json.dumps(spec)
    computed = set(re.findall(r'"as": "(\w+)"', text))
    return computed | set(fields(spec) & {"at", "x", "y", "predicted", "observed"})


def test_charts_show_columns_that_the_table_has(figures):
    for name, figure in figures.items():
        for spec in figure.specs():
            assert fields(spec) - calculated(spec) <= set(figure.table), name


def test_the_text_of_the_data_reads_back(figures):
    for figure in figures.values():
        read = pd.read_csv(io.StringIO(figure.tsv), sep="\t")
        assert list(read) == list(figure.table)
        assert len(read) == len(figure.table)


@pytest.mark.slow
def test_svg_has_a_title_and_marks(figures):
    for name, figure in figures.items():
        svg = figure.svg("A title")
        root = ElementTree.fromstring(svg)
        assert "A title" in svg, name
        marks = [
            node for node in root.iter() if "mark-" in node.attrib.get("class", "")
        ]
        drawn = [
            node
            for group in marks
            for node in group.iter()
            if node.tag.endswith("path")
        ]
        assert drawn, name


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_figure_has_a_caption(entry):
    assert (FOLDER / f"{entry.name}.rst").read_text("utf-8").strip()


def test_trials_stand_best_first_and_failed_ones_not_at_all(run):
    table = trials_table(run)
    best = run.selection.selected.trial.id
    assert table.loc[0, "trial"] == best
    assert len(table) == (run.trials["status"] == "ok").sum()
    assert (table["low"] <= table["mean"]).all()
    assert (table["mean"] <= table["high"]).all()
    assert (table["standing"] == "winner").sum() == 2
    assert (table["standard_error"] == 0.02).all()


def test_the_best_score_is_on_top(run, figures):
    table = figures["space"].table
    scores = table[table["axis"] == run.metric_name].set_index("trial")["place"]
    assert {scores[trial] for trial in run.winners.values()} == {1.0}
    assert (scores >= 0).all()


def test_a_trial_with_few_seeds_was_given_up():
    run = made_run()
    trials = run.trials.assign(seeds=1)
    assert set(trials_table(dataclasses.replace(run, trials=trials))["standing"]) == {
        "winner",
        "given up",
    }


def test_the_area_under_the_curve_on_the_grid_is_the_score():
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 500)
    scores = labels + random.normal(size=500)
    area = np.trapezoid(roc(labels, scores), GRID)
    assert area == pytest.approx(roc_auc_score(labels, scores), abs=0.005)
    precision = precision_recall(labels, scores)[1:].mean()
    assert precision == pytest.approx(average_precision_score(labels, scores), abs=0.01)


def test_roc_of_a_small_case():
    # By falling score: hit, miss, hit, miss.
    rates = roc(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert rates[[0, 50, 100]].tolist() == [0.5, 1.0, 1.0]


def test_precision_and_recall_of_a_small_case():
    precision = precision_recall(np.array([1, 0, 1, 0]), np.array([0.9, 0.8, 0.7, 0.1]))
    assert precision[[0, 50, 51, 100]].tolist() == [1.0, 1.0, 2 / 3, 2 / 3]


def test_a_constant_prediction_is_guessing():
    labels, scores = np.array([1, 0, 0, 0]), np.zeros(4)
    assert roc(labels, scores) == pytest.approx(GRID)
    assert precision_recall(labels, scores) == pytest.approx(np.full(101, 0.25))


def test_tasks_are_those_of_the_test_report():
    run = made_run()
    table = tasks_table(run)
    assert len(table) == len(run.families) * len(run.tasks) * 2
    assert set(table.loc[table["subset"] == "test set", "low"]) == {0.7}
    assert table.loc[table["subset"] == "validation set", "low"].isna().all()


def test_confusion_counts_each_measured_molecule_once():
    run = made_run("multiclass")
    table = confusion_table(run)
    measured = np.isfinite(run.test_set.labels).sum()
    assert table["molecules"].sum() == measured * len(run.families)


def test_values_are_means_over_seeds():
    run = made_run("regression")
    table = values_table(run)
    first = table[(table["family"] == "dense") & (table["panel"] == "task 0")].iloc[0]
    row = run.test_set.ids.index(first["molecule"])
    mean = run.test_predictions["dense"][:, row, 0].mean()
    assert first["predicted"] == pytest.approx(mean)


def test_costs_are_summed_over_all_trainings():
    run = made_run()
    totals = total_costs(run)
    assert totals["seconds"].sum() == pytest.approx(run.cost["seconds"].sum())
    assert totals["trainings"].sum() == len(run.cost)


def test_losses_of_trials_that_did_not_win_are_averaged():
    run = made_run()
    table = draw_learning(run).table
    others = table[table["won"] == "false"]
    assert set(others["training"]) == {"mean"}
    assert set(others["subset"]) == {"validation set"}
    trial = others.iloc[0]["trial"]
    curves = pd.concat(run.curves[trial].values())
    mean = curves.groupby("epoch")["valid_loss"].mean()
    assert others[others["trial"] == trial]["loss"].to_numpy() == pytest.approx(
        mean.to_numpy()
    )


def linear(colour: str) -> np.ndarray:
    """Red, green and blue of a colour as amounts of light (IEC 61966-2-1)."""
    values = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    return np.where(
        values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4
    )


def in_lab(light: np.ndarray) -> np.ndarray:
    """Colours in CIELAB, where distances are about those that people see."""
    to_xyz = [
        [0.4124, 0.3576, 0.1805],
        [0.2126, 0.7152, 0.0722],
        [0.0193, 0.1192, 0.9505],
    ]
    x, y, z = np.cbrt(to_xyz @ np.clip(light, 0, 1) / [0.9505, 1.0, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


# Machado, Oliveira and Fernandes 2009, on amounts of light: without the cones for red,
# and without those for green.
SEEN_BY = {
    "all cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
}


def test_colours_stand_out_on_white():
    """WCAG 2.2, 1.4.11: graphics have a contrast of at least 3 to 1."""
    colours = {**family_colours([*MODULES, "ensemble", "x", "y"]), **SUBSET_COLOURS}
    assert len(colours) > 10
    for name, colour in colours.items():
        luminance = linear(colour) @ [0.2126, 0.7152, 0.0722]
        assert 1.05 / (luminance + 0.05) >= 3, name


@pytest.mark.parametrize("eyes", SEEN_BY)
def test_colours_of_families_differ_for_all_eyes(eyes):
    colours = family_colours([*MODULES, "ensemble"])
    seen = {
        family: in_lab(np.array(SEEN_BY[eyes]) @ linear(colour))
        for family, colour in colours.items()
    }
    # Those of Okabe and Ito came to 17.
    for one, other in itertools.combinations(seen, 2):
        assert np.linalg.norm(seen[one] - seen[other]) > 17, (one, other)


def test_families_have_colours_of_their_own():
    families = ["dense", "random_forest", "something new", "something else"]
    assert len(set(family_colours(families).values())) == len(families)
