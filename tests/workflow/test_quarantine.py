"""The job graph proves that the selection cannot have seen the test set."""

from collections import Counter

import pytest

from helpers.ensemble_search import SPACES
from helpers.project import new_project

MAKERS_OF_THE_SPLIT = {"download_dataset", "curate_dataset", "split_dataset"}
SCALED = """
search:
  spaces:
    - {family: dense, features: all, hyperparameters: {}}
    - {family: random_forest, features: descriptors, hyperparameters: {}}
"""


def ancestors(jobs, targets):
    """The target jobs and all jobs that their inputs come from."""
    maker = {path: job for job in jobs for path in job["output"]}
    found, waiting = [], list(targets)
    while waiting:
        job = waiting.pop()
        if job not in found:
            found.append(job)
            waiting += [maker[path] for path in job["input"] if path in maker]
    return found


def of_test_part(path):
    return path.endswith("/test.csv") or "/test/" in path


SPACE = """
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 18, max_features: {low: 0.1, high: 0.5}}
"""
SEARCHES = {
    "grid": "run: tiny",
    "random": "search:\n  strategy: {name: random}" + SPACE,
    "sobol": "search:\n  strategy: {name: sobol}" + SPACE,
    "tpe": "search:\n  strategy: {name: tpe}" + SPACE,
    "halving": "search:\n  strategy: {name: halving, min_resource: 2}" + SPACE,
    "hyperband": "search:\n  strategy: {name: hyperband, min_resource: 2}" + SPACE,
    "several splits": "split: {seeds: [0, 1, 2]}",
    "cross-validation": "validation: {scheme: cross_validation, folds: 3}",
    "halving, cross-validated": (
        "validation: {scheme: cross_validation, folds: 2, repeats: 2}\n"
        "search:\n  strategy: {name: halving, min_resource: 2}" + SPACE
    ),
    "nested": "validation: {scheme: nested, folds: 2, outer_folds: 3}",
    "nested, adaptive": (
        "validation: {scheme: nested, folds: 2, outer_folds: 2}\n"
        "search:\n  strategy: {name: tpe}" + SPACE
    ),
    "by time": "split: {method: time, column: mol_id}",
    "by a column": "split: {method: column, column: set}",
    "scaffold with seeds": "split: {method: scaffold, seeds: [0, 1]}",
    "clusters": "split: {method: butina}",
    "groups": "split: {method: group, column: set}",
    "groups, cross-validated": (
        "split: {method: group, column: set}\n"
        "validation: {scheme: cross_validation, folds: 3}"
    ),
    "clusters, nested": (
        "split: {method: butina}\n"
        "validation: {scheme: nested, folds: 2, outer_folds: 2}"
    ),
    "test set by a column, clusters": "split: {method: butina, column: set}",
    "given test set": "split: {column: set}",
    "refit": "final: {refit: train+valid}",
    "one standard error": "select: {rule: one_se}",
    "greedy ensemble": "ensemble: greedy\nfinal: {refit: train+valid}",
    "greedy ensemble of the newer families": f"ensemble: greedy\n{SPACES}",
    "later data": "prospective: [{name: later, source: examples/own-data.csv}]",
}


@pytest.fixture(scope="module", params=SEARCHES)
def jobs(request, tmp_path_factory):
    """List all jobs of a search, none of which has been run."""
    project = new_project(tmp_path_factory.mktemp("planned") / "project")
    return project.planned(*project.overlay(SEARCHES[request.param]))


def test_no_job_before_the_selection_sees_the_test_part(jobs):
    # What is fitted or told of the validation set belongs to the selection.
    rules = {"select_best", "train_winner", "correct_selection", "calibrate_winners"}
    rules.add("refit_winner")
    targets = [job for job in jobs if job["rule"] in rules]
    assert len(targets) >= 3
    before = ancestors(jobs, targets)
    assert {job["rule"] for job in before} >= {"take_features", "train_replicate"}
    for job in before:
        if job["rule"] not in MAKERS_OF_THE_SPLIT:
            seen = [path for path in job["input"] + job["output"] if of_test_part(path)]
            assert not seen, f"{job['rule']} sees {seen}"


def test_the_final_model_has_test_scores_in_its_card_alone(jobs):
    saved = [job for job in jobs if job["rule"] == "save_final_model"]
    assert saved
    for job in saved:
        (scores,) = (path for path in job["input"] if path.endswith("/test.json"))
        others = [path for path in job["input"] if path != scores]
        makers = [each for each in jobs if set(each["output"]) & set(others)]
        before = ancestors(jobs, makers)
        rules = {each["rule"] for each in before}
        assert "select_best" in rules
        assert rules & {"train_winner", "refit_winner"}
        assert "open_test" not in rules
        assert not [path for path in others if of_test_part(path)]


def test_every_training_is_judged(jobs):
    """No training hangs in the air: all lead to the selection."""
    targets = [job for job in jobs if job["rule"] == "select_best"]
    rules = {"train_replicate", "train_slot"}
    trainings = [job for job in jobs if job["rule"] in rules]
    before = ancestors(jobs, targets)
    assert trainings
    assert all(job in before for job in trainings)


def test_features_of_all_molecules_come_without_labels(jobs):
    """They are made before the split, and only their rows are handed on."""
    computed = {
        path for job in jobs if "featurize" in job["rule"] for path in job["output"]
    }
    assert computed
    readers = [job for job in jobs if computed & set(job["input"])]
    assert {job["rule"] for job in readers} == {"take_features"}
    for job in readers:
        others = sorted(set(job["input"]) - computed)
        folder = job["output"][0].rsplit("/", 1)[0]
        assert others == [
            f"{folder.rsplit('/', 2)[0]}/assignment.tsv",
            f"{folder}.csv",
        ]
    with_all_labels = {
        job["rule"]
        for job in jobs
        for path in job["input"]
        if path.endswith("/molecules.csv")
    }
    assert with_all_labels == {"split_dataset", "featurize_molecules"}


def test_features_are_computed_once_for_several_splits(project):
    overlay = project.overlay("split: {seeds: [0, 1, 2]}")
    counts = Counter(job["rule"] for job in project.planned(*overlay))
    assert counts["split_dataset"] == 3
    assert counts["featurize_molecules"] == 1
    assert counts["take_features"] == 3 * 3


def test_only_the_opening_asks_for_test_features(jobs):
    readers = {
        job["rule"]
        for job in jobs
        for path in job["input"]
        if "/test/" in path and path.endswith(".npz")
    }
    # Features of a refit are scaled in another way, so that they lie elsewhere.
    assert readers - {"join_features"} == {"open_test"}


def test_scaling_is_fitted_on_the_training_part_alone(project):
    jobs = project.planned("--forceall", *project.overlay(SCALED))
    test_no_job_before_the_selection_sees_the_test_part(jobs)
    fits = [job for job in jobs if job["rule"] == "fit_transform"]
    assert len(fits) == 1
    for job in ancestors(jobs, fits):
        if job["rule"] not in MAKERS_OF_THE_SPLIT:
            paths = job["input"] + job["output"]
            assert not [path for path in paths if "/valid" in path or "/test" in path]
    scaled = [job for job in jobs if job["rule"] == "transform_subset"]
    assert {job["wildcards"]["subset"] for job in scaled} == {"train", "valid", "test"}
    assert all(fits[0]["output"][0] in job["input"] for job in scaled)


def test_test_features_are_scaled_for_the_opening_alone(project):
    jobs = project.planned("--forceall", *project.overlay(SCALED))
    opening = [job for job in jobs if job["rule"] == "open_test"]
    others = ancestors(jobs, [job for job in jobs if job["rule"] == "train_winner"])
    for job in jobs:
        if any("/test/" in path for path in job["output"]):
            assert job in ancestors(jobs, opening)
            assert job not in others


def test_the_opening_waits_for_the_selection(jobs):
    for opening in [job for job in jobs if job["rule"] == "open_test"]:
        assert "select_best" in {job["rule"] for job in ancestors(jobs, [opening])}


def test_later_data_wait_for_the_selection_and_for_the_final_model(project):
    jobs = project.planned(*project.overlay(SEARCHES["later data"]))
    (evaluation,) = [job for job in jobs if job["rule"] == "evaluate_prospective"]
    # To leave its molecules out.
    assert [path for path in evaluation["input"] if of_test_part(path)]
    before = {job["rule"] for job in ancestors(jobs, [evaluation])}
    assert {"select_best", "save_final_model"} <= before


def test_each_training_set_has_a_transform_of_its_own(project):
    folds = "validation: {scheme: cross_validation, folds: 3}"
    jobs = project.planned("--forceall", *project.overlay(folds + SCALED))
    test_no_job_before_the_selection_sees_the_test_part(jobs)
    fits = {job["output"][0]: job["input"] for job in jobs if is_of("fit", job)}
    # Three folds, and the whole training set, which the winners are trained on.
    assert len(fits) == 4
    for transform, (features,) in fits.items():
        folder = transform.split("/transforms/")[0]
        assert features == f"{folder}/train/descriptors.npz"
    for job in jobs:
        if is_of("transform", job):
            own = job["output"][0].rsplit("/", 2)[0]
            transform = f"{own}/transforms/descriptors.npz"
            assert transform in fits
            assert [path for path in job["input"] if "/transforms/" in path] == [
                transform
            ]


def is_of(verb, job):
    return job["rule"].split("_")[0] == verb


def test_features_of_a_fold_are_computed_once(project):
    folds = "validation: {scheme: cross_validation, folds: 3, repeats: 2}"
    jobs = project.planned(*project.overlay(folds))
    counts = Counter(job["rule"] for job in jobs)
    assert counts["featurize_molecules"] == 1
    assert counts["take_features"] == 2
    assert counts["take_fold"] == 6
    assert counts["take_fold_features"] == 12
    # 2 + 2 trials, 2 seeds, 6 folds.
    assert counts["train_replicate"] == 48


def test_a_leak_would_be_found(jobs):
    """The proof has teeth: one training that reads the test set is caught."""
    leaky = [dict(job) for job in jobs]
    training = next(job for job in leaky if job["rule"] == "train_replicate")
    test = next(path for job in jobs for path in job["input"] if of_test_part(path))
    training["input"] = [*training["input"], test]
    with pytest.raises(AssertionError, match="train_replicate sees"):
        test_no_job_before_the_selection_sees_the_test_part(leaky)
