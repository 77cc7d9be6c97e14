"""Take one fold of the training set to validate on, and the others to train on."""

import json
from pathlib import Path

from toxtune.jobs import log_to
from toxtune.splits.files import write_fold


def main(
    train: Path, assignment: Path, number: int, folds: int, subsets: dict[str, Path]
) -> None:
    """Read the training set, write the molecules of fold `number` of all repeats."""
    write_fold(train, assignment, *divmod(number, folds), subsets)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    split = json.loads(snakemake.params.split)
    main(
        train=Path(snakemake.input.train),
        assignment=Path(snakemake.input.assignment),
        number=int(snakemake.wildcards.fold),
        folds=split["cross_validation"]["folds"],
        subsets={
            subset: Path(snakemake.output[subset]) for subset in ("train", "valid")
        },
    )
