"""Test molecules with a training molecule beside: what the page draws, as JSON.

Examples of errors and right calls, and activity cliffs, are pairs of one kind, so that
one piece of the page's script shows both.
"""

import base64
import json
import zlib
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

import pandas as pd

from toxtune.evaluation.examples import CLEARED, ERROR, OTHER_LABEL, RIGHT
from toxtune.molecules.drawing import draw_molecule, in_words
from toxtune.report.figures.chemical_map import switches
from toxtune.report.figures.figure import as_tsv
from toxtune.report.molecule_words import class_words
from toxtune.report.molecule_words import in_words as label_in_words
from toxtune.report.molecules import Molecules
from toxtune.report.rendering import caption, quoted
from toxtune.report.run import Run
from toxtune.report.words import counted
from toxtune.splits.settings import NO_REFIT
from toxtune.tasks import TaskType

# The page has the examples and cliffs of no more tasks, and no more cliffs of a task.
MOST_TASKS, MOST_CLIFFS = 50, 12

# Pixels of a drawing; the page makes it smaller where there is less room.
WIDTH, HEIGHT = 200, 150

_TITLES = {"gallery": "Errors and right calls", "cliffs": "Activity cliffs"}

_WHY = {
    OTHER_LABEL: "Label conflict: the training molecule is nearly the same, and has "
    "another label.",
    CLEARED: "Label conflict: a training molecule nearly the same was measured with "
    "contradicting results.",
}


def molecules_for_page(run: Run, molecules: Molecules) -> dict[str, Any]:
    """Return what ``molecules.js`` shows: pairs, switches of the map, drawings.

    Of a pair, ``task`` is a number, ``rank`` its place among those of its kind and
    task, ``over`` that among all tasks (or none), and ``smiles`` the text that its
    drawing goes by.
    """
    shown = molecules.shown
    tasks = run.tasks[:MOST_TASKS]
    examples = _of_tasks(shown.examples, tasks)
    cliffs = _of_tasks(shown.cliffs, tasks)
    pairs = [*_examples(run, examples, tasks), *_cliffs(run, cliffs, tasks)]
    drawn = [pair[side]["smiles"] for pair in pairs for side in ("test", "train")]
    return {
        "tasks": tasks,
        "pairs": pairs,
        "most": MOST_CLIFFS,
        "map": switches(run, molecules),
        "drawings": packed_drawings(
            [*drawn, *shown.map["smiles"]], _coloured(run, molecules, pairs)
        ),
    }


def pairs_parts(run: Run, molecules: Molecules, name: str) -> dict[str, Any]:
    """Return what the template shows around pairs: ``gallery`` or ``cliffs``."""
    text, reading = caption(name, run.selection.objective)
    is_gallery = name == "gallery"
    table = molecules.shown.examples if is_gallery else molecules.shown.cliffs
    tasks = run.tasks[:MOST_TASKS]
    table = _of_tasks(table, tasks)
    return {
        "name": name,
        "title": _TITLES[name],
        "note": _left_out(run) if is_gallery else _how_many_cliffs(table),
        "caption": text,
        "reading": reading,
        "kinds": _kinds(run) if is_gallery else {"cliff": ""},
        "file": "examples.tsv" if is_gallery else "cliffs.tsv",
        "tsv": quoted(as_tsv(table)),
        "rows": len(table),
        # Of one task there is nothing to choose.
        "tasks": tasks if len(tasks) > 1 else [],
    }


def _kinds(run: Run) -> dict[str, str]:
    if run.task_type == TaskType.REGRESSION:
        return {ERROR: "Largest errors", RIGHT: "Smallest errors"}
    return {ERROR: "Surest errors", RIGHT: "Surest right calls"}


def _left_out(run: Run) -> str:
    if len(run.tasks) <= MOST_TASKS:
        return ""
    return f"The first {MOST_TASKS} of {len(run.tasks)} tasks."


def _how_many_cliffs(table: pd.DataFrame) -> str:
    if table.empty:
        return "No test molecule is at a cliff."
    return (
        f"{counted(len(table), 'case')}, each a test molecule in a task; at most "
        f"{MOST_CLIFFS} are shown at a time, the most similar first."
    )


def packed_drawings(
    smiles: Iterable[str], more: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Draw molecules, each once: JSON of SMILES to SVG, deflated, as base64.

    Drawings have much in common, and take a fifth of the room so. What cannot be drawn
    is told in words. `more` are drawings by other names.
    """
    drawings = {
        each: draw_molecule(each, width=WIDTH, height=HEIGHT) or in_words(each)
        for each in dict.fromkeys(smiles)
    }
    drawings |= more
    text = json.dumps(drawings, separators=(",", ":"))
    return base64.b64encode(zlib.compress(text.encode(), 9)).decode()


def _coloured(
    run: Run, molecules: Molecules, pairs: list[dict[str, Any]]
) -> dict[str, str]:
    """Draw which atoms predictions come from, and say so in the pairs that show it.

    After a refit they are those of another model than the pair's prediction: so the
    prediction that they explain is told as well.

    Equal colours are equal contributions: of probabilities of all tasks, of values of
    one.
    """
    atoms = molecules.atoms
    largest = {task: 0.0 for task, _ in atoms}
    for (task, _), each in atoms.items():
        largest[task] = max(largest[task], *map(abs, each["contributions"]))
    if run.task_type != TaskType.REGRESSION:
        largest = dict.fromkeys(largest, max(largest.values(), default=0.0))
    is_refit = run.settings.final["refit"] != NO_REFIT
    drawings = {}
    for pair in pairs:
        smiles, task = pair["test"]["smiles"], run.tasks[pair["task"]]
        if pair["kind"] == "cliff" or (task, smiles) not in atoms:
            continue
        each, name = atoms[task, smiles], f"{smiles} {pair['task']}"
        drawing = draw_molecule(
            smiles,
            width=WIDTH,
            height=HEIGHT,
            atom_weights=each["contributions"],
            largest_weight=largest[task],
        )
        if drawing:
            drawings[name] = drawing
            pair["test"]["drawing"] = name
            pair["atoms"] = {
                "full": f"{largest[task]:.2g}",
                "masked": f"{each['masked']:.3g}",
                **({"refitted": f"{each['prediction']:.3g}"} if is_refit else {}),
            }
    return drawings


def _of_tasks(table: pd.DataFrame, tasks: list[str]) -> pd.DataFrame:
    return table[table["task"].isin(tasks)]


def _examples(run: Run, table: pd.DataFrame, tasks: list[str]) -> list[dict[str, Any]]:
    return [
        {
            "kind": row["kind"],
            "task": tasks.index(row["task"]),
            "rank": row["rank"],
            "over": None if pd.isna(row["rank_over_tasks"]) else row["rank_over_tasks"],
            **_both(run, row, "nearest_train_id", "nearest_smiles", "nearest_label"),
            "note": _WHY.get(row["conflict"], ""),
        }
        for row in table.to_dict("records")
    ]


def _cliffs(run: Run, table: pd.DataFrame, tasks: list[str]) -> list[dict[str, Any]]:
    """Return the most similar pairs of each task, and of all tasks."""
    table = table.assign(
        rank=table.groupby("task", sort=False).cumcount() + 1,
        over=table["similarity"].rank(method="first", ascending=False),
    )
    table = table[(table["rank"] <= MOST_CLIFFS) | (table["over"] <= MOST_CLIFFS)]
    return [
        {
            "kind": "cliff",
            "task": tasks.index(row["task"]),
            "rank": row["rank"],
            "over": int(row["over"]) if row["over"] <= MOST_CLIFFS else None,
            **_both(run, row, "train_id", "train_smiles", "train_label"),
            "note": _how_many(row),
        }
        for row in table.to_dict("records")
    ]


def _how_many(row: dict[str, Any]) -> str:
    """Say how many of the similar training molecules disagree."""
    if row["similar"] == 1:
        return "It is the only training molecule so similar."
    return (
        f"{row['others']} of {row['similar']} training molecules so similar disagree."
    )


def _both(
    run: Run, row: dict[str, Any], id: str, smiles: str, label: str
) -> dict[str, Any]:
    task = row["task"]
    predicted = label_in_words(run, task, row["predicted"])
    is_wrong = row["label"] != row["predicted"]
    return {
        "test": {
            "id": row["id"],
            "smiles": row["smiles"],
            "label": label_in_words(run, task, row["label"]),
        },
        "train": {
            "id": row[id],
            "smiles": row[smiles],
            "label": label_in_words(run, task, row[label]),
        },
        "similarity": _similarity(row["similarity"]),
        "predicted": predicted,
        **_how_sure(run, row),
        "wrong": bool(is_wrong) and run.task_type != TaskType.REGRESSION,
    }


def _similarity(similarity: float) -> str:
    return "1 (same fingerprint)" if similarity == 1 else f"{similarity:.2f}"


def _how_sure(run: Run, row: dict[str, Any]) -> dict[str, Any]:
    """Return the probability, with the name of its class; of values nothing."""
    if run.task_type == TaskType.REGRESSION:
        return {"probability": None, "of": ""}
    number = 1 if run.task_type == TaskType.BINARY else int(row["predicted"])
    word = class_words(run, row["task"], number + 1)[number]
    return {"probability": round(row["probability"], 4), "of": word}
