"""What does not go together in a ``final.json`` that its schema allows."""

from collections.abc import Iterator, Mapping
from typing import Any

from toxtune.config.feature_checks import feature_faults
from toxtune.features.definitions import JOINT, OWN
from toxtune.prediction.descriptor_domain import PROPERTIES
from toxtune.tasks import TaskType


def faults_of(values: Mapping[str, Any]) -> list[str]:
    """List the faults, a line each, that begins with the key."""
    return [
        *_of_features(values),
        *_of_trials(values),
        *_of_members(values),
        *_of_domain(values),
        *_of_outputs(values),
    ]


def _of_features(values: Mapping[str, Any]) -> Iterator[str]:
    features = values["features"]
    own = {name: each for name, each in features.items() if _is_own(each)}
    for name in own:
        if name not in values["transforms"]:
            yield f"transforms: must have {name!r}, which scales features of that name"
    names = [definition["name"] for definition in own.values()]
    if len(set(names)) < len(names):
        yield "features: must not repeat a name"
    computed = {name: features[name] for name in features if name not in own}
    if computed:
        yield from feature_faults(computed)
    for number, trial in enumerate(values["trials"]):
        for name in trial["features"].split(JOINT):
            if not isinstance(features.get(name), dict):
                yield (
                    f"features: must define {name!r}, which trials[{number}].features "
                    "names"
                )


def _is_own(definition: Any) -> bool:
    return isinstance(definition, dict) and definition.get("kind") in tuple(OWN)


def _of_trials(values: Mapping[str, Any]) -> Iterator[str]:
    tasks, trials = values["tasks"], values["trials"]
    if len(set(tasks)) < len(tasks):
        yield "tasks: must not repeat an entry"
    if len({trial["id"] for trial in trials}) < len(trials):
        yield "trials: must not repeat an id"
    if len({trial["task_type"] for trial in trials}) > 1:
        yield "trials: must have one task_type"


def _of_members(values: Mapping[str, Any]) -> Iterator[str]:
    ids = {trial["id"] for trial in values["trials"]}
    for number, member in enumerate(values["members"]):
        if member["trial"] not in ids:
            yield (
                f"members[{number}].trial: must be an id of trials, got "
                f"{member['trial']}"
            )
    files = [member["file"] for member in values["members"]]
    if len(set(files)) < len(files):
        yield "members: must not repeat a file"


def _of_domain(values: Mapping[str, Any]) -> Iterator[str]:
    domain, width = values["descriptor_domain"], len(PROPERTIES)
    precision = domain["precision"]
    if {width} != {*map(len, [domain["means"], precision, *precision])}:
        yield f"descriptor_domain: must be of {width} properties"


def _of_outputs(values: Mapping[str, Any]) -> Iterator[str]:
    tasks, n_outputs = values["tasks"], values["n_outputs"]
    missing = set(tasks) - set(values["thresholds"])
    if values["trials"][0]["task_type"] == TaskType.BINARY and missing:
        yield f"thresholds: must have the task {min(missing)!r}"
    if n_outputs % len(tasks):
        yield (
            f"n_outputs: must be a multiple of the {len(tasks)} tasks, got {n_outputs}"
        )
        return
    size = n_outputs // len(tasks)
    for task in tasks:
        if len(values["fallback"].get(task, ())) != size:
            yield f"fallback: must have a list of {size} for the task {task!r}"
