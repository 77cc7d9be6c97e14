"""Which jobs and trainings an edit of a search that ends in an ensemble makes run."""

import json

import pytest

from helpers.ensemble_search import KINDS, SPACES, search_with

SCORES = "results/tiny/test.json"
ANOTHER = {
    "random_forest": "{n_estimators: 5, min_samples_leaf: [1, 3]}",
    "logistic_regression": "{C: 0.1}",
    "dense": "{activation: selu, normalization: batch, neurons: 8, epochs: 2}",
}


@pytest.fixture(params=KINDS)
def kind(request):
    return request.param


@pytest.fixture
def ended(finished_ensembles, kind, tmp_path):
    """A project in which a search has ended in an ensemble, to be changed."""
    return finished_ensembles[kind].copy(tmp_path / "project")


def families_that_train(jobs):
    families = [
        job["wildcards"]["family"] for job in jobs if job["rule"] == "train_replicate"
    ]
    return {family: families.count(family) for family in families}


def trainings(project):
    """Name the finished trainings of the store, and what family each is of."""
    results = (project.folder / "results/store").glob("*/*/result.json")
    return {
        path.parent.name: json.loads(path.read_text("utf-8"))["trial"]["family"]
        for path in results
    }


def test_nothing_runs_again(ended, kind):
    assert ended.planned_rules(*search_with(ended, kind)) == {}


@pytest.mark.parametrize("family", ANOTHER)
def test_another_family_trains_itself_alone(ended, kind, family):
    space = f"{{family: {family}, features: ecfp, hyperparameters: {ANOTHER[family]}}}"
    planned = ended.planned(*search_with(ended, kind, f"    - {space}\n"))
    # With two seeds.
    trials = 2 if family == "random_forest" else 1
    assert families_that_train(planned) == {family: 2 * trials}


def test_the_store_gets_nothing_but_another_familys_trainings(
    finished_ensembles, tmp_path
):
    project = finished_ensembles["greedy"].copy(tmp_path / "project")
    before = trainings(project)
    forest = (
        "{family: random_forest, features: ecfp, hyperparameters: {n_estimators: 5}}"
    )
    project.run(SCORES, *search_with(project, "greedy", f"    - {forest}\n"))
    after = trainings(project)
    assert before.items() < after.items()
    new = [after[key] for key in after.keys() - before.keys()]
    assert new == ["random_forest"] * 2
    assert "random_forest" in project.result("selection.json")["winners"]


def test_changing_the_ensemble_trains_nothing(finished_ensembles, tmp_path):
    project = finished_ensembles["equal"].copy(tmp_path / "project")
    before = trainings(project)
    assert before
    for kind in ("greedy", "none", "equal"):
        overlay = search_with(project, kind)
        planned = project.planned_rules(SCORES, *overlay)
        assert planned["select_best"] == 1
        assert "train_replicate" not in planned
        project.run(SCORES, *overlay)
        assert trainings(project) == before
        theirs = finished_ensembles.get(kind)
        ensemble = project.result("selection.json")["ensemble"]
        assert ensemble == (theirs and theirs.result("selection.json")["ensemble"])


@pytest.mark.parametrize(
    ("module", "trained"),
    [
        ("models/extra_trees.py", {"extra_trees": 4}),
        ("models/gaussian_process.py", {"gaussian_process": 2}),
        ("models/lightgbm.py", {"lightgbm": 2}),
        ("models/lightgbm_text.py", {"lightgbm": 2}),
        ("selection/ensemble.py", {}),
        ("selection/greedy.py", {}),
        ("evaluation/ensemble.py", {}),
    ],
)
def test_edited_module_trains_what_uses_it(
    finished_ensembles, tmp_path, module, trained
):
    project = finished_ensembles["greedy"].copy(tmp_path / "project")
    path = project.folder / "scripts" / "toxtune" / module
    path.write_text(path.read_text("utf-8") + "\nAN_EDIT = 1\n", encoding="utf-8")
    jobs = project.planned(*search_with(project, "greedy"))
    assert jobs, "the edit must run something"
    assert families_that_train(jobs) == trained


def test_order_and_spelling_of_the_families_run_nothing(finished_ensembles, tmp_path):
    project = finished_ensembles["greedy"].copy(tmp_path / "project")
    head, *spaces = SPACES.rstrip().split("    - ")
    turned = "    - ".join([head, *(f"{space.rstrip()}\n" for space in spaces[::-1])])
    assert turned != SPACES
    overlay = project.overlay(f"ensemble: greedy\n{turned}")
    assert project.planned_rules(*overlay) == {}
