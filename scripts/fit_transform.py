"""Fit the scaling of features on the training set, and on nothing else."""

from pathlib import Path

from toxtune.features.arrays import read_features
from toxtune.features.transforms import fit_transform, save_transform
from toxtune.jobs import log_to


def main(train: Path, path: Path) -> None:
    """Read the training set's features, write the transform to `path`."""
    save_transform(path, fit_transform(read_features(train)))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        train=Path(snakemake.input.features),
        path=Path(snakemake.output.transform),
    )
