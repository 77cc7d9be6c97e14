"""What jobs are told of a configuration, for the rules and for who does them again.

A job is told no more than its result depends on: what it is told is compared when a
configuration has changed, and a difference makes it run again.
"""

from collections.abc import Callable, Mapping
from typing import Any

from toxtune.config.plan import Plan
from toxtune.data.column_settings import ReadingSettings, copy_reading
from toxtune.stats.metrics import METRICS, metrics_of

Settings = Mapping[str, Any]


def told(job: str, plan: Plan, wildcards: Mapping[str, str] | None = None) -> Settings:
    """Return the settings that a rule's job is told.

    Parameters
    ----------
    job
        Name of the rule.
    plan
        Of the job's run; of any run, for data that all share.
    wildcards
        The job's own, where a rule's jobs are told different things.
    """
    return _TOLD[job](plan, wildcards or {})


def _gather_trials(plan: Plan, _: Mapping[str, str]) -> Settings:
    # All metrics are computed, whichever one ranks: another is no reason to run again.
    first = metrics_of(plan.task_type)[0]
    ranked = {"metric": first, "direction": METRICS[first].direction}
    return {"objective": {**plan.config["objective"], **ranked}}


def _score_baselines(plan: Plan, wildcards: Mapping[str, str]) -> Settings:
    return {**_gather_trials(plan, wildcards), "resampling": plan.config["test"]}


def _rank_simplicity(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "objective": plan.config["objective"],
        "seeds": plan.seeds,
        "cross_validated": plan.is_cross_validated,
    }


def _select_best(plan: Plan, wildcards: Mapping[str, str]) -> Settings:
    return {
        **_rank_simplicity(plan, wildcards),
        "rule": plan.config["select"]["rule"],
        "ensemble": plan.config["ensemble"],
    }


def _correct_selection(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "rule": plan.config["select"]["rule"],
        "ensemble": plan.config["ensemble"],
        "cross_validated": plan.is_cross_validated,
    }


def _calibrate_winners(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "method": plan.config["calibration"],
        "seeds": plan.config["final"]["seeds"],
        "cross_validated": plan.is_cross_validated,
    }


def _calibrate_sets(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "seeds": plan.config["final"]["seeds"],
        "cross_validated": plan.is_cross_validated,
    }


def _summarize_test(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "resampling": plan.config["test"],
        "refit": plan.config["final"]["refit"],
    }


def _judge_probabilities(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "confidence": plan.config["test"]["confidence"],
        "cross_validated": plan.is_cross_validated,
    }


def _save_final_model(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        **plan.config["final"],
        "run": plan.run,
        "sha256": plan.dataset["sha256"],
        "features": plan.features,
        "smiles_column": plan.config["dataset"]["smiles_column"],
        "id_column": plan.config["dataset"]["id_column"],
        "standardize": plan.config["dataset"]["standardize"],
        "merge": plan.config["dataset"]["merge"],
        "labels": plan.config["dataset"]["labels"],
        "bounds": plan.config["dataset"]["bounds"],
        "permute_labels": plan.config["dataset"]["permute_labels"],
        "cross_validated": plan.is_cross_validated,
    }


def _evaluate_prospective(plan: Plan, wildcards: Mapping[str, str]) -> Settings:
    reading: ReadingSettings = {}
    copy_reading(reading, plan.config["dataset"])
    return {
        "reading": reading,
        "sha256": plan.prospective[wildcards["name"]],
        "id_column": plan.config["dataset"]["id_column"],
        "resampling": plan.config["test"],
        # One split knows of no others.
        **({"splits": plan.splits} if len(plan.splits) > 1 else {}),
    }


def _write_report(plan: Plan, _: Mapping[str, str]) -> Settings:
    return {
        "dataset": plan.dataset,
        "split": plan.split.to_dict(),
        "final": plan.config["final"],
        "strategy": plan.config["search"]["strategy"]["name"],
        "features": plan.feature_names,
        "splits": plan.splits,
        # Reports had no such setting before there were budgets.
        **({"budget": plan.budget.note} if plan.budget else {}),
    }


_TOLD: dict[str, Callable[[Plan, Mapping[str, str]], Settings]] = {
    "download_dataset": lambda plan, wildcards: plan.checksums,
    "curate_dataset": lambda plan, wildcards: {**plan.columns},
    "split_dataset": lambda plan, wildcards: {
        "task_type": plan.task_type,
        **plan.split.to_dict(),
    },
    "take_fold": lambda plan, wildcards: plan.split.to_dict(),
    "featurize_molecules": lambda plan, wildcards: {
        **plan.features[wildcards["features"]]
    },
    "read_own_features": lambda plan, wildcards: {
        **plan.features[wildcards["features"]]
    },
    "propose_trials": lambda plan, wildcards: plan.stages[
        wildcards["stage"]
    ].settings.to_dict(),
    "gather_trials": _gather_trials,
    "rank_simplicity": _rank_simplicity,
    "select_best": _select_best,
    "correct_selection": _correct_selection,
    "calibrate_winners": _calibrate_winners,
    "calibrate_sets": _calibrate_sets,
    "judge_sets": lambda plan, wildcards: {"refit": plan.config["final"]["refit"]},
    "resampling": lambda plan, wildcards: {**plan.config["test"]},
    "summarize_test": _summarize_test,
    "score_baselines": _score_baselines,
    "judge_probabilities": _judge_probabilities,
    "save_final_model": _save_final_model,
    "evaluate_prospective": _evaluate_prospective,
    "write_report": _write_report,
}
