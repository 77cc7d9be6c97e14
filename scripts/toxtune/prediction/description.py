"""What a final model is, in a few lines for people."""

from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.splits.settings import NO_REFIT
from toxtune.tasks import TaskType

_MOST_TASKS = 12


def describe(metadata: FinalModelMetadata) -> str:
    """Say what it is, how good it was and for which molecules."""
    domain, properties = metadata.applicability_domain, metadata.descriptor_domain
    trained_on = "" if metadata.refit == NO_REFIT else f" ({metadata.refit})"
    lines = [
        f"toxtune model of the run {metadata.run}, selection {metadata.selection}",
        f"predicts: {_tasks(metadata)}",
        f"made of: {_models(metadata)}; trained on "
        f"{metadata.training_molecules:,} molecules{trained_on}",
        f"score: {_score(metadata)}",
        f"domain: Tanimoto similarity (ECFP4) to the nearest training molecule of at "
        f"least {domain.min_similarity:.2f}; leverage in ten properties of at most "
        f"{properties.max_leverage:.2g}",
    ]
    if own := metadata.own_features:
        lines.append(f"asks for numbers of your own: {', '.join(map(str, own))}")
    lines += [
        f"not predicted: {task} ({reason})"
        for task, reason in metadata.tasks_left_out.items()
    ]
    return "\n".join(lines)


def _tasks(metadata: FinalModelMetadata) -> str:
    what = {
        TaskType.BINARY: "probabilities of class 1",
        TaskType.MULTICLASS: f"probabilities of {metadata.outputs_per_task} classes",
        TaskType.REGRESSION: "values",
    }[metadata.task_type]
    named = ", ".join(metadata.tasks[:_MOST_TASKS])
    more = len(metadata.tasks) - _MOST_TASKS
    return f"{what} of {named}" + (f" and {more} more tasks" if more > 0 else "")


def _models(metadata: FinalModelMetadata) -> str:
    counts = dict.fromkeys(metadata.families, 0)
    for member in metadata.members:
        counts[metadata.trial_of(member).family] += 1
    return ", ".join(f"{count} {family}" for family, count in counts.items())


def _score(metadata: FinalModelMetadata) -> str:
    if metadata.validation_score is None:
        return f"selected by {metadata.selected_by}"
    return (
        f"{metadata.selected_by} in validation, by which it was selected (so it is "
        "optimistic; summary.md of the run has that of the test set)"
    )
