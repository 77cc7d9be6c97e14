"""Tables whose labels are words, with tasks that cannot be learned: a whole run."""

import csv
import json
import subprocess
import zipfile

import pytest

from toxtune.data.subsets import read_subset

ENDS = ["O", "N", "Cl", "Br", "c1ccccc1", "c1ccncc1", "c1ccoc1", "C1CCCC1"]
TWO = """
dataset: {source: words.csv, tasks: [toxic, never, same], labels: {unclear: null}}
training: {seeds: [0]}
search:
  spaces:
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 5}}
"""
THREE = """
dataset: {source: words.csv, tasks: [grade]}
objective: {metric: accuracy}
training: {seeds: [0]}
search:
  spaces:
    - {family: logistic_regression, features: ecfp, hyperparameters: {}}
"""


def write_words(folder):
    """Write molecules whose labels are words; return how many have one in toxic."""
    rows = []
    for number in range(96):
        smiles = "C" * (1 + number // 8) + ENDS[number % 8]
        is_ring = number % 8 >= 4
        toxic = "Active" if is_ring else "inactive"
        if number % 12 == 5:
            toxic = "unclear"
        if number % 12 == 7:
            toxic = "n.d."
        same = "inactive" if number % 3 else "-"
        grade = ["low", "medium", "high"][(number % 8) // 3]
        rows.append([smiles, toxic, "", same, grade])
    with open(folder / "words.csv", "w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["Smiles", "toxic", "never", "same", "grade"])
        writer.writerows(rows)
    return sum(row[1].lower().endswith("active") for row in rows)


def predicted(project):
    """Predict the table with the final model; return the rows and what was said."""
    command = [project.python, "-m", "toxtune", "predict", "results/tiny/final.zip"]
    done = subprocess.run(
        [*command, "words.csv", "predicted.csv"],
        cwd=project.folder,
        env={"PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        check=True,
    )
    with open(project.folder / "predicted.csv", newline="") as stream:
        return list(csv.DictReader(stream)), done.stdout


@pytest.mark.usefixtures("without_rules")
def test_two_words_are_learned_and_tasks_that_cannot_be_are_left_out(searched):
    labelled = write_words(searched.folder)
    arguments = searched.overlay(TWO)
    searched.run(*arguments)
    (recipe,) = [
        path
        for path in searched.folder.glob("data/*/*/split.json")
        if json.loads(path.read_text())["tasks_left_out"]
    ]
    sets = [
        read_subset(recipe.parent / "whole" / f"{n}.csv")
        for n in ("train", "valid", "test")
    ]
    assert [each.tasks for each in sets] == [["toxic"]] * 3
    assert sum(len(each.ids) for each in sets) == labelled
    summary = (searched.folder / "results/tiny/summary.md").read_text("utf-8")
    for words in (
        "Task never is left out",
        "Task same is left out",
        "'inactive' is class 0, 'Active' is class 1",
        "'n.d.' (8)",
        "'unclear' (8)",
    ):
        assert words in summary
    page = (searched.folder / "results/tiny/report.html").read_text("utf-8")
    assert "Task never is left out" in page
    with zipfile.ZipFile(searched.folder / "results/tiny/final.zip") as archive:
        metadata = json.loads(archive.read("final.json"))
    assert metadata["tasks"] == ["toxic"]
    assert set(metadata["tasks_left_out"]) == {"never", "same"}
    rows, said = predicted(searched)
    assert {row["toxic_class"] for row in rows} == {"Active", "inactive"}
    assert not [name for name in rows[0] if name.startswith(("never_", "same_"))]
    assert "Task never is not predicted" in said
    assert searched.faults(*arguments[1:]) == []


def test_several_words_are_named_in_the_report_and_in_predictions(searched):
    write_words(searched.folder)
    searched.run(*searched.overlay(THREE))
    summary = (searched.folder / "results/tiny/summary.md").read_text("utf-8")
    assert "'high' is class 0, 'low' is class 1, 'medium' is class 2" in summary
    figure = (searched.folder / "results/tiny/figures/confusion.svg").read_text("utf-8")
    for name in ("low", "medium", "high"):
        assert f">{name}<" in figure
    rows, _ = predicted(searched)
    right = [row["grade_class"] == row["grade"] for row in rows]
    assert sum(right) > len(right) / 2
    assert float(rows[0]["grade=low_probability"]) > 0
