"""The card in a final model: its front matter is the run's numbers; hostile names."""

import dataclasses
import zipfile

import pytest
import yaml

from helpers.final_models import FALLBACK, SEEDS, make
from helpers.report_runs import made_run
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.prediction.final_model import load
from toxtune.prediction.model_card import CARD_FILE, model_card
from toxtune.stats.metrics import metrics_of
from toxtune.tasks import TaskType

NASTY = "a|b<script>alert(1)</script>_*`#[x](y)\u00e9: - 'q\""


def scored(metadata, task_type, **changes):
    """Scores for the tasks of a made-up final model."""
    evaluation = made_run(task_type).evaluation
    for metrics in evaluation.families.values():
        for scores in metrics.values():
            made = list(scores.tasks.values())
            scores.tasks.clear()
            scores.tasks.update(zip(metadata.tasks, made, strict=True))
    return dataclasses.replace(evaluation, **changes)


def head(card):
    """Read the front matter as the Hub does."""
    start, text, _ = card.split("---\n", 2)
    assert start == ""
    return yaml.safe_load(text)


@pytest.mark.parametrize("task_type", FALLBACK)
def test_front_matter_has_the_scores_of_each_task_and_of_the_model(tmp_path, task_type):
    metadata = load(make(tmp_path, task_type)).metadata
    evaluation = scored(metadata, task_type)
    card = model_card(metadata, evaluation, seeds=SEEDS, sha256="0" * 64)
    front = head(card)
    metrics = metrics_of(TaskType(task_type))
    assert front["metrics"][0] == evaluation.objective.metric
    assert sorted(front["metrics"]) == sorted(metrics)
    (index,) = front["model-index"]
    names = [result["task"]["name"] for result in index["results"]]
    assert names == ["all tasks, mean", *metadata.tasks]
    objective = evaluation.objective.metric
    whole = {each["type"]: each["value"] for each in index["results"][0]["metrics"]}
    assert whole[objective] == 0.76
    for task, result in zip(metadata.tasks, index["results"][1:], strict=True):
        (metric,) = result["metrics"]
        tasks = evaluation.families[evaluation.overall][objective].tasks
        assert metric["value"] == tasks[task].test
        assert result["dataset"]["split"] == "test"
    assert "very model" in card
    assert {"license", "library_name", "tags", "datasets"} <= front.keys()


def test_single_seed_of_several_is_not_said_to_be_the_very_model(tmp_path):
    metadata = load(make(tmp_path)).metadata
    evaluation = scored(metadata, "binary")
    card = model_card(metadata, evaluation, seeds=[*SEEDS, 7], sha256="0" * 64)
    assert "very model" not in card
    # No score of such models is known, so none is given.
    names = [
        result["task"]["name"] for result in head(card)["model-index"][0]["results"]
    ]
    assert names == metadata.tasks


def test_the_model_of_the_only_seed_is_the_very_model(tmp_path):
    metadata = load(make(tmp_path)).metadata
    one = dataclasses.replace(metadata, members=metadata.members[:1])
    evaluation = scored(one, "binary")
    card = model_card(one, evaluation, seeds=SEEDS[:1], sha256="0" * 64)
    assert "very model" in card
    assert "single seeds, on average" not in card


@pytest.mark.parametrize("refit", ["none", "train+valid"])
def test_scores_of_tasks_are_said_to_be_from_before_a_refit(tmp_path, refit):
    metadata = load(make(tmp_path, refit=refit)).metadata
    evaluation = scored(metadata, "binary")
    front = head(model_card(metadata, evaluation, seeds=SEEDS, sha256="0" * 64))
    results = front["model-index"][0]["results"]
    names = {each["name"] for result in results for each in result["metrics"]}
    of_tasks = {name for name in names if "single seeds" in name}
    assert of_tasks
    for name in of_tasks:
        assert name.endswith(" before the refit") is (refit != "none")


def test_a_task_without_a_score_is_left_out(tmp_path):
    metadata = load(make(tmp_path)).metadata
    evaluation = scored(metadata, "binary")
    for scores in evaluation.families[evaluation.overall].values():
        bare = dataclasses.replace(scores.tasks["one"], test=None, test_interval=None)
        scores.tasks["one"] = bare
    card = model_card(metadata, evaluation, seeds=SEEDS, sha256="0" * 64)
    names = [
        result["task"]["name"] for result in head(card)["model-index"][0]["results"]
    ]
    assert names == ["all tasks, mean", "two"]
    assert "| one | none | none |" in card


def test_a_known_dataset_has_its_name(tmp_path):
    metadata = load(make(tmp_path)).metadata
    evaluation = scored(metadata, "binary")
    sums = {name: data.sha256 for name, data in KNOWN_DATASETS.items()}
    for name, sha256 in {**sums, "sha256-abababababab": "ab" * 32}.items():
        card = model_card(metadata, evaluation, seeds=SEEDS, sha256=sha256)
        assert head(card)["datasets"] == [name]


def test_names_neither_break_the_front_matter_nor_become_html(tmp_path):
    metadata = load(make(tmp_path)).metadata
    metadata = dataclasses.replace(metadata, run=NASTY, tasks=[NASTY, "two"])
    evaluation = scored(metadata, "binary")
    card = model_card(metadata, evaluation, seeds=SEEDS, sha256="0" * 64)
    front = head(card)
    assert front["model-index"][0]["name"] == NASTY
    assert front["model-index"][0]["results"][1]["task"]["name"] == NASTY
    body = card.split("---\n", 2)[2]
    assert "<script>" not in body
    rows = [line for line in body.splitlines() if line.startswith("| a")]
    assert [row.replace("\\|", "").count("|") for row in rows] == [4]


def test_model_with_and_without_a_card_are_read_alike(tmp_path):
    path = make(tmp_path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    assert contents.pop(CARD_FILE)
    older = tmp_path / "older.zip"
    with zipfile.ZipFile(older, "w") as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    assert str(load(older)) == str(load(path))


@pytest.mark.parametrize("card", [b"", b"\xff\xfe\x00", b"---\n!!python/object:x {}\n"])
def test_a_hostile_card_is_not_read(tmp_path, card):
    path = make(tmp_path)
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in {**contents, CARD_FILE: card}.items():
            archive.writestr(name, content)
    assert load(path).predict(["CCO"]).values.shape == (1, 2)


def test_a_control_says_so_first(tmp_path):
    metadata = load(make(tmp_path, "binary")).metadata
    evaluation = scored(metadata, "binary")
    words = {"seeds": SEEDS, "sha256": "0" * 64}
    said = "**A control: its labels are shuffled (seed 7)"
    card = model_card(metadata, evaluation, **words, permutation=7)
    assert card.split("\n\n")[2].startswith(said)
    assert "shuffled" not in model_card(metadata, evaluation, **words)
