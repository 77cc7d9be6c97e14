"""The final model on data that became available after it was frozen."""

import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.download import fetch_dataset
from toxtune.data.subsets import Subset, read_subset, write_table
from toxtune.evaluation.ledger import opening_id, read_openings, record_opening
from toxtune.evaluation.refits_and_ensembles import described
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.prediction.final_model import FinalModel, load
from toxtune.prediction.prospective_data import (
    EXCLUSION_COLUMNS,
    ProspectiveData,
    read_prospective,
    sort_exclusions,
)
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.member_scores import score_members
from toxtune.stats.metrics import class_weights


def evaluate_prospective(
    *,
    name: str,
    source: str,
    settings: Mapping[str, Any],
    model: Path,
    train: Path,
    valid: Path,
    ledger: Path,
    table: Path,
    exclusions: Path,
    report: Path,
) -> None:
    """Score the final model on new data, once that look is in the ledger.

    Parameters
    ----------
    name, source
        Of the data, as in ``prospective`` of a configuration.
    settings
        ``sha256`` of the data; ``id_column`` of the dataset; ``resampling``, see
        `toxtune.stats.bootstrap.Resampling`.
    model
        The final model's zip file.
    train, valid
        Tables of the molecules that the model has seen.
    ledger
        Where looks at these data are recorded.
    table, exclusions, report
        The files to write: scores in rows, molecules that were left out, and
        everything as JSON.
    """
    final_model = load(model)
    subsets = {"train": read_subset(train), "valid": read_subset(valid)}
    with tempfile.TemporaryDirectory(dir=report.parent) as folder:
        key = f"prospective {name}"
        copy = Path(folder, key)
        fetch_dataset([source], settings["sha256"], copy, key)
        data = read_prospective(
            copy, final_model.card, settings["id_column"], seen_molecules(subsets)
        )
    record_opening(ledger, ledger_line(final_model.card, name))
    scored, left_out = evaluate_prospective_data(
        final_model,
        data,
        class_weights(subsets["train"].labels),
        Resampling(**settings["resampling"]),
    )
    write_tsv(table, score_table(scored["scores"]))
    write_table(exclusions, EXCLUSION_COLUMNS, left_out, "\t")
    scored |= {"name": name, "sha256": settings["sha256"]}
    write_json(report, {**scored, "openings": len(read_openings(ledger))})


def seen_molecules(subsets: Mapping[str, Subset]) -> dict[str, str]:
    """Map the group of each molecule of some sets to where it is, in words."""
    return {
        group: f"the same molecule as {id} in {name}"
        for name, subset in subsets.items()
        for id, group in zip(subset.ids, subset.groups, strict=True)
    }


def ledger_line(card: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Describe a look at prospective data; the very models make it distinct."""
    family = card["trial"]["family"]
    models = [{"store_key": key} for key in card["store_keys"]]
    return {
        "selection": opening_id({"id": card["selection"]}, models),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": card["run"],
        "prospective": name,
        "overall": family,
        "objective": card["objective"]["metric"],
        "winners": {family: card["trial"]["id"]},
    }


def evaluate_prospective_data(
    model: FinalModel,
    later: ProspectiveData,
    weights: np.ndarray,
    resampling: Resampling,
) -> tuple[dict[str, Any], list[list[Any]]]:
    """Score the final model's predictions.

    Parameters
    ----------
    model
        The final model.
    later
        What it is shown.
    weights
        n_tasks, see `toxtune.stats.metrics.class_weights`; of the training set.
    resampling
        How the intervals are made.

    Returns
    -------
    report
        Content of ``prospective/{name}.json`` but for name, checksum and openings; see
        `docs/architecture.md`.
    exclusions
        Those of `later`, and the molecules that have no features.
    """
    card = model.card
    prediction = model.predict(later.subset.smiles)
    known = np.ones(len(later.subset.ids), dtype=bool)
    # Predictions without features mean nothing; they are neither right nor wrong.
    known[list(prediction.failures)] = False
    subset = _taken(later.subset, known)
    members = prediction.values[None, known]
    scored = score_members(subset, weights, members, resampling, card["task_type"])
    report = {
        **later.counts,
        "without_features": len(prediction.failures),
        "molecules": len(subset.ids),
        "in_domain": float(model.in_domain(prediction.similarity).mean()),
        **{name: card[name] for name in ("selection", "objective", "refit", "seeds")},
        "resamples": resampling.resamples,
        "confidence": resampling.confidence,
        "scores": described(scored, subset.tasks, resampling.confidence),
    }
    failed = [
        [
            later.rows[n],
            later.subset.ids[n],
            later.subset.smiles[n],
            "left out",
            "",
            why,
        ]
        for n, why in prediction.failures.items()
    ]
    return report, sort_exclusions(later.exclusions + failed)


def score_table(scores: dict[str, Any]) -> pd.DataFrame:
    """List scores, a row per metric and task (or ``mean``)."""
    rows = []
    for metric, report in scores.items():
        for task, scored in [("mean", report["mean"]), *report["tasks"].items()]:
            bounds = scored["interval"] or (None, None)
            rows.append([metric, task, scored["score"], *bounds])
    return pd.DataFrame(rows, columns=["metric", "task", "score", "low", "high"])


def _taken(subset: Subset, rows: np.ndarray) -> Subset:
    numbers = np.flatnonzero(rows)
    ids, smiles, groups = (
        [column[number] for number in numbers]
        for column in (subset.ids, subset.smiles, subset.groups)
    )
    return Subset(ids, smiles, groups, subset.tasks, subset.labels[numbers])
