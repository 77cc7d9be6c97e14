"""Split the molecules into train, valid and test."""

import json
from pathlib import Path
from typing import Any

from toxtune.data.subsets import read_subset
from toxtune.jobs import log_to
from toxtune.splits.assign import assign
from toxtune.splits.checks import log_sizes
from toxtune.splits.files import write_split


def main(
    molecules: Path, split: dict[str, Any], assignment: Path, subsets: dict[str, Path]
) -> None:
    """Read the molecules, assign them to parts, write the assignment and the parts."""
    assigned = assign(molecules, split, split["task_type"])
    log_sizes(read_subset(molecules).groups, assigned.subsets)
    write_split(molecules, assigned, assignment, subsets)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        molecules=Path(snakemake.input.molecules),
        split=json.loads(snakemake.params.split),
        assignment=Path(snakemake.output.assignment),
        subsets={
            subset: Path(snakemake.output[subset])
            for subset in ("train", "valid", "test")
        },
    )
