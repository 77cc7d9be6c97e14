"""Calibration of the final model's sets, and the table that holds them to a promise."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from helpers.harm import refused
from helpers.selections import made_selection, made_trial, made_winner
from toxtune.data.subsets import Subset
from toxtune.evaluation.conformal import Conformal, calibrate_sets, read_conformal
from toxtune.evaluation.coverage import (
    broken_promises,
    coverage_table,
    judge_sets,
)
from toxtune.evaluation.delivered import Delivered, deliver, mean_over_seeds
from toxtune.io.files import write_json
from toxtune.stats.conformal import p_values
from toxtune.tasks import TaskType

BINARY, REGRESSION = TaskType.BINARY, TaskType.REGRESSION
SELECTION = made_selection(
    {"dense": made_winner(made_trial("a" * 12))}, "dense", seeds=[0, 1, 2]
)


def made(n, seed, shift=0.0, tasks=("a", "b")):
    """Make up molecules, a task of which is half measured, and predictions of them.

    `shift` moves the probabilities of positives down: an endpoint that has changed.
    """
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, (n, len(tasks))).astype(np.float32)
    by_seed = 0.3 + 0.3 * labels + 0.1 * rng.normal(size=(3, n, len(tasks)))
    by_seed = np.clip(by_seed - shift * labels, 0, 1).astype(np.float32)
    labels[: n // 2, 1] = np.nan
    ids = [f"m{number}" for number in range(n)]
    return Subset(ids, ids, ids, list(tasks), labels), by_seed


def calibrated(n=200, seed=0):
    valid, by_seed = made(n, seed)
    return calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, made(50, 9)[0])


def test_the_seeds_of_the_final_model_are_averaged():
    by_seed = np.arange(12, dtype=np.float32).reshape(3, 2, 2) ** 2
    of_all = deliver(SELECTION, {"dense": by_seed}, [0, 1, 2])
    np.testing.assert_allclose(of_all.values, by_seed.mean(axis=0))
    np.testing.assert_allclose(of_all.spread, by_seed.std(axis=0, ddof=1))
    first = deliver(SELECTION, {"dense": by_seed}, [0])
    np.testing.assert_allclose(first.values, by_seed[0])
    assert np.isnan(first.spread).all()


def test_measured_molecules_of_each_class_calibrate():
    valid, _ = made(200, 0)
    for number, task in enumerate(valid.tasks):
        labels = valid.labels[:, number]
        sizes = {0: int((labels == 0).sum()), 1: int((labels == 1).sum())}
        assert calibrated()[task].sizes == sizes
    assert sum(calibrated()["b"].sizes.values()) == 100


def test_further_repeats_are_no_further_molecules():
    valid, by_seed = made(60, 1)
    order = np.random.default_rng(2).permutation(60)
    twice = Subset(
        valid.ids + [valid.ids[row] for row in order],
        valid.smiles + [valid.smiles[row] for row in order],
        valid.groups + [valid.groups[row] for row in order],
        valid.tasks,
        np.concatenate([valid.labels, valid.labels[order]]),
    )
    second = np.random.default_rng(3).random(by_seed.shape)
    once = calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, valid)
    both = calibrate_sets(
        twice,
        mean_over_seeds(np.concatenate([by_seed, second], axis=1)),
        BINARY,
        valid,
    )
    for task in valid.tasks:
        for one, other in zip(once[task].scores, both[task].scores, strict=True):
            np.testing.assert_array_equal(one, other)


def test_rows_of_a_molecule_count_once_in_calibration_and_table():
    """Also where rows are numbered, and tasks are measured in different rows."""
    valid, by_seed = made(60, 1)
    labels = np.concatenate([valid.labels] * 2)
    labels[:60, 0] = np.nan
    ids = [str(row) for row in range(120)]
    twice = Subset(ids, valid.smiles * 2, ids, valid.tasks, labels)
    on_twice = mean_over_seeds(np.concatenate([by_seed, by_seed], axis=1))
    once = calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, valid)
    both = calibrate_sets(twice, on_twice, BINARY, twice)
    for task in valid.tasks:
        assert both[task].sizes == once[task].sizes
    pd.testing.assert_frame_equal(
        coverage_table(twice, on_twice, both, BINARY),
        coverage_table(valid, mean_over_seeds(by_seed), once, BINARY),
    )


def test_a_molecule_counts_once_however_it_is_written():
    phenol = ["Oc1ccccc1", "c1ccccc1O", "C1=CC=CC=C1O", "c1ccc(O)cc1"]
    stereo = ["C[C@H](N)O", "C[C@@H](N)O"]
    groups = [*["phenol"] * 4, *["other"] * 2]
    labels = np.ones((6, 1), dtype=np.float32)
    molecules = Subset([*"abcdef"], [*phenol, *stereo], groups, ["t"], labels)
    answers = Delivered(np.full((6, 1), 0.7), np.full((6, 1), np.nan))
    calibrations = calibrate_sets(molecules, answers, BINARY, molecules)
    assert calibrations["t"].sizes == {0: 0, 1: 3}


def test_molecules_that_share_an_id_all_calibrate():
    valid, by_seed = made(60, 1)
    shared = replace(valid, ids=["x"] * 20 + valid.ids[20:])
    calibrations = calibrate_sets(shared, mean_over_seeds(by_seed), BINARY, shared)
    assert sum(calibrations["a"].sizes.values()) == 60


def test_of_two_classes_a_task_has_both_whatever_was_measured():
    """A training set of inactives alone says nothing of the active class."""
    valid, by_seed = made(60, 1)
    train = replace(valid, labels=np.zeros_like(valid.labels))
    calibrations = calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, train)
    both = calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, valid)
    assert calibrations["a"].sizes == both["a"].sizes


def test_the_table_counts_sets_that_hold_the_true_class():
    test, by_seed = made(500, 4)
    table = coverage_table(test, mean_over_seeds(by_seed), calibrated(), BINARY)
    assert len(table) == 2 * 3 * 3
    counts = table.set_index(["task", "class", "confidence"])
    labels = test.labels[:, 0]
    for confidence in (0.8, 0.9, 0.95):
        of_classes = [counts.loc[("a", name, confidence)] for name in ("0", "1", "all")]
        molecules = [int((labels == 0).sum()), int((labels == 1).sum()), 500]
        assert [row["molecules"] for row in of_classes] == molecules
        assert sum(row["covered"] for row in of_classes[:2]) == of_classes[2]["covered"]
        for row in of_classes:
            assert row["one"] + row["several"] + row["none"] == row["molecules"]
            assert row["coverage"] == pytest.approx(confidence, abs=0.08)
    assert counts.loc[("b", "all", 0.9), "molecules"] == 250
    assert broken_promises(table, "the test set") == []


def test_an_endpoint_that_has_changed_breaks_the_promise():
    later, by_seed = made(500, 5, shift=0.3)
    table = coverage_table(later, mean_over_seeds(by_seed), calibrated(), BINARY)
    (warning,) = broken_promises(table, "batch-2")
    assert "batch-2" in warning
    assert "of class 1" in warning


def test_only_tests_that_were_made_are_corrected_for():
    """Data that measure one task of two do not hide that it has changed."""
    test, by_seed = made(500, 4, shift=0.05)
    test.labels[:, 1] = np.nan
    table = coverage_table(test, mean_over_seeds(by_seed), calibrated(), BINARY)
    rows = table["task"] == "a"
    assert (table[~rows]["chance"].isna() & table[~rows]["chance_holm"].isna()).all()
    alone = replace(test, tasks=["a"], labels=test.labels[:, :1])
    of_alone = coverage_table(
        alone,
        mean_over_seeds(by_seed[:, :, :1]),
        {"a": calibrated()["a"]},
        BINARY,
    )
    corrected = [each["chance_holm"].astype(float) for each in (table[rows], of_alone)]
    np.testing.assert_array_equal(*corrected)
    assert corrected[0].min() < 1


def test_a_class_that_nothing_calibrates_is_never_ruled_out():
    valid, by_seed = made(50, 6)
    valid.labels[:] = np.where(np.isnan(valid.labels), np.nan, 0)
    train, _ = made(50, 9)
    calibrations = calibrate_sets(valid, mean_over_seeds(by_seed), BINARY, train)
    test, on_test = made(80, 7)
    table = coverage_table(test, mean_over_seeds(on_test), calibrations, BINARY)
    positives = table[table["class"] == "1"]
    assert (positives["coverage"] == 1).all()
    assert (positives["calibrated"] == 0).all()
    assert positives["chance"].isna().all()


def test_a_set_holds_no_class_that_its_task_does_not_have(tmp_path):
    """Two classes in one task, four in the other; class 1 of "a" calibrates nothing."""
    rng = np.random.default_rng(10)

    def drawn(n):
        labels = np.column_stack([rng.integers(0, 2, n), rng.integers(0, 4, n)])
        odds = 0.5 * rng.normal(size=(n, 2, 4))
        np.put_along_axis(odds, labels[:, :, None], 3, axis=2)
        # What a model gives to classes that a task does not have: next to nothing.
        odds[:, 0, 2:] = -20
        probabilities = np.exp(odds) / np.exp(odds).sum(axis=2, keepdims=True)
        ids = [str(number) for number in range(n)]
        molecules = Subset(ids, ids, ids, ["a", "b"], labels.astype(np.float32))
        return molecules, mean_over_seeds(probabilities.reshape(1, n, 8))

    (train, _), (valid, on_valid), (test, on_test) = drawn(60), drawn(200), drawn(200)
    several = TaskType.MULTICLASS
    calibrations = calibrate_sets(valid, on_valid, several, train)
    written = Conformal("0" * 12, [0], calibrations)
    write_json(tmp_path / "conformal.json", written.to_dict())
    calibrations = read_conformal(tmp_path / "conformal.json").tasks
    table = coverage_table(test, on_test, calibrations, several)
    classes = table.groupby("task")["class"].unique()
    assert classes["a"].tolist() == ["0", "1", "all"]
    assert classes["b"].tolist() == ["0", "1", "2", "3", "all"]
    of_all = table[(table["class"] == "all") & (table["confidence"] == 0.9)]
    assert (of_all.set_index("task")["one"] > 150).all()
    # A class that the task has, and the validation set not, is still never ruled out.
    valid.labels[:, 0] = 0
    p = p_values(
        calibrate_sets(valid, on_valid, several, train)["a"], np.full((1, 4), 0.9)
    )
    assert p[0, 1] == 1
    assert p[0, 2:].tolist() == [0, 0]


def test_intervals_of_values_are_counted_and_measured():
    rng = np.random.default_rng(8)
    sets = []
    for n in (300, 600):
        labels = rng.normal(size=(n, 1)).astype(np.float32)
        ids = [str(number) for number in range(n)]
        by_seed = labels + 0.5 * rng.normal(size=(3, n, 1))
        sets.append((Subset(ids, ids, ids, ["v"], labels), by_seed))
    (valid, on_valid), (test, on_test) = sets
    calibrations = calibrate_sets(valid, mean_over_seeds(on_valid), REGRESSION, valid)
    table = coverage_table(test, mean_over_seeds(on_test), calibrations, REGRESSION)
    assert table["class"].tolist() == ["all"] * 3
    np.testing.assert_allclose(table["coverage"], [0.8, 0.9, 0.95], atol=0.06)
    assert table["width"].is_monotonic_increasing
    # The mean of three errors of 0.5 has an SD of 0.29.
    assert table["width"][2] == pytest.approx(2 * 1.96 * 0.29, rel=0.25)


def test_a_refit_keeps_the_calibration_from_before():
    test, by_seed = made(100, 9)
    conformal = Conformal(SELECTION.id, [0, 1, 2], calibrated())
    tables = judge_sets(
        SELECTION,
        conformal,
        test,
        {"none": {"dense": by_seed}, "train+valid": {"dense": by_seed}},
    )
    by_refit = [rows.drop(columns="refit") for _, rows in tables.groupby("refit")]
    assert len(by_refit) == 2
    assert by_refit[0].reset_index(drop=True).equals(by_refit[1].reset_index(drop=True))


def test_the_file_gives_back_what_was_calibrated(tmp_path):
    path = tmp_path / "conformal.json"
    written = Conformal(SELECTION.id, [0, 2], calibrated())
    write_json(path, written.to_dict())
    read = read_conformal(path)
    assert read.to_dict() == written.to_dict() == json.loads(path.read_text())
    path.write_text('{"tasks": [1]}')
    assert str(path) in refused(read_conformal, path)


def test_molecules_that_nothing_is_measured_of_count_for_nothing():
    test, by_seed = made(20, 10)
    test.labels[:] = np.nan
    delivered = mean_over_seeds(by_seed)
    assert isinstance(delivered, Delivered)
    table = coverage_table(test, delivered, calibrated(), BINARY)
    assert (table["molecules"] == 0).all()
    assert table["coverage"].isna().all()
    assert broken_promises(table, "nothing") == []
