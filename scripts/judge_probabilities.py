"""Score the winners' probabilities, and the decisions made with them."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.evaluation.probabilities import judge_probabilities
from toxtune.io.files import read_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.selection.predictions import read_winners_predictions

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    selection = read_selection(Path(snakemake.input.selection))
    tables = judge_probabilities(
        read_json(Path(snakemake.input.fitted))["families"],
        validation=read_winners_predictions(
            selection,
            [Path(path) for path in snakemake.input.valid],
            settings["cross_validated"],
        ),
        test=read_subset(Path(snakemake.input.test)),
        test_predictions=read_test_predictions(
            Path(snakemake.input.test_predictions), selection.seeds
        ),
        seeds=selection.seeds,
        confidence=settings["confidence"],
    )
    write_tsv(Path(snakemake.output.decisions), tables.decisions)
    write_tsv(Path(snakemake.output.brier), tables.brier)
    write_tsv(Path(snakemake.output.reliability), tables.reliability)
