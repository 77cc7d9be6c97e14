"""Freeze the winners by their validation scores."""

import json
from pathlib import Path
from typing import Any

from toxtune.io.files import read_json, write_json
from toxtune.io.tsv import read_tsv
from toxtune.jobs import log_to
from toxtune.selection.winners import select


def main(
    trials: Path,
    specs: Path,
    simplicity: dict[str, Any] | None,
    settings: dict[str, Any],
    selection: Path,
) -> None:
    """Read the table of trials, write the frozen selection."""
    selected = select(read_tsv(trials), read_json(specs), settings, simplicity)
    write_json(selection, selected.to_dict())


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        trials=Path(snakemake.input.trials),
        specs=Path(snakemake.input.specs),
        # There for the rule one_se alone.
        simplicity=read_json(snakemake.input.simplicity)
        if snakemake.input.simplicity
        else None,
        settings=json.loads(snakemake.params.settings),
        selection=Path(snakemake.output.selection),
    )
