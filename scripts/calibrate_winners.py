"""Fit the winners' temperatures and thresholds on the validation part."""

import json
from pathlib import Path
from typing import Any

from toxtune.calls import fit_calls
from toxtune.decisions import CRITERION
from toxtune.files import write_json
from toxtune.frozen import read_selection
from toxtune.logs import log_to
from toxtune.pooling import read_pooled


def main(
    selection: dict[str, Any], valid: list[Path], settings: dict[str, Any], report: Path
) -> None:
    """Read the winners' predictions, write what was fitted on them."""
    pooled = {
        family: read_pooled(
            winner, selection["seeds"], valid, settings["cross_validated"]
        )
        for family, winner in selection["winners"].items()
    }
    fitted = {
        "selection": selection["id"],
        "seeds": selection["seeds"],
        "folds": len(valid) if settings["cross_validated"] else None,
        "method": settings["method"],
        "criterion": CRITERION,
        "families": {
            family: fit_calls(part, predictions, settings["method"])
            for family, (part, predictions) in pooled.items()
        },
    }
    write_json(report, fitted)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        valid=[Path(path) for path in snakemake.input.valid],
        settings=json.loads(snakemake.params.settings),
        report=Path(snakemake.output.report),
    )
