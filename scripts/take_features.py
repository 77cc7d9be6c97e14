"""Take the features of some molecules from those of all of them."""

from pathlib import Path

from toxtune.features.arrays import read_features, save_features
from toxtune.features.rows import take_molecules
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    save_features(
        Path(snakemake.output.features),
        take_molecules(
            read_features(Path(snakemake.input.features)),
            molecules=Path(snakemake.input.molecules),
            subset=Path(snakemake.input.subset),
        ),
    )
