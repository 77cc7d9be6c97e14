"""Fetch the dataset from the first source that works, and check it."""

import json
from pathlib import Path

from toxtune.data.download import fetch_raw_files
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    fetch_raw_files(
        # From the configuration, not from a parameter: a mirror is no part of what
        # the dataset is, and a new one must not download it again.
        snakemake.config["dataset"],
        checksums=json.loads(snakemake.params.dataset),
        raw=Path(snakemake.output.raw),
        raw_test=Path(snakemake.output.raw_test),
        sources=Path(snakemake.output.sources),
    )
