"""Which published scores stand in a report."""

from dataclasses import replace

import pytest

from helpers.report_runs import SETTINGS, made_run
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.io.tsv import read_tsv
from toxtune.report.published import PUBLISHED, published_scores, published_table
from toxtune.report.words import SET_NAMES
from toxtune.splits.splitters import SPLITTERS
from toxtune.stats.metrics import METRICS

TOX21 = {"sha256": KNOWN_DATASETS["tox21"].sha256}
TASKS = [f"task {number}" for number in range(12)]
FRACTIONS = {"train": 0.8, "valid": 0.1, "test": 0.1}
RANDOM = {"method": "random", "seed": 5, "fractions": FRACTIONS}


def found(dataset=TOX21, split=RANDOM, metric="roc_auc", tasks=TASKS):
    """The published scores for such a run."""
    return published_scores(
        replace(SETTINGS, dataset=dataset, split=split), metric, tasks
    )


def test_scores_of_the_same_table_and_kind_of_split_are_found():
    assert set(found()["split"]) == {"random"}
    assert set(found()["set"]) == {"valid", "test"}
    assert set(found(split={**RANDOM, "method": "scaffold"})["split"]) == {"scaffold"}


@pytest.mark.parametrize(
    "other",
    [
        {"dataset": {"sha256": "0" * 64}},
        {"dataset": {**TOX21, "permute_labels": 0}},
        {"dataset": {**TOX21, "test_sha256": "0" * 64}},
        {"split": {**RANDOM, "method": "butina"}},
        {"split": {**RANDOM, "fractions": {"train": 0.7, "valid": 0.2, "test": 0.1}}},
        {"split": {**RANDOM, "fractions": None}},
        {"split": {"method": "column", "column": "set"}},
        {"split": {**RANDOM, "outer": {"fold": 0, "folds": 3}}},
        {"metric": "pr_auc"},
        {"tasks": TASKS[:1]},
    ],
    ids=str,
)
def test_others_have_none(other):
    assert len(found())
    assert found(**other).empty


def test_each_row_says_where_it_is_from():
    table = read_tsv(PUBLISHED)
    assert len(table) > 3
    assert set(table["dataset"]) <= set(KNOWN_DATASETS)
    assert set(table["split"]) <= set(SPLITTERS)
    assert set(table["set"]) <= set(SET_NAMES)
    assert set(table["metric"]) <= set(METRICS)
    assert table["score"].between(0, 1).all()
    assert table["source"].str.len().min() > 10


def test_the_table_names_set_and_split():
    run = made_run("binary", n_tasks=12)
    assert published_table(run) is None
    settings = replace(run.settings, dataset=TOX21, split=RANDOM)
    table = published_table(replace(run, settings=settings))
    rows = {row[0]: row[1:4] for row in table.rows}
    ours = ["0.851 ± 0.002", "test set", "random split 80/10/10"]
    assert rows["D-MPNN, tuned"] == ours
    assert rows["random forest"] == ["0.763", "validation set", "random split 80/10/10"]
