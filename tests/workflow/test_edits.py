"""Which jobs an edit of the configuration, of code or of files makes run."""

import shutil

import pytest

DOWNSTREAM = {"gather_trials": 1, "select_best": 1, "train_winner": 4, "open_test": 1}
DOWNSTREAM |= {"summarize_test": 1, "write_summary": 1, "correct_selection": 1}
DOWNSTREAM |= {"save_final_model": 1, "explain_examples": 1}
DOWNSTREAM |= dict.fromkeys(
    [
        "write_report",
        "calibrate_winners",
        "calibrate_sets",
        "compare_winners",
        "judge_domain",
        "judge_probabilities",
        "judge_sets",
        "score_baselines",
        "show_molecules",
    ],
    1,
)


def test_nothing_runs_again(finished):
    assert finished.planned_rules() == {}


@pytest.mark.parametrize(
    "overlay",
    [
        "# a comment\n{run: tiny}  # and JSON's way of writing\n",
        "training: {seeds: [1, 0]}",
        """
search:
  spaces:
    - family: random_forest
      hyperparameters: {min_samples_leaf: [3, 1.0], n_estimators: 5}
      features: ecfp
    - hyperparameters: {dropout: 2.5e-1, epochs: [3], neurons: [16, 8]}
      family: dense
      features: ecfp
""",
    ],
    ids=["comment", "order of seeds", "order and spelling of the spaces"],
)
def test_spelling_runs_nothing(finished_copy, overlay):
    assert finished_copy.planned_rules(*finished_copy.overlay(overlay)) == {}


def test_touching_every_file_runs_nothing(finished_copy):
    for path in sorted(finished_copy.folder.rglob("*")):
        if path.is_file() and ".snakemake" not in path.parts:
            path.touch()
    assert finished_copy.planned_rules() == {}


def test_losing_snakemakes_records_runs_nothing(finished_copy):
    shutil.rmtree(finished_copy.folder / ".snakemake")
    assert finished_copy.planned_rules() == {}


def test_added_value_trains_the_new_combinations(finished_copy):
    overlay = finished_copy.overlay(
        """
search:
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {neurons: [8, 16, 24], epochs: 3, dropout: 0.25}
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 5, min_samples_leaf: [1, 3]}
"""
    )
    planned = finished_copy.planned(*overlay)
    trained = [job for job in planned if job["rule"] == "train_replicate"]
    assert {job["wildcards"]["family"] for job in trained} == {"dense"}
    assert len({job["wildcards"]["trial"] for job in trained}) == 1
    assert finished_copy.planned_rules(*overlay) == {"train_replicate": 2, **DOWNSTREAM}


def test_removed_value_trains_nothing(finished_copy):
    overlay = finished_copy.overlay(
        """
search:
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {neurons: 8, epochs: 3, dropout: 0.25}
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 5, min_samples_leaf: [1, 3]}
"""
    )
    assert finished_copy.planned_rules(*overlay) == DOWNSTREAM


def test_added_seed_trains_the_new_replicates(finished_copy):
    overlay = finished_copy.overlay("training: {seeds: [0, 1, 2]}")
    planned = finished_copy.planned(*overlay)
    trained = [job for job in planned if job["rule"] == "train_replicate"]
    assert len(trained) == 4
    assert {job["wildcards"]["replicate"] for job in trained} == {"seed-2"}


def test_another_metric_trains_nothing(finished_copy):
    overlay = finished_copy.overlay("objective: {metric: pr_auc}")
    expected = {rule: n for rule, n in DOWNSTREAM.items() if rule != "gather_trials"}
    assert finished_copy.planned_rules(*overlay) == expected


def test_more_resamples_open_nothing(finished_copy):
    overlay = finished_copy.overlay("test: {resamples: 50}")
    assert finished_copy.planned_rules(*overlay) == {
        "correct_selection": 1,
        "compare_winners": 1,
        "judge_domain": 1,
        "score_baselines": 1,
        "summarize_test": 1,
        # Its card has the intervals.
        "save_final_model": 1,
        "explain_examples": 1,
        "write_summary": 1,
        "write_report": 1,
    }


def test_what_reads_the_test_predictions_is_made_again_with_them(finished):
    """Also where they are there, as after a run that was killed in the opening."""
    planned = finished.planned_rules("--forcerun", "open_test")
    expected = {"summarize_test", "compare_winners", "judge_probabilities"}
    expected |= {"judge_sets", "judge_domain", "score_baselines", "show_molecules"}
    assert planned.keys() >= {"open_test", "write_report"} | expected


def test_calibration_trains_and_opens_nothing(finished_copy):
    overlay = finished_copy.overlay("calibration: temperature")
    assert finished_copy.planned_rules(*overlay) == {
        "calibrate_winners": 1,
        "judge_probabilities": 1,
        "save_final_model": 1,
        "explain_examples": 1,
        "show_molecules": 1,
        "write_summary": 1,
        "write_report": 1,
    }


def test_a_refit_trains_the_winners_alone(finished_copy):
    overlay = finished_copy.overlay("final: {refit: train+valid}")
    planned = finished_copy.planned_rules(*overlay)
    assert planned["refit_winner"] == 4
    assert planned["open_test"] == 1
    assert not planned.keys() & {"train_replicate", "train_winner", "select_best"}


def test_one_seed_for_use_opens_nothing(finished_copy):
    overlay = finished_copy.overlay("final: {seeds: first}")
    planned = finished_copy.planned_rules(*overlay)
    expected = {"calibrate_sets", "judge_sets", "judge_domain", "save_final_model"}
    expected |= {"show_molecules", "explain_examples", "write_summary", "write_report"}
    expected |= {"calibrate_winners", "judge_probabilities"}
    assert planned.keys() == expected


def test_another_rule_of_choice_trains_nothing(finished_copy):
    overlay = finished_copy.overlay("select: {rule: one_se}")
    expected = {rule: n for rule, n in DOWNSTREAM.items() if rule != "gather_trials"}
    assert finished_copy.planned_rules(*overlay) == {"rank_simplicity": 1, **expected}


@pytest.mark.parametrize(("kind", "models"), [("none", 4), ("greedy", 12)])
def test_another_ensemble_trains_no_trial_again(finished_copy, kind, models):
    """A model is planned for each trial that may be picked: three of each family."""
    overlay = finished_copy.overlay(f"ensemble: {kind}")
    expected = {rule: n for rule, n in DOWNSTREAM.items() if rule != "gather_trials"}
    expected["train_winner"] = models
    assert finished_copy.planned_rules(*overlay) == expected


def test_shuffled_labels_share_nothing_with_the_real_ones(finished_copy):
    planned = finished_copy.planned(
        *finished_copy.overlay("dataset: {permute_labels: 0}")
    )
    trained = [job for job in planned if job["rule"] == "train_replicate"]
    assert len(trained) == 8
    # No results of the real labels are read: a dataset, a split, trials of its own.
    made = {path for job in planned for path in job["output"]}
    read = {path for job in planned for path in job["input"]}
    assert {path for path in read if path.startswith("data/")} <= made


def test_another_split_and_back(finished_copy):
    """Forest alone, since the trainings are run for real."""
    forest = """
search:
  spaces:
    - family: random_forest
      features: ecfp
      hyperparameters: {n_estimators: 5, min_samples_leaf: [1, 3]}
"""
    there = finished_copy.overlay(forest + "split: {seeds: [7]}")
    planned = finished_copy.planned_rules(*there)
    assert planned["split_dataset"] == 1
    assert planned["train_replicate"] == 4
    scores = "results/tiny/test.json"
    finished_copy.run(scores, *there)
    assert finished_copy.planned_rules(scores, *there) == {}
    back = finished_copy.planned_rules(*finished_copy.overlay(forest))
    assert "train_replicate" not in back
    assert "split_dataset" not in back


@pytest.mark.parametrize(
    ("module", "trained"),
    [
        ("models/dense.py", {"dense": 4}),
        ("models/random_forest.py", {"random_forest": 4}),
        ("training/fitting.py", {"dense": 4, "random_forest": 4}),
        ("report/summary.py", {}),
        ("stats/bootstrap.py", {}),
        ("stats/metrics.py", {}),
    ],
)
def test_edited_module_trains_what_uses_it(finished_copy, module, trained):
    path = finished_copy.folder / "scripts" / "toxtune" / module
    path.write_text(path.read_text("utf-8") + "\nAN_EDIT = 1\n", encoding="utf-8")
    jobs = finished_copy.planned()
    assert jobs, "the edit must run something"
    families = [
        job["wildcards"]["family"] for job in jobs if job["rule"] == "train_replicate"
    ]
    assert {family: families.count(family) for family in families} == trained


def test_edited_comment_runs_nothing(finished_copy):
    path = finished_copy.folder / "scripts" / "toxtune" / "training" / "fitting.py"
    path.write_text(path.read_text("utf-8") + "\n# a remark\n", encoding="utf-8")
    assert finished_copy.planned_rules() == {}


def test_store_makes_a_needless_rerun_free(finished_copy):
    """Deleted results come back from the store, without training."""
    folder = finished_copy.folder / "results" / "trials"
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    shutil.rmtree(folder)
    finished_copy.run("results/tiny/trials.tsv", "--forcerun", "gather_trials")
    after = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    # cost.json holds the seconds of the training: equal only if there was no second.
    assert after == before
