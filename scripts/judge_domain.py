"""Compare errors in and out of the applicability domain on the test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.conformal import read_delivered
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.prediction.judged_domain import judge_domain
from toxtune.search.selection_file import read_selection
from toxtune.stats.bootstrap import Resampling

if __name__ == "__main__":
    log_to(snakemake.log[0])
    selection = read_selection(Path(snakemake.input.selection))
    delivered = read_delivered(
        selection, snakemake.input.test_predictions, snakemake.input.conformal
    )
    table = judge_domain(
        train=[read_subset(Path(path)) for path in snakemake.input.train],
        valid=[read_subset(Path(path)) for path in snakemake.input.valid],
        trained_on=read_subset(Path(snakemake.input.trained_on)),
        test=read_subset(Path(snakemake.input.test)),
        delivered=delivered,
        task_type=selection.objective.task_type,
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
    )
    write_tsv(Path(snakemake.output.table), table)
