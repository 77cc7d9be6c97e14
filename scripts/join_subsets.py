"""Put train and valid together, for a refit."""

from pathlib import Path

from toxtune.jobs import log_to
from toxtune.splits.files import join_subsets

if __name__ == "__main__":
    log_to(snakemake.log[0])
    join_subsets(
        [Path(snakemake.input.train), Path(snakemake.input.valid)],
        train=Path(snakemake.output.train),
        valid=Path(snakemake.output.valid),
    )
