"""Take the features of a fold's molecules from those of the training set."""

from pathlib import Path

from toxtune.data.subsets import read_table
from toxtune.features.arrays import read_features, save_features
from toxtune.features.rows import take_rows
from toxtune.jobs import log_to


def main(molecules: Path, features: Path, subset: Path, path: Path) -> None:
    """Read all features, write those of the part's rows."""
    _, rows = read_table(molecules)
    position = {row[0]: number for number, row in enumerate(rows)}
    _, wanted = read_table(subset)
    taken = take_rows(read_features(features), [position[row[0]] for row in wanted])
    save_features(path, taken)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        molecules=Path(snakemake.input.molecules),
        features=Path(snakemake.input.features),
        subset=Path(snakemake.input.subset),
        path=Path(snakemake.output.features),
    )
