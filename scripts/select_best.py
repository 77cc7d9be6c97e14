"""Freeze the winners by their validation scores."""

import json
from pathlib import Path
from typing import Any

from toxtune.candidates import read_judges
from toxtune.evaluation import Resampling
from toxtune.files import read_json, write_json
from toxtune.logs import log_to
from toxtune.one_se import read_simplicity
from toxtune.selection import select
from toxtune.tables import read_tsv


def main(
    files: dict[str, Path],
    parts: dict[str, list[Path]],
    settings: dict[str, Any],
    resampling: dict[str, Any] | None,
    selection: Path,
) -> None:
    """Read the table of trials, write the frozen selection."""
    trials, specs = read_tsv(files["trials"]), read_json(files["specs"])
    simplicity = None
    if settings["rule"] == "one_se":
        judges = read_judges(parts, settings["cross_validated"])
        simplicity = read_simplicity(
            trials, specs, settings, judges, Resampling(**resampling)
        )
    write_json(selection, select(trials, specs, settings, simplicity))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        files={name: Path(snakemake.input[name]) for name in ("trials", "specs")},
        parts={
            part: [Path(path) for path in snakemake.input[part]]
            for part in ("train", "valid")
        },
        settings=json.loads(snakemake.params.settings),
        resampling=json.loads(snakemake.params.resampling),
        selection=Path(snakemake.output.selection),
    )
