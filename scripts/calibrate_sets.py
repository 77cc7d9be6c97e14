"""Calibrate the final model's prediction sets on validation predictions."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.conformal import calibrate_selected
from toxtune.evaluation.delivered import member_seeds
from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.selection.predictions import read_winners_predictions

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    selection = read_selection(Path(snakemake.input.selection))
    pooled = read_winners_predictions(
        selection,
        [Path(path) for path in snakemake.input.valid],
        settings["cross_validated"],
    )
    seeds = member_seeds(selection.seeds, settings["seeds"])
    training = read_subset(Path(snakemake.input.train))
    selected = pooled[selection.overall]
    report = calibrate_selected(
        selection, selected.molecules, selected.predictions, seeds, training
    )
    write_json(Path(snakemake.output.report), report.to_dict())
