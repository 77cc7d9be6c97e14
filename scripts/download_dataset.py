"""Fetch the dataset from the first source that works, and check it."""

import json
from pathlib import Path

from toxtune.download import fetch_dataset
from toxtune.logs import log_to


def main(source: str | list[str], sha256: str | None, raw: Path) -> None:
    """Write the uncompressed CSV to `raw`."""
    sources = [source] if isinstance(source, str) else source
    fetch_dataset(sources, sha256, raw)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        # From the configuration, not from a parameter: a mirror is no part of what
        # the dataset is, and a new one must not download it again.
        source=snakemake.config["dataset"]["source"],
        sha256=json.loads(snakemake.params.dataset)["sha256"],
        raw=Path(snakemake.output.raw),
    )
