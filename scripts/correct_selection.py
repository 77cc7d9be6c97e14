"""Correct the winners' validation scores for having been selected by them."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.selection.bias import correct_selection, resample_search
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.search_results import read_search_results
from toxtune.stats.bootstrap import Resampling

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    resampling = Resampling(**json.loads(snakemake.params.resampling))
    selection = read_selection(Path(snakemake.input.selection))
    search = read_search_results(
        trials=Path(snakemake.input.trials),
        records=Path(snakemake.input.specs),
        objective=selection.objective,
        seeds=selection.seeds,
    )
    validation_sets = read_validation_sets(
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        cross_validated=settings["cross_validated"],
    )
    resampled = resample_search(
        search,
        selection,
        settings["rule"],
        settings["ensemble"],
        validation_sets,
        resampling,
    )
    report, frequencies = correct_selection(resampled, selection, resampling)
    write_json(Path(snakemake.output.report), report)
    write_tsv(Path(snakemake.output.frequencies), frequencies)
