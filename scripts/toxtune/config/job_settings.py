"""What jobs are told of a configuration, for the rules and for who does them again."""

from typing import Any

from toxtune.config.plan import Plan
from toxtune.features.definitions import definitions_of, features_name


def weighing_settings(config: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Say what `rank_simplicity` is told."""
    return {
        "objective": config["objective"],
        "seeds": sorted(config["training"]["seeds"]),
        "cross_validated": plan.is_cross_validated,
    }


def selection_settings(config: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Say what `select_best` is told."""
    return {
        **weighing_settings(config, plan),
        "rule": config["select"]["rule"],
    }


def final_settings(config: dict[str, Any], plan: Plan) -> dict[str, Any]:
    """Say what `save_final_model` is told."""
    return {
        **config["final"],
        "run": plan.run,
        "features": plan.features,
        "calibration": config["calibration"],
        "smiles_column": config["dataset"]["smiles_column"],
        "cross_validated": plan.is_cross_validated,
    }


def report_settings(
    config: dict[str, Any], plan: Plan, splits: list[str]
) -> dict[str, Any]:
    """Say what `write_summary` and `write_report` are told.

    Parameters
    ----------
    config, plan
        The configuration, and its plan of one split.
    splits
        Names of all runs of the configuration, one for each split.
    """
    return {
        "dataset": plan.dataset,
        "split": plan.split,
        "final": config["final"],
        "strategy": config["search"]["strategy"]["name"],
        "features": {
            name: features_name(*definitions_of(config["features"], name))
            for name in config["features"]
        },
        "splits": splits,
    }
