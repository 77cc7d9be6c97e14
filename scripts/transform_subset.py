"""Scale one subset's features with what was fitted on the training set."""

from pathlib import Path

from toxtune.features.arrays import read_features, save_features
from toxtune.features.transforms import read_transform
from toxtune.jobs import log_to


def main(features: Path, transform: Path, path: Path) -> None:
    """Read a subset's features and the transform, write the scaled ones to `path`."""
    save_features(path, read_transform(transform).apply(read_features(features)))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        features=Path(snakemake.input.features),
        transform=Path(snakemake.input.transform),
        path=Path(snakemake.output.features),
    )
