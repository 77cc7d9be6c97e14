"""Fetch the dataset from the first source that works, and check it."""

import json
import tempfile
from pathlib import Path
from typing import Any

from toxtune.data.download import fetch_dataset
from toxtune.data.raw_table import join_test_source
from toxtune.jobs import log_to


def main(dataset: dict[str, Any], sums: dict[str, str | None], raw: Path) -> None:
    """Write the uncompressed CSV to `raw`, joined with that of the test set."""
    source = dataset["source"]
    sources = [source] if isinstance(source, str) else source
    if dataset["test_source"] is None:
        fetch_dataset(sources, sums["sha256"], raw)
        return
    with tempfile.TemporaryDirectory(dir=raw.parent) as scratch:
        table, test = Path(scratch, "source.csv"), Path(scratch, "test_source.csv")
        fetch_dataset(sources, sums["sha256"], table)
        fetch_dataset([dataset["test_source"]], sums["test_sha256"], test)
        named = (dataset["smiles_column"], dataset["id_column"])
        join_test_source(table, test, [name for name in named if name], raw)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        # From the configuration, not from a parameter: a mirror is no part of what
        # the dataset is, and a new one must not download it again.
        snakemake.config["dataset"],
        sums=json.loads(snakemake.params.dataset),
        raw=Path(snakemake.output.raw),
    )
