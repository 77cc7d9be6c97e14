"""Put the features of parts together, for a refit."""

from pathlib import Path

from toxtune.arrays import save_features
from toxtune.joining import join_features
from toxtune.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    save_features(
        Path(snakemake.output.features),
        join_features([Path(path) for path in snakemake.input]),
    )
