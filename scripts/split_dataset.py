"""Split the molecules into training, validation and test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.jobs import log_to
from toxtune.splits.files import write_split
from toxtune.splits.make import make_split
from toxtune.splits.settings import SplitSettings
from toxtune.tasks import TaskType


def main(
    molecules: Path,
    settings: SplitSettings,
    task_type: TaskType,
    assignment: Path,
    recipe: Path,
    settled: Path,
    subsets: dict[str, Path],
) -> None:
    """Read the molecules, split them, write the assignment, the sets and the recipe."""
    split = make_split(molecules, settings, task_type)
    split.recipe.log()
    split.assignment.log_left_out(read_subset(molecules).ids)
    write_split(molecules, split, assignment, recipe, settled, subsets)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    told = json.loads(snakemake.params.split)
    task_type = TaskType(told.pop("task_type"))
    main(
        molecules=Path(snakemake.input.molecules),
        settings=SplitSettings.from_dict(told),
        task_type=task_type,
        assignment=Path(snakemake.output.assignment),
        recipe=Path(snakemake.output.recipe),
        settled=Path(snakemake.output.settled),
        subsets={
            subset: Path(snakemake.output[subset])
            for subset in ("train", "valid", "test")
        },
    )
