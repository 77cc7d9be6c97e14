"""Spelling a first configuration: short, with a comment where there is a choice."""

import shlex
import textwrap
from pathlib import Path
from typing import Any

import yaml

from toxtune.config.check import complete_layers
from toxtune.config.layers import Layer
from toxtune.config.overlay import read_yaml
from toxtune.survey.columns import ColumnSurvey
from toxtune.survey.first_config import FirstConfiguration, settings_of
from toxtune.survey.roles import ONLY_WORDS, Role
from toxtune.survey.table import TableSurvey
from toxtune.survey.words import counted
from toxtune.tasks import TaskType

_WIDTH = 88
_METRIC_FOR = {
    TaskType.BINARY: "roc_auc",
    TaskType.MULTICLASS: "roc_auc_ovr",
    TaskType.REGRESSION: "rmse",
}
# Of columns that could be labels, too.
_MOST_ALTERNATIVES = 10


def spell(configuration: FirstConfiguration, survey: TableSurvey, file: str) -> str:
    """Return the text of the configuration file.

    Parameters
    ----------
    configuration
        What is to be written.
    survey
        What was seen in the table.
    file
        What the file will be called.
    """
    settings = settings_of(configuration)
    reasons = configuration.reasons
    return "\n".join(
        [
            *_comment(
                f"Made by looking at {configuration.source} "
                f"({counted(survey.rows, 'row')}). It "
                "is laid over config.yaml, which explains all settings. Change what "
                "you know better, then"
            ),
            f"#   make run CONFIG={shlex.quote(file)}",
            *map(str, _comments_of(configuration.cautions)),
            "",
            _plain({"run": settings["run"]}),
            *_dataset(configuration, survey, settings["dataset"]),
            "",
            *_comment(reasons["metric"]),
            f"objective: {_flow(settings['objective'])}",
            "",
            *_comment(reasons["split"]),
            f"split: {_flow(settings['split'])}",
            "",
            *_comment(reasons["validation"]),
            *_comment(reasons["expect"]),
            *_nested_hint(configuration),
            f"validation: {_flow(settings['validation'])}",
            "",
            f"training: {_flow(settings['training'])}",
            "",
            *_comment(reasons["models"]),
            *_comment(reasons["instead"]),
            "search:",
            f"  strategy: {_flow(settings['search']['strategy'])}",
            "  spaces:",
            *_spaces(settings["search"]["spaces"]),
            "",
        ]
    )


def _dataset(
    configuration: FirstConfiguration, survey: TableSurvey, dataset: dict[str, Any]
) -> list[str]:
    lines = ["dataset:"]
    for key, value in dataset.items():
        if key == "tasks":
            lines += ["  tasks:", *_tasks(configuration, survey)]
        else:
            lines.append(f"  {key}: {_flow(value)}")
    return lines


def _tasks(configuration: FirstConfiguration, survey: TableSurvey) -> list[str]:
    lines = []
    for name in configuration.tasks:
        counts = counted(survey.molecules[name], "molecule")
        if survey.tasks.task_type != TaskType.REGRESSION:
            counts += f", {survey.rarest[name]:,} of the rarer class"
        if positive := survey.positives.get(name):
            counts += f"; class 1 is {_flow(positive)}"
        lines.append(f"    - {_flow(name)}  # {counts}")
    others = [role.column for role in survey.tasks.alternatives]
    others += _other_words(survey)
    for column in others[:_MOST_ALTERNATIVES]:
        metric = _METRIC_FOR[column.task_type] if column.task_type else ""
        lines.append(
            f"    # - {_flow(column.name)}  # {column.content}, for objective.metric "
            f"{metric}"
        )
    return lines


def _other_words(survey: TableSurvey) -> list[ColumnSurvey]:
    """Return columns of words that may be classes, without signs, units and kinds."""
    return [
        role.column
        for role in survey.roles
        if role.reason == ONLY_WORDS
        and role.role == Role.OTHER
        and not any(
            text.startswith(f"{role.column.name} ") for text in survey.companions
        )
    ]


def _nested_hint(configuration: FirstConfiguration) -> list[str]:
    if configuration.split.validation["scheme"] == "holdout":
        return []
    return _comment(
        "`scheme: nested` tests each molecule once, for five times the time."
    )


def _spaces(spaces: list[dict[str, Any]]) -> list[str]:
    lines = []
    for space in spaces:
        lines += [
            f"    - family: {space['family']}",
            f"      features: {_flow(space['features'])}",
            f"      hyperparameters: {_flow(space['hyperparameters'])}",
        ]
    return lines


def _comments_of(cautions: list[str]) -> list[str]:
    return [line for text in cautions for line in ["#", *_comment(f"Look: {text}.")]]


def _comment(text: str) -> list[str]:
    wrapped = textwrap.wrap(text, _WIDTH - 2, break_on_hyphens=False)
    return [f"# {line}" for line in wrapped]


def _plain(value: Any) -> str:
    return yaml.safe_dump(value, allow_unicode=True, width=10_000).strip()


def _flow(value: Any) -> str:
    """Spell a value on one line."""
    text = yaml.safe_dump(
        value,
        allow_unicode=True,
        default_flow_style=True,
        sort_keys=False,
        width=1_000_000,
    )
    return text.removesuffix("\n").removesuffix("...").strip()


def checked(text: str, output: Path, base: Path) -> str:
    """Return the text of a configuration that is legal.

    Parameters
    ----------
    text
        Of the configuration.
    output
        Where it will be.
    base
        The file that it is laid over.

    Raises
    ------
    UserError
        If it is not legal: a task has a name that is taken, for one.
    """
    layer = Layer(read_yaml(text, str(output)), (output.absolute().parent,))
    complete_layers([Layer.read(base), layer])
    return text
