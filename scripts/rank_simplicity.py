"""Rank the trials by simplicity, and compute standard errors of the best scores."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.one_se import rank_simplicity
from toxtune.selection.search_results import read_search_results
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    simplicity = rank_simplicity(
        read_search_results(
            trials=Path(snakemake.input.trials),
            records=Path(snakemake.input.specs),
            objective=Objective(**settings["objective"]),
            seeds=settings["seeds"],
        ),
        read_validation_sets(
            train=[Path(path) for path in snakemake.input.train],
            valid=[Path(path) for path in snakemake.input.valid],
            cross_validated=settings["cross_validated"],
        ),
        Resampling(**json.loads(snakemake.params.resampling)),
    )
    write_json(Path(snakemake.output.simplicity), simplicity.to_dict())
