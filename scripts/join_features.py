"""Put the features of training and validation set together, for a refit."""

from pathlib import Path

from toxtune.features.arrays import save_features
from toxtune.features.rows import join_features
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    save_features(
        Path(snakemake.output.features),
        join_features([Path(path) for path in snakemake.input]),
    )
