"""Split the molecules into training, validation and test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.jobs import log_to
from toxtune.splits.assign import assign
from toxtune.splits.checks import log_sizes
from toxtune.splits.files import write_split
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


def main(
    molecules: Path,
    split: SplitSettings,
    task_type: TaskType,
    assignment: Path,
    subsets: dict[str, Path],
) -> None:
    """Read the molecules, assign them to sets, write the assignment and the sets."""
    assigned = assign(molecules, split, task_type)
    log_sizes(read_subset(molecules).groups, assigned.subsets)
    write_split(molecules, assigned, assignment, subsets)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.split)
    task_type = TaskType(settings.pop("task_type"))
    main(
        molecules=Path(snakemake.input.molecules),
        split=SplitSettings.from_dict(settings),
        task_type=task_type,
        assignment=Path(snakemake.output.assignment),
        subsets={
            subset: Path(snakemake.output[subset])
            for subset in ("train", "valid", "test")
        },
    )
