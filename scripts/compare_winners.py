"""Compare each family's winner with the one selected overall, on the test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.comparison import compare
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.stats.bootstrap import Resampling

if __name__ == "__main__":
    log_to(snakemake.log[0])
    selection = read_selection(Path(snakemake.input.selection))
    table = compare(
        train=read_subset(Path(snakemake.input.train)),
        test=read_subset(Path(snakemake.input.test)),
        predictions=read_test_predictions(
            Path(snakemake.input.test_predictions), selection.seeds
        ),
        overall=selection.overall,
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        objective=selection.objective,
    )
    write_tsv(Path(snakemake.output.table), table)
