"""Rank the trials by simplicity, and compute standard errors of the best scores."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.selection.from_files import SearchFiles, rank_by_simplicity
from toxtune.stats.bootstrap import Resampling

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = SearchFiles(
        trials=Path(snakemake.input.trials),
        records=Path(snakemake.input.specs),
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
    )
    simplicity = rank_by_simplicity(
        files,
        json.loads(snakemake.params.settings),
        Resampling(**json.loads(snakemake.params.resampling)),
    )
    write_json(Path(snakemake.output.simplicity), simplicity.to_dict())
