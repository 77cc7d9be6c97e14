"""Compare each family's winner with the one selected overall, on the test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.comparison import compare
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import Selection, read_selection
from toxtune.stats.bootstrap import Resampling


def main(
    selection: Selection,
    subsets: dict[str, Path],
    test_predictions: Path,
    resampling: Resampling,
    table: Path,
) -> None:
    """Read the stored predictions, write the table."""
    compared = compare(
        {name: read_subset(path) for name, path in subsets.items()},
        read_test_predictions(test_predictions, selection.seeds),
        selection.overall,
        resampling,
        selection.objective.task_type,
    )
    write_tsv(table, compared)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        subsets={subset: Path(snakemake.input[subset]) for subset in ("train", "test")},
        test_predictions=Path(snakemake.input.test_predictions),
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        table=Path(snakemake.output.table),
    )
