"""Fit temperatures and thresholds of the winners and of the final model."""

import json
from pathlib import Path

from toxtune.evaluation.delivered import member_seeds
from toxtune.evaluation.probabilities import calibrate_winners
from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.selection.predictions import read_winners_predictions

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    selection = read_selection(Path(snakemake.input.selection))
    valid = [Path(path) for path in snakemake.input.valid]
    cross_validated = settings["cross_validated"]
    report = calibrate_winners(
        selection,
        read_winners_predictions(selection, valid, cross_validated),
        method=settings["method"],
        n_folds=len(valid) if cross_validated else None,
        final_seeds=member_seeds(selection.seeds, settings["seeds"]),
    )
    write_json(Path(snakemake.output.report), report)
