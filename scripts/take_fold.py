"""Take one fold of the training part to judge by, and the others to train on."""

import json
from pathlib import Path

from toxtune.jobs import log_to
from toxtune.splits.files import write_fold


def main(
    train: Path, assignment: Path, number: int, folds: int, parts: dict[str, Path]
) -> None:
    """Read the training part, write the molecules of fold `number` of all repeats."""
    write_fold(train, assignment, *divmod(number, folds), parts)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    split = json.loads(snakemake.params.split)
    main(
        train=Path(snakemake.input.train),
        assignment=Path(snakemake.input.assignment),
        number=int(snakemake.wildcards.fold),
        folds=split["cross_validation"]["folds"],
        parts={part: Path(snakemake.output[part]) for part in ("train", "valid")},
    )
