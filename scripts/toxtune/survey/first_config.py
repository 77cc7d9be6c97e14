"""A first configuration for a table that has been looked at, and why it is as it is.

Whoever knows more about the data changes it. What is chosen depends on how many
molecules and labels there are, and never on a score.
"""

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.labels.words import plain
from toxtune.survey.columns import ColumnSurvey, Content
from toxtune.survey.first_search import Search, choose_search, instead_of
from toxtune.survey.first_split import Split, choose_split
from toxtune.survey.labels import (
    has_unknown_numbers,
    has_unknown_words,
    unknown_classes,
)
from toxtune.survey.roles import ColumnRole, Role
from toxtune.survey.run_names import run_name
from toxtune.survey.table import TableSurvey
from toxtune.survey.tasks import TaskChoice
from toxtune.survey.words import counted, listed
from toxtune.tasks import TaskType

# The share of positives from which Wu et al. 2018 (MoleculeNet) rank by the area under
# the curve of precision and recall.
RARE = 0.02
# A ROC-AUC for which its standard error is told beforehand.
_EXPECTED_AUC = 0.8


@dataclass(frozen=True)
class FirstConfiguration:
    """What is written, and why.

    Attributes
    ----------
    run, source, smiles_column, id_column
        As in a configuration.
    tasks
        Columns of labels.
    alternatives
        Columns that could be labels, too, and what they hold.
    reading, labels
        Further settings of ``dataset``: how the file and its labels are read.
    metric
        That trials are ranked by.
    split, search
        See there.
    reasons
        What was chosen, and why, for people: the metric, the split, and so on.
    cautions
        What could not be decided, and what to look at.
    """

    run: str
    source: str
    smiles_column: str
    id_column: str | None
    tasks: list[str]
    alternatives: dict[str, str]
    reading: dict[str, str]
    labels: dict[str, Any]
    metric: str
    split: Split
    search: Search
    reasons: dict[str, str]
    cautions: list[str]


def choose_configuration(
    survey: TableSurvey,
    run: str,
    source: str,
    metric: str | None = None,
    reading: Mapping[str, str] | None = None,
) -> FirstConfiguration:
    """Choose a configuration for a table.

    Parameters
    ----------
    survey
        What was seen in the table.
    run
        The name of the run.
    source
        The file, as the configuration names it.
    metric
        The metric, if somebody has chosen one.
    reading
        How the file is to be read, as ``dataset`` says it.
    """
    chosen_metric, why = _choose_metric(survey)
    if metric:
        chosen_metric, why = metric, "as told"
    split = choose_split(survey)
    search = choose_search(survey, split)
    id_column = survey.column(Role.ID)
    return FirstConfiguration(
        run=run,
        source=source,
        smiles_column=survey.smiles,
        id_column=id_column.name if id_column else None,
        tasks=[each.column.name for each in survey.tasks.tasks],
        alternatives={
            each.column.name: each.column.content.value
            for each in survey.tasks.alternatives
        },
        reading=dict(reading or {}),
        labels=survey.label_settings,
        metric=chosen_metric,
        split=split,
        search=search,
        reasons={
            "metric": f"{chosen_metric}: {why}",
            "split": split.why,
            "validation": split.validation_why,
            "models": search.why,
            "instead": instead_of(survey),
            "expect": _expectation(survey, split),
        },
        cautions=_cautions(survey, split, source),
    )


def _choose_metric(survey: TableSurvey) -> tuple[str, str]:
    """Return the metric to rank trials by, and why."""
    task_type = survey.tasks.task_type
    if task_type == TaskType.REGRESSION:
        return "rmse", "the labels are values"
    if task_type == TaskType.MULTICLASS:
        return "roc_auc_ovr", "the labels are several classes"
    shares = sorted(
        count / max(1, survey.molecules[task]) for task, count in survey.class_1.items()
    )
    middle = shares[len(shares) // 2]
    if middle < RARE:
        return "pr_auc", f"class 1 has {middle:.1%}, below {RARE:.0%}"
    return "roc_auc", "the labels are two classes"


def standard_error_of_auc(positives: float, negatives: float, auc: float) -> float:
    """Return the standard error of a ROC-AUC, after Hanley and McNeil 1982.

    Examples
    --------
    >>> round(standard_error_of_auc(50, 50, 0.8), 3)
    0.045
    """
    both_positive = auc / (2 - auc)
    both_negative = 2 * auc**2 / (1 + auc)
    variance = (
        auc * (1 - auc)
        + (positives - 1) * (both_positive - auc**2)
        + (negatives - 1) * (both_negative - auc**2)
    )
    return math.sqrt(variance / (positives * negatives))


def _expectation(survey: TableSurvey, split: Split) -> str:
    """Say how well a test set of this size can tell a score."""
    task = max(survey.rarest, key=lambda name: survey.rarest[name])
    tested = round(split.test_share * survey.molecules[task])
    which = f" of {task}" if len(survey.rarest) > 1 else ""
    of = f"about {counted(tested, 'molecule')}{which} in the test set"
    if survey.tasks.task_type == TaskType.REGRESSION:
        half = 1.96 / math.sqrt(2 * max(1, tested))
        return f"{of}: an RMSE is known to about ±{half:.0%} of itself"
    rare = max(1, round(split.test_share * survey.rarest[task]))
    common = max(1, tested - rare)
    half = 1.96 * standard_error_of_auc(rare, common, _EXPECTED_AUC)
    return (
        f"{of}, {rare:,} of the rarer class: a ROC-AUC of {_EXPECTED_AUC} is known to "
        f"about ±{half:.2f}"
    )


def _cautions(survey: TableSurvey, split: Split, source: str) -> list[str]:
    cautions = [*_doubts(survey.tasks, source), *split.cautions]
    settings = survey.label_settings
    for role in survey.tasks.tasks:
        cautions += _about_labels(role.column, settings)
    cautions += survey.companions
    poor = [name for name, count in survey.rarest.items() if 0 < count < 10]
    if poor and survey.tasks.task_type != TaskType.REGRESSION:
        cautions.append(
            f"fewer than 10 molecules of the rarer class in {listed(poor)}: its score "
            "will say little"
        )
    return cautions


def _doubts(tasks: TaskChoice, source: str) -> list[str]:
    """Say what could not be decided about the tasks, and what to do about it."""
    doubts = []
    taken = listed(_names(tasks.tasks))
    if tasks.alternatives:
        doubts.append(
            f"{tasks.task_type} and other labels cannot be tuned in one run: {taken} "
            f"taken. {_other_run(_names(tasks.alternatives), source)}"
        )
    if tasks.set_aside:
        doubts.append(
            f"{len(tasks.set_aside)} columns taken for descriptors, such as "
            f"{listed(_names(tasks.set_aside), most=2)}, since {tasks.doubt}. If some "
            "are labels, add them to dataset.tasks"
        )
    return doubts


def _other_run(names: list[str], source: str) -> str:
    """Say which command configures a run of what was not taken."""
    file = f"{run_name(Path(source), names[0])}.yaml"
    data, task, output = map(shlex.quote, (source, names[0], file))
    return (
        f"For {listed(names)} configure another run: "
        f"make init DATA={data} TASKS={task} TO={output}"
    )


def _names(roles: list[ColumnRole]) -> list[str]:
    return [role.column.name for role in roles]


def _about_labels(column: ColumnSurvey, settings: Mapping[str, Any]) -> list[str]:
    """Say what is odd about the labels of a task."""
    cautions = []
    if None in settings.get("labels", {}).get(column.name, {}).values():
        among = "classes" if column.task_type != TaskType.REGRESSION else "numbers"
        cautions.append(
            f"{column.name} has {listed(list(map(repr, column.strange)))} among its "
            f"{among}; dataset.labels leaves these out"
        )
    if column.bounds:
        what = "left out" if settings["bounds"] == "drop" else "taken as values"
        cautions.append(
            f"{counted(column.bounds, 'bound')} (< or >) among the labels of "
            f"{column.name}, {what} (dataset.bounds)"
        )
    if has_unknown_words(column):
        _, rare = unknown_classes(column)
        cautions.append(
            f"of the words of {column.name} the rarer one, {rare}, is taken for class "
            f"1 (dataset.labels)"
        )
    if has_unknown_numbers(column):
        low, high = unknown_classes(column)
        cautions.append(
            f"{low} and {high} of {column.name} are taken for classes 0 and 1 "
            "(dataset.labels). If they are values, name a metric for values, such as "
            "rmse"
        )
    if column.content == Content.WORDS and not has_unknown_words(column):
        words = sorted(set(map(plain, column.counts)))
        numbered = [f"{word} {number}" for number, word in enumerate(words)]
        cautions.append(
            f"classes of {column.name} are numbered in alphabetical order: "
            f"{listed(numbered, most=5)}. If they have an order of their own, that is "
            "not learned; where it matters, give them numbers by dataset.labels, and "
            "name a metric for values, such as rmse"
        )
    lowest, highest = column.lowest, column.highest
    if (
        column.task_type == TaskType.REGRESSION
        and lowest is not None
        and highest is not None
        and lowest > 0
        and highest / lowest > 1_000
    ):
        cautions.append(
            f"{column.name} spans {math.log10(highest / lowest):.0f} powers of ten: "
            "the RMSE is that of the largest values. Add a column with its logarithm "
            "to the table, and name that in dataset.tasks"
        )
    return cautions


def settings_of(configuration: FirstConfiguration) -> Mapping[str, Any]:
    """Return the configuration as the mapping that the file spells."""
    dataset: dict[str, Any] = {
        "source": configuration.source,
        "smiles_column": configuration.smiles_column,
    }
    dataset |= configuration.reading
    if configuration.id_column:
        dataset["id_column"] = configuration.id_column
    dataset["tasks"] = configuration.tasks
    dataset |= configuration.labels
    return {
        "run": configuration.run,
        "dataset": dataset,
        "objective": {"metric": configuration.metric},
        "split": configuration.split.settings,
        "validation": configuration.split.validation,
        "training": {"seeds": configuration.search.seeds},
        "search": {
            "strategy": {"name": "grid"},
            "spaces": configuration.search.spaces,
        },
    }
