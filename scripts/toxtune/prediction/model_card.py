"""The model card: what a final model says of itself on the Hugging Face Hub.

It is ``README.md`` of ``final.zip``: a front matter, which the Hub reads, and text for
people. Nothing is predicted from it.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import yaml

from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.evaluation.control import control_in_words
from toxtune.evaluation.evaluation_file import Evaluation, Interval
from toxtune.prediction.description import describe
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.metrics import METRICS, metrics_of
from toxtune.tasks import TaskType

CARD_FILE = "README.md"

# The Hub's names of what a model is for, and of licenses that nobody chose.
_HUB_TASKS = {
    TaskType.BINARY: "tabular-classification",
    TaskType.MULTICLASS: "tabular-classification",
    TaskType.REGRESSION: "tabular-regression",
}
_NO_LICENSE = "unknown"
_ALL = "all tasks, mean"
_ESCAPED = str.maketrans(
    {char: f"\\{char}" for char in r"\`*_[]|#"} | {"<": "&lt;", "&": "&amp;"}
)

_USE = """\
```python
from toxtune.prediction.final_model import load

model = load("final.zip")
table = model.predict_table(["CCO", "c1ccccc1O"])
```

Or `toxtune-predict final.zip molecules.csv`. No code that is in the file is run."""

_LIMITS = """\
- The test scores are of molecules like those of the dataset, split off before the
  search. Of molecules that are less like the training set, expect worse: `in_domain`
  and `in_property_domain` of a prediction say where one lies.
- A prediction set holds the true class as often as promised, and an interval the true
  value, of molecules like those of the validation set.
- It is a model of the labels that it was given, of no other assay, and of no mixtures.
- The license is for you to choose. That of the data may bind the model."""


def model_card(
    metadata: FinalModelMetadata,
    evaluation: Evaluation,
    *,
    seeds: Sequence[int],
    sha256: str,
    permutation: int | None = None,
) -> str:
    """Write the card of a final model.

    Parameters
    ----------
    metadata
        What the model is.
    evaluation
        The winners' scores on the test set.
    seeds
        Those of the search. A model of one of several is not the one that was scored.
    sha256
        Of the dataset's file, uncompressed.
    permutation
        The seed that the labels were shuffled with, if they were.
    """
    averaged = set(metadata.seeds) == set(seeds)
    known = [name for name, data in KNOWN_DATASETS.items() if data.sha256 == sha256]
    dataset = known[0] if known else f"sha256-{sha256[:12]}"
    results = _results(metadata, evaluation, dataset, averaged)
    head = {
        "license": _NO_LICENSE,
        "library_name": "toxtune",
        "pipeline_tag": _HUB_TASKS[metadata.task_type],
        "tags": ["chemistry", "qsar", "molecules", "toxtune", *metadata.families],
        "datasets": [dataset],
        "metrics": _metrics(evaluation),
        "model-index": [{"name": metadata.run, "results": results}],
    }
    front = yaml.safe_dump(head, sort_keys=False, allow_unicode=True, width=1000)
    sections = [
        f"# {metadata.run.translate(_ESCAPED)}",
        *([] if permutation is None else [f"**{control_in_words(permutation)}**"]),
        "\n".join(f"- {line.translate(_ESCAPED)}" for line in _described(metadata)),
        "## Use",
        _USE,
        "## Scores",
        _scores(metadata, evaluation, averaged),
        "## Data",
        f"The table has the SHA-256 `{sha256}`. " + _sizes(evaluation),
        "## Limits",
        _LIMITS,
    ]
    return f"---\n{front}---\n\n" + "\n\n".join(sections) + "\n"


def _described(metadata: FinalModelMetadata) -> list[str]:
    """Return what `print` says, without the validation score: the card has both."""
    lines = describe(metadata).splitlines()
    return [line for line in lines if not line.startswith("score: ")]


def _sizes(evaluation: Evaluation) -> str:
    molecules = evaluation.molecules
    return (
        f"Its training set has {molecules['train']:,} molecules, its test set "
        f"{molecules['test']:,}."
    )


def _results(
    metadata: FinalModelMetadata, evaluation: Evaluation, dataset: str, averaged: bool
) -> list[dict[str, Any]]:
    """Return the results of the front matter: the mean over the tasks, then each."""
    overall = evaluation.families[evaluation.overall]
    metric = evaluation.objective.metric
    named = {_ALL: list(_delivered(metadata, evaluation, averaged))}
    for task in metadata.tasks:
        scores = overall[metric].tasks[task]
        named[task] = [(metric, scores.test, scores.test_interval)]
    results = []
    for name, rows in named.items():
        title = partial(_title, metadata, evaluation, of_task=name != _ALL)
        metrics = [
            {"type": one, "value": score, "name": title(one)}
            for one, score, _ in rows
            if score is not None
        ]
        if metrics:
            kind = {"type": _HUB_TASKS[metadata.task_type], "name": name}
            data = {"type": dataset, "name": dataset, "split": "test"}
            results.append({"task": kind, "dataset": data, "metrics": metrics})
    return results


def _title(
    metadata: FinalModelMetadata, evaluation: Evaluation, metric: str, *, of_task: bool
) -> str:
    title = METRICS[metric].title
    if not of_task:
        return f"{title}{evaluation.unit(metric)}, test set"
    before = "" if metadata.refit == NO_REFIT else " before the refit"
    return f"{title}, test set, mean over single seeds{before}"


def _delivered(
    metadata: FinalModelMetadata, evaluation: Evaluation, averaged: bool
) -> Iterator[tuple[str, float | None, Interval | None]]:
    """Yield each metric with the test score of the model as it is, and its interval."""
    for metric in _metrics(evaluation):
        variant = evaluation.variant(metric, metadata.refit, averaged)
        if variant:
            yield metric, variant.score, variant.interval


def _metrics(evaluation: Evaluation) -> list[str]:
    """Return all metrics, the one that ranked the trials first."""
    first = evaluation.objective.metric
    return [
        first,
        *(m for m in metrics_of(evaluation.objective.task_type) if m != first),
    ]


def _scores(
    metadata: FinalModelMetadata, evaluation: Evaluation, averaged: bool
) -> str:
    """Write the scores as tables, with what to think of them."""
    level = evaluation.level
    rows = [
        [evaluation.title(metric), *_cells(score, interval)]
        for metric, score, interval in _delivered(metadata, evaluation, averaged)
    ]
    metric = evaluation.objective.metric
    tasks = evaluation.families[evaluation.overall][metric].tasks
    by_task = [
        [task.translate(_ESCAPED), *_cells(tasks[task].test, tasks[task].test_interval)]
        for task in metadata.tasks
    ]
    paragraphs = [
        f"Test set, mean over the tasks, {_what(metadata, averaged)}:",
        _table(["metric", "test set", f"{level} interval"], rows),
        f"{METRICS[metric].title} of each task on the test set, mean over single "
        "seeds before any refit:",
        _table(["task", "test set", f"{level} interval"], by_task),
        "The test set was opened after the selection. The intervals are over its "
        "molecules.",
    ]
    if metadata.validation_score is not None:
        paragraphs.append(
            f"By {metadata.selected_by} in validation the model was selected, so that "
            "score is optimistic."
        )
    return "\n\n".join(paragraphs)


def _what(metadata: FinalModelMetadata, averaged: bool) -> str:
    if averaged:
        return "of the very model"
    return "of such models with single seeds, on average"


def _cells(score: float | None, interval: Interval | None) -> list[str]:
    written = "none" if score is None else f"{score:.4g}"
    if interval is None:
        return [written, "none"]
    return [written, f"{interval[0]:.4g} to {interval[1]:.4g}"]


def _table(header: list[str], rows: list[list[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)
