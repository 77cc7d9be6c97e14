"""Fit the winners' temperatures and thresholds on the validation set."""

import json
from pathlib import Path
from typing import Any

from toxtune.evaluation.probabilities import fit_thresholds
from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import Selection, read_selection
from toxtune.selection.predictions import read_pooled
from toxtune.stats.thresholds import CRITERION


def main(
    selection: Selection, valid: list[Path], settings: dict[str, Any], report: Path
) -> None:
    """Read the winners' predictions, write what was fitted on them."""
    pooled = {
        family: read_pooled(
            winner.folders, selection.seeds, valid, settings["cross_validated"]
        )
        for family, winner in selection.winners.items()
    }
    fitted = {
        "selection": selection.id,
        "seeds": selection.seeds,
        "folds": len(valid) if settings["cross_validated"] else None,
        "method": settings["method"],
        "criterion": CRITERION,
        "families": {
            family: fit_thresholds(subset, predictions, settings["method"])
            for family, (subset, predictions) in pooled.items()
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
