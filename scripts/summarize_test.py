"""Score the stored test predictions, with training and validation scores beside."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.predictions import read_test_predictions, read_train_predictions
from toxtune.evaluation.scores import flat_table, read_scores, score_test
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.bootstrap import Resampling

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    selection = read_selection(Path(snakemake.input.selection))
    tables = {NO_REFIT: Path(snakemake.input.test_predictions)}
    if snakemake.input.refit_predictions:
        tables[settings["refit"]] = Path(snakemake.input.refit_predictions)
    evaluation = score_test(
        selection=selection,
        subsets={
            name: read_subset(Path(snakemake.input[name]))
            for name in ("train", "valid", "test")
        },
        train_predictions=read_train_predictions(
            Path(snakemake.input.selection).parent / "models", selection
        ),
        search_scores=read_scores(
            Path(snakemake.input.scores), Path(snakemake.input.ensemble)
        ),
        test_predictions={
            refit: read_test_predictions(path, selection.seeds)
            for refit, path in tables.items()
        },
        resampling=Resampling(**settings["resampling"]),
    )
    write_json(Path(snakemake.output.report), evaluation.to_dict())
    write_tsv(Path(snakemake.output.table), flat_table(evaluation.families))
