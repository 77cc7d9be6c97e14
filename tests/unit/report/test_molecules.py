"""Pairs of molecules, the map and the tables about molecules of a report."""

import base64
import dataclasses
import json
import zlib
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

from helpers.report_runs import made_run
from toxtune.evaluation.chemical_space import ERROR, LABEL
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.report import molecule_pairs
from toxtune.report.figures import chemical_map, coverage, domain, labels
from toxtune.report.molecule_pairs import molecules_for_page, packed_drawings
from toxtune.report.molecules import read_molecules
from toxtune.report.tables.molecules import cliffs_table, labels_table
from toxtune.tasks import TaskType


@pytest.fixture(scope="module", params=TaskType)
def run(request):
    return made_run(request.param)


def unpacked(text):
    return json.loads(zlib.decompress(base64.b64decode(text)))


def test_every_molecule_of_the_page_is_drawn_once(run):
    content = molecules_for_page(run, run.molecules)
    drawings = unpacked(content["drawings"])
    shown = {
        pair[side]["smiles"] for pair in content["pairs"] for side in ("test", "train")
    }
    assert shown
    coloured = {pair["test"].get("drawing") for pair in content["pairs"]} - {None}
    assert coloured
    everything = shown | coloured | set(run.molecules.shown.map["smiles"])
    assert everything == set(drawings)
    for drawing in drawings.values():
        assert ElementTree.fromstring(drawing).tag == "svg"


def test_examples_over_tasks_are_coloured_by_their_atoms(run):
    content = molecules_for_page(run, run.molecules)
    drawings = unpacked(content["drawings"])
    for pair in content["pairs"]:
        is_example = pair["kind"] != "cliff"
        key = run.tasks[pair["task"]], pair["test"]["smiles"]
        is_explained = is_example and key in run.molecules.atoms
        assert ("atoms" in pair) == is_explained
        assert is_explained or not (is_example and pair["over"] is not None)
        if is_explained:
            # One atom, and as much as any has: blue, and not pale.
            drawing = drawings[pair["test"]["drawing"]]
            assert drawing.count("<ellipse") == 1
            assert "#0072B2" in drawing
            assert pair["atoms"] == {"full": "0.25", "masked": "0.75"}
    assert not molecules_for_page(run, dataclasses.replace(run.molecules, atoms={}))[
        "pairs"
    ][0].get("atoms")


def test_after_a_refit_the_prediction_that_is_coloured_is_told(run):
    final = {**run.settings.final, "refit": "train+valid"}
    settings = dataclasses.replace(run.settings, final=final)
    refitted = dataclasses.replace(run, settings=settings)
    pairs = molecules_for_page(refitted, run.molecules)["pairs"]
    told = [pair["atoms"] for pair in pairs if "atoms" in pair]
    assert told
    assert all(each["refitted"] == "0.5" for each in told)


def test_what_cannot_be_drawn_is_told_in_words():
    drawings = unpacked(packed_drawings(["C" * 300, "CCO", "CCO"]))
    assert drawings["C" * 300] == "C300H602, 300 atoms"
    assert len(drawings) == 2


def test_pairs_say_what_the_tables_say(run):
    pairs = molecules_for_page(run, run.molecules)["pairs"]
    examples = [pair for pair in pairs if pair["kind"] != "cliff"]
    assert len(examples) == len(run.molecules.shown.examples)
    for pair, row in zip(
        examples, run.molecules.shown.examples.to_dict("records"), strict=True
    ):
        assert pair["test"]["id"] == row["id"]
        assert pair["train"]["id"] == row["nearest_train_id"]
        assert run.tasks[pair["task"]] == row["task"]
        if run.task_type == TaskType.REGRESSION:
            assert pair["probability"] is None
            assert float(pair["predicted"]) == pytest.approx(row["predicted"], abs=0.01)
        else:
            assert pair["wrong"] == (row["kind"] == "error")
            assert pair["probability"] == pytest.approx(row["probability"], abs=1e-4)


def test_the_page_has_few_cliffs_and_few_tasks(monkeypatch):
    run = made_run(n_tasks=3)
    monkeypatch.setattr(molecule_pairs, "MOST_CLIFFS", 2)
    monkeypatch.setattr(molecule_pairs, "MOST_TASKS", 2)
    content = molecules_for_page(run, run.molecules)
    assert content["tasks"] == run.tasks[:2]
    cliffs = [pair for pair in content["pairs"] if pair["kind"] == "cliff"]
    of_task = [pair for pair in cliffs if pair["task"] == 0 and pair["rank"] <= 2]
    assert len(of_task) == 2
    assert sorted(pair["over"] for pair in cliffs if pair["over"]) == [1, 2]
    parts = molecule_pairs.pairs_parts(run, run.molecules, "gallery")
    assert "first 2 of 3 tasks" in parts["note"]
    assert "task 2" not in parts["tsv"]


def test_a_run_without_cliffs_says_so():
    run = made_run()
    shown = dataclasses.replace(
        run.molecules.shown, cliffs=run.molecules.shown.cliffs.iloc[:0]
    )
    molecules = dataclasses.replace(run.molecules, shown=shown)
    parts = molecule_pairs.pairs_parts(run, molecules, "cliffs")
    assert parts["note"] == "No test molecule is at a cliff."
    pairs = molecules_for_page(run, molecules)["pairs"]
    assert {pair["kind"] for pair in pairs} == {"error", "right"}
    assert cliffs_table(dataclasses.replace(run, molecules=molecules)) is None


def test_files_read_back_as_they_were_written(run, tmp_path):
    shown = run.molecules.shown
    tables = {"labels": run.molecules.labels, "map": shown.map}
    for name in ("examples", "cliffs", "cliff_counts"):
        tables[name] = getattr(shown, name)
    for name, table in tables.items():
        write_tsv(tmp_path / f"{name}.tsv", table)
    files = {name: tmp_path / f"{name}.tsv" for name in tables}
    files["map_record"] = tmp_path / "map.json"
    write_json(files["map_record"], shown.map_record)
    files["atoms"] = tmp_path / "atoms.json"
    atoms = run.molecules.atoms
    write_json(files["atoms"], {"held_fixed": [], "examples": list(atoms.values())})
    read = read_molecules(files)
    assert read.shown.map_record == shown.map_record
    assert read.atoms == atoms != {}
    again = dataclasses.replace(run, molecules=read)
    assert molecules_for_page(again, read) == molecules_for_page(run, run.molecules)
    assert labels_table(again) == labels_table(run)


def test_every_word_of_the_map_has_a_colour(run):
    table = chemical_map.map_table(run, run.molecules)
    switches = chemical_map.switches(run, run.molecules)
    assert set(table["set"]) <= set(switches["set"])
    for task in run.tasks:
        known = set(table[LABEL + task]) - {""}
        assert known
        assert known <= set(switches["label"][task])
        assert set(table[ERROR + task]) - {""} <= set(switches["error"])
    words = {*switches["set"], *switches["error"]}
    words = words.union(*switches["label"].values())
    assert words == set(switches["colours"])


def test_fifths_of_values_are_of_equal_size():
    run = made_run("regression", n_tasks=1)
    words = chemical_map.map_table(run, run.molecules)[LABEL + "task 0"]
    counts = words[words != ""].value_counts()
    assert len(counts) == 5
    assert counts.max() - counts.min() <= 0.2 * counts.max() + 2


def test_the_labels_of_a_set_are_all_of_its_molecules():
    run = made_run("multiclass")
    table = labels.draw(run).table
    sums = table.groupby(["task", "subset"])["share"].sum()
    assert sums.to_numpy() == pytest.approx(1)
    assert set(table["label"]) == {"0", "1", "2", labels.MISSING}


def test_the_table_of_labels_has_the_counts():
    run = made_run()
    table = labels_table(run)
    row = dict(zip(table.header, table.rows[0], strict=True))
    test = run.test_set.labels[:, 0]
    active, measured = (test == 1).sum(), np.isfinite(test).sum()
    assert row["test set"] == f"{active} of {measured} ({active / measured:.1%})"
    assert row["cleared"] == "2"


def test_the_table_of_cliffs_has_a_row_for_all_tasks(run):
    table = cliffs_table(run)
    counts = run.molecules.shown.cliff_counts
    assert [row[0] for row in table.rows] == [*run.tasks, "all tasks"]
    assert table.rows[-1][1] == f"{counts['measured'].sum():,}"


def test_a_broken_promise_is_marked():
    run = made_run()
    table = run.diagnostics.coverage.copy()
    is_first = (table["task"] == "task 0") & (table["class"] == "1")
    table.loc[is_first, "chance_holm"] = 0.001
    table.loc[is_first, "coverage"] = 0.2
    diagnostics = dataclasses.replace(run.diagnostics, coverage=table)
    figure = coverage.draw(dataclasses.replace(run, diagnostics=diagnostics))
    assert "2 of 8 promises are broken" in figure.note
    broken = figure.table[figure.table["held"] == "below the promise"]
    assert set(broken["panel"]) == {"True class: active"}
    assert "None of 8" in coverage.draw(run).note


def test_coverage_without_measured_molecules_has_no_panel():
    run = made_run()
    table = run.diagnostics.coverage.assign(molecules=0, coverage=np.nan)
    diagnostics = dataclasses.replace(run.diagnostics, coverage=table)
    assert coverage.draw(dataclasses.replace(run, diagnostics=diagnostics)).panels == []


def test_the_domain_says_where_errors_are_larger(run):
    figure = domain.draw(run)
    assert "Similarity: errors outside are larger, by 0.100." in figure.note
    assert "Leverage: no test molecule with labels is outside." in figure.note
    errors = figure.table[figure.table["panel"] == "Error"]
    assert errors["error"].notna().sum() == 3


def test_without_molecules_nothing_is_shown(run):
    bare = dataclasses.replace(run, molecules=None)
    assert labels_table(bare) is None
    assert cliffs_table(bare) is None
    assert chemical_map.draw(bare).panels == []
    assert labels.draw(bare).panels == []
    assert isinstance(labels.draw(bare).table, pd.DataFrame)
