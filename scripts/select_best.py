"""Freeze the winners by their validation scores."""

import json
from pathlib import Path
from typing import Any

from toxtune.files import read_json, write_json
from toxtune.logs import log_to
from toxtune.selection import select
from toxtune.tables import read_tsv


def main(trials: Path, specs: Path, settings: dict[str, Any], selection: Path) -> None:
    """Read the table of trials, write the frozen selection."""
    write_json(selection, select(read_tsv(trials), read_json(specs), settings))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        trials=Path(snakemake.input.trials),
        specs=Path(snakemake.input.specs),
        settings=json.loads(snakemake.params.settings),
        selection=Path(snakemake.output.selection),
    )
