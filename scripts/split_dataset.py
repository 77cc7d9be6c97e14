"""Split the molecules into train, valid and test."""

import json
from pathlib import Path
from typing import Any

from toxtune.data.parts import read_part
from toxtune.jobs import log_to
from toxtune.splits.assign import assign
from toxtune.splits.checks import log_sizes
from toxtune.splits.files import write_split


def main(
    molecules: Path, split: dict[str, Any], assignment: Path, parts: dict[str, Path]
) -> None:
    """Read the molecules, assign them to parts, write the assignment and the parts."""
    assigned = assign(molecules, split, split["kind"])
    log_sizes(read_part(molecules).groups, assigned.parts)
    write_split(molecules, assigned, assignment, parts)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        molecules=Path(snakemake.input.molecules),
        split=json.loads(snakemake.params.split),
        assignment=Path(snakemake.output.assignment),
        parts={
            part: Path(snakemake.output[part]) for part in ("train", "valid", "test")
        },
    )
