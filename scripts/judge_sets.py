"""Count how many prediction sets of the test set hold the true label."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.conformal import read_conformal
from toxtune.evaluation.coverage import judge_sets
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.splits.settings import NO_REFIT

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    selection = read_selection(Path(snakemake.input.selection))
    tables = {NO_REFIT: snakemake.input.test_predictions}
    if snakemake.input.refit_predictions:
        tables[settings["refit"]] = snakemake.input.refit_predictions
    table = judge_sets(
        selection,
        read_conformal(Path(snakemake.input.conformal)),
        read_subset(Path(snakemake.input.test)),
        {
            refit: read_test_predictions(Path(path), selection.seeds)
            for refit, path in tables.items()
        },
    )
    write_tsv(Path(snakemake.output.table), table)
