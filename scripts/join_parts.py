"""Put train and valid together, for a refit."""

from pathlib import Path

from toxtune.joining import join_parts
from toxtune.logs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    join_parts(
        [Path(snakemake.input.train), Path(snakemake.input.valid)],
        train=Path(snakemake.output.train),
        valid=Path(snakemake.output.valid),
    )
