"""What rules ask of a plan: files and settings of the job, and of no other."""

import json
from hashlib import sha256

import pytest
from snakemake.iocontainers import Wildcards

from toxtune.config.build_plan import load_plans
from toxtune.config.job_plan import JobPlan, features_to_join
from toxtune.config.job_settings import told
from toxtune.search.proposal_settings import ProposalSettings

SPACES = """
search:
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {neurons: [32, 64], epochs: 2, dropout: 0.0}
"""
HALVING = "search: {strategy: {name: halving, min_resource: 1, eta: 2}}"
FOLDS = "validation: {scheme: cross_validation, folds: 3}"


@pytest.fixture
def asked(configured):
    """Return a function from overlays to the plans and who asks them."""

    def ask(*overlays):
        plans = {plan.run: plan for plan in load_plans(configured(SPACES, *overlays))}
        return plans, JobPlan(plans)

    return ask


def of(**names):
    """Wildcards as Snakemake gives them to a function."""
    return Wildcards(fromdict=names)


def test_subsets_are_of_the_job_s_own_split(asked):
    plans, plan = asked("split: {seeds: [0, 1]}")
    assert len(plans) == 2
    tests = {plan.subset("test")(of(run=run)) for run in plans}
    assert tests == {one.whole.subset("test") for one in plans.values()}
    assert len(tests) == 2


@pytest.mark.parametrize(
    ("overlay", "same"),
    [
        ("dataset: {id_column: smiles}", True),
        ("dataset: {tasks: [michael_acceptor]}", True),
        ("split: {fractions: {train: 0.7999999, valid: 0.1, test: 0.1000001}}", True),
        ("split: {seeds: [7]}", True),
        (FOLDS, True),
        ("dataset: {permute_labels: 0}", False),
    ],
)
def test_configurations_that_look_at_the_same_labels_share_a_ledger(
    asked, overlay, same
):
    (usual,), (other,) = (asked(*texts)[0].values() for texts in ([], [overlay]))
    names = [(plan.dataset_id, plan.split_id) for plan in (usual, other)]
    assert names[0] != names[1]
    assert (usual.ledger == other.ledger) == same


def test_looks_of_shuffled_labels_at_later_data_are_counted_apart(asked, tmp_path):
    (tmp_path / "later.csv").write_text("smiles,toxic\nCCO,1\n", encoding="utf-8")
    source = f"prospective: [{{name: later, source: {tmp_path / 'later.csv'}}}]"

    def ledger(*overlays):
        plans, plan = asked(source, *overlays)
        return plan.prospective_ledger(of(run=next(iter(plans)), name="later"))

    digest = sha256((tmp_path / "later.csv").read_bytes()).hexdigest()
    assert ledger() == f"results/ledger/prospective-{digest[:12]}.jsonl"
    assert ledger("split: {seeds: [7]}") == ledger()
    shuffled = [ledger(f"dataset: {{permute_labels: {n}}}") for n in (0, 1)]
    assert len({ledger(), *shuffled}) == 3


def test_reports_are_told_the_splits_of_the_configuration(asked):
    plans, plan = asked("split: {seeds: [0, 1]}")
    expected = {run: one.split_id for run, one in plans.items()}
    assert len(set(expected.values())) == 2
    for run in plans:
        assert json.loads(plan.told("write_report")(of(run=run)))["splits"] == expected


def test_final_model_is_of_the_joined_sets_after_a_refit_alone(asked):
    for overlay, name in {
        "final: {refit: none}": "whole",
        "final: {refit: train+valid}": "all",
    }.items():
        plans, plan = asked(overlay)
        (run,) = plans
        path = plan.subset("train", of="final_set")(of(run=run))
        assert path.split("/")[-2] == name
        assert all(model.startswith("refit/") for model in plans[run].refits)
        assert bool(plans[run].refits) == (name == "all")


def test_a_replicate_reads_its_fold_alone(asked):
    plans, plan = asked(HALVING, FOLDS)
    (run,) = plans
    job = {"trial": next(iter(plans[run].trials)), "replicate": "fold-2-seed-0"}
    files = plan.trial_files(of(**job))
    assert {path.split("/")[3] for path in files} == {"fold-2"}
    assert [path for path in files if path.endswith(".csv")] == [
        plans[run].search_files(subset)[2] for subset in ("train", "valid")
    ]
    slot = of(run=run, stage="space-0/rung-1", slot="0", replicate="fold-1-seed-0")
    assert {path.split("/")[3] for path in plan.slot_files(slot)} == {"fold-1"}
    assert plan.device(slot) == "cpu"


def test_models_of_a_cross_validation_have_no_validation_set_to_featurize(asked):
    plans, plan = asked(FOLDS)
    files = plan.model_files(of(run=next(iter(plans))))
    assert not [path for path in files if path.endswith(".npz") and "/valid/" in path]


def test_states_are_saved_for_trials_that_a_stage_promotes(asked):
    plans, plan = asked(HALVING)
    (run,) = plans
    trials = plans[run].trials
    assert {plan.saves_state(of(trial=id), None) for id in trials} == {True}
    plans, plan = asked()
    trials = plans[run].trials
    assert {plan.saves_state(of(trial=id), None) for id in trials} == {False}


def test_jobs_are_told_of_their_stage_and_features(asked):
    plans, plan = asked(HALVING)
    (run,) = plans
    stage = "space-0/rung-1"
    settings = json.loads(plan.told("propose_trials")(of(run=run, stage=stage)))
    assert ProposalSettings.from_dict(settings) == plans[run].stages[stage].settings
    name, definition = next(iter(plans[run].features.items()))
    asked_for = of(dataset=plans[run].dataset_id, features=name)
    assert json.loads(plan.told("featurize_molecules")(asked_for)) == definition


def test_settings_of_a_split_are_looked_up_by_its_id(asked):
    plans, plan = asked("split: {seeds: [0, 1]}")
    for one in plans.values():
        settings = json.loads(plan.told("split_dataset")(of(split=one.split_id)))
        assert settings == told("split_dataset", one)
        assert settings["seed"] == one.split.seed


def test_a_refit_joins_features_of_training_and_validation_set_alone():
    names = {"dataset": "d", "split": "s", "features": "maccs"}
    assert features_to_join(of(**names, subset="train")) == [
        "data/d/s/whole/train/maccs.npz",
        "data/d/s/whole/valid/maccs.npz",
    ]
    test = features_to_join(of(**names, subset="test"))
    assert test == ["data/d/s/whole/test/maccs.npz"]
