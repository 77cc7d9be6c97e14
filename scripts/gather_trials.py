"""Compute every metric of every trial from its stored validation predictions."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.jobs import log_to
from toxtune.selection.scoring import score_replicates
from toxtune.selection.tables import write_tables
from toxtune.stats.metrics import Objective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    train = [Path(path) for path in snakemake.input.train]
    valid = [Path(path) for path in snakemake.input.valid]
    folders = [Path(result).parent for result in snakemake.input.results]
    objective = Objective(**json.loads(snakemake.params.settings)["objective"])
    write_tables(
        score_replicates(folders, train, valid, objective),
        tasks=read_subset(valid[0]).tasks,
        trials=Path(snakemake.output.trials),
        records=Path(snakemake.output.specs),
        scores=Path(snakemake.output.scores),
        cost=Path(snakemake.output.cost),
    )
