"""The final model on data that became available after it was frozen."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.curation import Curation, curate
from toxtune.data.raw_table import read_lines
from toxtune.data.subsets import Subset
from toxtune.errors import UserError
from toxtune.evaluation.refits_and_ensembles import described
from toxtune.prediction.final_model import FinalModel
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.member_scores import score_members
from toxtune.tasks import TaskType

EXCLUSION_COLUMNS = ["row", "id", "smiles", "action", "task", "reason"]


@dataclass(frozen=True)
class ProspectiveData:
    """Molecules that a model has not seen, and what was left out.

    Attributes
    ----------
    part
        The molecules, with the model's tasks; NaN in those that lack.
    rows
        Their rows in the table.
    exclusions
        Rows of `EXCLUSION_COLUMNS`, as in ``curation.tsv``.
    counts
        ``rows``, ``unparsable``, ``already_seen``, ``labels_cleared``,
        ``labels_averaged``; and ``tasks_missing``, their names.
    """

    subset: Subset
    rows: list[int]
    exclusions: list[list[Any]]
    counts: dict[str, Any]


def read_prospective(
    path: Path, card: dict[str, Any], id_column: str | None, seen: dict[str, str]
) -> ProspectiveData:
    """Read labelled molecules, and leave out those that a model has seen.

    Parameters
    ----------
    path
        A CSV file. Its columns are matched by name, in any order; tasks may lack.
    card
        The final model's.
    id_column
        The dataset's; need not be there.
    seen
        Group of each molecule of train and valid to where it is, in words.

    Raises
    ------
    UserError
        If the table cannot be understood, no molecule is left, or one is of a class
        that the model does not know.
    """
    header, _ = read_lines(path)
    tasks = [task for task in card["tasks"] if task in header]
    if not tasks:
        raise UserError(
            f"{path.name}: has none of the model's tasks {', '.join(card['tasks'])}; "
            f"its columns are: {', '.join(header)}"
        )
    columns = {
        "smiles_column": card["smiles_column"],
        "id_column": id_column if id_column in header else None,
        "part_column": None,
        "tasks": tasks,
        "task_type": card["task_type"],
    }
    curation = curate(path, columns)
    new = [one for one in curation.molecules if one.group not in seen]
    if not new:
        raise UserError(
            f"{path.name}: no molecule is left, all {len(curation.molecules)} are in "
            "train or valid"
        )
    subset = Subset(
        ids=[one.raw.id for one in new],
        smiles=[one.raw.smiles for one in new],
        groups=[one.group for one in new],
        tasks=card["tasks"],
        labels=_labels([one.raw.labels for one in new], tasks, card["tasks"]),
    )
    if card["task_type"] == TaskType.MULTICLASS:
        _refuse_unknown_classes(path, subset, card["n_outputs"] // len(card["tasks"]))
    return ProspectiveData(
        subset,
        rows=[one.raw.row for one in new],
        exclusions=_exclusions(curation, seen),
        counts=_counts(curation, new, card, tasks),
    )


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
    return report, _sorted(later.exclusions + failed)


def score_table(scores: dict[str, Any]) -> pd.DataFrame:
    """List scores, a row per metric and task (or ``mean``)."""
    rows = []
    for metric, report in scores.items():
        for task, scored in [("mean", report["mean"]), *report["tasks"].items()]:
            bounds = scored["interval"] or (None, None)
            rows.append([metric, task, scored["score"], *bounds])
    return pd.DataFrame(rows, columns=["metric", "task", "score", "low", "high"])


def _labels(rows: list[list[str]], tasks: list[str], all_tasks: list[str]) -> Any:
    """n_molecules x n_tasks, in the model's order, float32."""
    labels = np.full((len(rows), len(all_tasks)), np.nan, dtype=np.float32)
    for number, task in enumerate(tasks):
        own = [float(row[number]) if row[number] else np.nan for row in rows]
        labels[:, all_tasks.index(task)] = own
    return labels


def _refuse_unknown_classes(path: Path, subset: Subset, n_classes: int) -> None:
    for row, task in np.argwhere(subset.labels >= n_classes):
        raise UserError(
            f"{path.name}: molecule {subset.ids[row]}, column "
            f"{subset.tasks[task]!r}: the "
            f"model knows the classes 0 to {n_classes - 1}, got "
            f"{subset.labels[row, task]:.0f}"
        )


def _exclusions(curation: Curation, seen: dict[str, str]) -> list[list[Any]]:
    rows = [
        [c.raw.row, c.raw.id, c.raw.smiles, c.action, c.task, c.reason]
        for c in curation.changes
    ]
    rows += [
        [one.raw.row, one.raw.id, one.raw.smiles, "left out", "", seen[one.group]]
        for one in curation.molecules
        if one.group in seen
    ]
    return _sorted(rows)


def _sorted(exclusions: list[list[Any]]) -> list[list[Any]]:
    return sorted(exclusions, key=lambda row: row[0])


def _counts(
    curation: Curation, new: list[Any], card: dict[str, Any], tasks: list[str]
) -> dict[str, Any]:
    return {
        "rows": curation.counts["rows"],
        "unparsable": curation.counts["dropped"],
        "already_seen": len(curation.molecules) - len(new),
        "labels_cleared": curation.counts["labels_cleared"],
        "labels_averaged": curation.counts["labels_averaged"],
        "tasks_missing": [task for task in card["tasks"] if task not in tasks],
    }


def _taken(subset: Subset, rows: np.ndarray) -> Subset:
    numbers = np.flatnonzero(rows)
    ids, smiles, groups = (
        [column[number] for number in numbers]
        for column in (subset.ids, subset.smiles, subset.groups)
    )
    return Subset(ids, smiles, groups, subset.tasks, subset.labels[numbers])
