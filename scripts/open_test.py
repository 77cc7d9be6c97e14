"""Predict the test set with every winner, after recording that in the ledger.

The winners have models then, so that no other model of the search is needed.
"""

from pathlib import Path

from toxtune.evaluation.opening import PredictionsTable, open_test
from toxtune.jobs import log_to
from toxtune.splits.training_set import ALL, WHOLE
from toxtune.training.candidates import forget

if __name__ == "__main__":
    log_to(snakemake.log[0])
    selection, test = Path(snakemake.input.selection), Path(snakemake.input.test)
    results, split = selection.parent, test.parents[1]
    tables = [
        PredictionsTable(
            models=results / "models",
            features=split / WHOLE / "test",
            predictions=Path(snakemake.output.predictions),
        )
    ]
    if snakemake.output.refit:
        tables.append(
            PredictionsTable(
                models=results / "refit",
                features=split / ALL / "test",
                predictions=Path(snakemake.output.refit),
            )
        )
    open_test(
        selection=selection,
        test=test,
        tables=tables,
        records=[Path(path) for path in snakemake.input.records],
        ledger=Path(snakemake.params.ledger),
        run=snakemake.wildcards.run,
        workers=snakemake.config["training"]["workers"],
    )
    forget(dataset=split.parent.name, split=split.name)
