"""A map of the molecules: by set, by label or by error."""

from itertools import cycle
from typing import Any

import altair as alt
import numpy as np
import pandas as pd

from toxtune.evaluation.chemical_space import ERROR, LABEL
from toxtune.report.figures.figure import DATA, Figure, Panel
from toxtune.report.figures.labels import CLASS_COLOURS
from toxtune.report.figures.theme import (
    BLUE,
    GREY,
    MAUVE,
    RUST,
    SKY,
    SUBSET_COLOURS,
    VERMILLION,
)
from toxtune.report.molecule_words import class_words
from toxtune.report.molecules import Molecules
from toxtune.report.run import Run
from toxtune.report.words import SET_NAMES, listed
from toxtune.tasks import TaskType

UNKNOWN, _NO_COLOUR = "not measured", "#d5d9df"
NOT_TESTED = "not measured, or not in the test set"

RIGHT, WRONG = "right", "wrong"
# Of errors in values, in SDs of the training labels.
_BOUNDS = (0.5, 1.0)
_ERRORS = ("below 0.5 SD", "0.5 to 1 SD", "above 1 SD")
_FIFTHS = ("lowest fifth", "second fifth", "middle fifth", "fourth fifth", "top fifth")
_FIFTH_COLOURS = (BLUE, SKY, GREY, VERMILLION, RUST)
# What the switches of the page set; see `page.js`.
BY, TASK = "by", "task"


def draw(run: Run) -> Figure:
    """Draw the molecules on the two main directions of their fingerprints."""
    facts = run.facts("train", "valid", "test", over_tasks=False)
    if run.molecules is None:
        return Figure(facts=facts, description="", table=pd.DataFrame())
    record = run.molecules.shown.map_record
    x, y = record["explained_variance"]
    return Figure(
        facts=facts,
        description=(
            "Molecules by the two main directions of their fingerprints, which have "
            f"{x:.1%} and {y:.1%} of the variance; training, validation and test set "
            "can be told apart by colour and shape."
        ),
        table=map_table(run, run.molecules),
        panels=[Panel("", _chart(run, run.molecules, x, y))],
        legend=colours_by_set(),
        note=_note(record),
    )


def map_table(run: Run, molecules: Molecules) -> pd.DataFrame:
    """One row per molecule: set, id, SMILES, place, and words for labels and errors."""
    shown = molecules.shown.map
    columns: dict[str, Any] = {
        "set": shown["subset"].map(SET_NAMES),
        "molecule": shown["id"],
        "smiles": shown["smiles"],
        "x": shown["x"],
        "y": shown["y"],
    }
    for task in tasks_of(molecules):
        labels, errors = shown[LABEL + task], shown[ERROR + task]
        columns[LABEL + task] = _labels_in_words(run, task, labels)
        columns[ERROR + task] = _errors_in_words(run, errors)
    return pd.DataFrame(columns)


def tasks_of(molecules: Molecules) -> list[str]:
    """Return the tasks that the map knows."""
    names = molecules.shown.map.columns
    return [name.removeprefix(LABEL) for name in names if name.startswith(LABEL)]


def colours_by_set() -> dict[str, str]:
    """Return the colours of the sets by name."""
    return {words: SUBSET_COLOURS[subset] for subset, words in SET_NAMES.items()}


def switches(run: Run, molecules: Molecules) -> dict[str, Any]:
    """Return what the map can be coloured by: words of each, and the colour of a word.

    A word has one colour, whatever the task.
    """
    of_label = {
        task: _colours_by_label(run, molecules, task) for task in tasks_of(molecules)
    }
    of_error = _colours_by_error(run)
    colours = colours_by_set() | of_error
    for each in of_label.values():
        colours = each | colours
    return {
        "set": list(SET_NAMES.values()),
        "label": {task: list(each) for task, each in of_label.items()},
        "error": list(of_error),
        "colours": colours,
    }


def _colours_by_label(run: Run, molecules: Molecules, task: str) -> dict[str, str]:
    if run.task_type == TaskType.REGRESSION:
        return dict(zip(_FIFTHS, _FIFTH_COLOURS, strict=True)) | {UNKNOWN: _NO_COLOUR}
    labels = molecules.labels[molecules.labels["task"] == task]
    counts = labels.filter(like="class_").sum()
    words = class_words(run, task, int(np.flatnonzero(counts).max(initial=1)) + 1)
    return dict(zip(words, cycle(CLASS_COLOURS))) | {UNKNOWN: _NO_COLOUR}


def _colours_by_error(run: Run) -> dict[str, str]:
    if run.task_type == TaskType.REGRESSION:
        colours = dict(zip(_ERRORS, (BLUE, MAUVE, VERMILLION), strict=True))
    else:
        colours = {RIGHT: BLUE, WRONG: VERMILLION}
    return colours | {NOT_TESTED: _NO_COLOUR}


def _labels_in_words(run: Run, task: str, labels: pd.Series) -> list[str]:
    known = labels.notna()
    if run.task_type == TaskType.REGRESSION:
        ends = np.quantile(labels[known], [0.2, 0.4, 0.6, 0.8]) if known.any() else []
        words = [_FIFTHS[place] for place in np.searchsorted(ends, labels)]
    else:
        numbers = labels.fillna(0).astype(int)
        names = class_words(run, task, int(numbers.max()) + 1)
        words = [names[number] for number in numbers]
    return [
        word if is_known else "" for word, is_known in zip(words, known, strict=True)
    ]


def _errors_in_words(run: Run, errors: pd.Series) -> list[str]:
    if run.task_type == TaskType.REGRESSION:
        words = [_ERRORS[place] for place in np.searchsorted(_BOUNDS, errors)]
    else:
        words = [WRONG if error else RIGHT for error in errors]
    return [
        word if is_known else ""
        for word, is_known in zip(words, errors.notna(), strict=True)
    ]


def _note(record: dict[str, Any]) -> str:
    sampled = [
        f"{counts['shown']:,} of {counts['molecules']:,} of the {words}"
        for subset, words in SET_NAMES.items()
        if (counts := record["sets"][subset])["shown"] < counts["molecules"]
    ]
    share = sum(record["explained_variance"])
    words = f"The two directions have {share:.1%} of the variance of the fingerprints."
    if sampled:
        words += f" A sample is shown: {listed(sampled)}."
    return words


def _chart(run: Run, molecules: Molecules, x: float, y: float) -> alt.Chart:
    sets = colours_by_set()
    # A set, a label or an error, as the switches say.
    shown = (
        f"{BY} == 'set' ? datum.set : {BY} == 'label' ? "
        f"(datum['{LABEL}' + {TASK}] || '{UNKNOWN}') : "
        f"(datum['{ERROR}' + {TASK}] || '{NOT_TESTED}')"
    )
    is_known = f"datum.shown != '{UNKNOWN}' && datum.shown != '{NOT_TESTED}'"
    tasks, colours = tasks_of(molecules), switches(run, molecules)["colours"]
    axis = alt.Axis(grid=False, ticks=False, labels=False)
    return (
        alt.Chart(DATA)
        .transform_calculate(shown=shown)
        .transform_calculate(above=f"{is_known} ? 1 : 0")
        .mark_point(size=34)
        .encode(
            x=alt.X(
                "x:Q", title=f"first direction ({x:.1%} of the variance)", axis=axis
            ),
            y=alt.Y(
                "y:Q", title=f"second direction ({y:.1%} of the variance)", axis=axis
            ),
            color=alt.Color(
                "shown:N",
                scale=alt.Scale(domain=list(colours), range=list(colours.values())),
                legend=None,
            ),
            shape=alt.Shape(
                "set:N",
                scale=alt.Scale(
                    domain=list(sets), range=["circle", "square", "triangle-up"]
                ),
                legend=None,
            ),
            opacity=alt.Opacity(
                "above:O",
                scale=alt.Scale(domain=[0, 1], range=[0.35, 0.75]),
                legend=None,
            ),
            order=alt.Order("above:Q"),
            tooltip=[
                alt.Tooltip("molecule:N"),
                alt.Tooltip("set:N"),
                alt.Tooltip("smiles:N"),
            ],
        )
        .properties(height=460)
        .add_params(
            alt.param(name=BY, value="set"),
            alt.param(name=TASK, value=tasks[0] if tasks else ""),
        )
    )
