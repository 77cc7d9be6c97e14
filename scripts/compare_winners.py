"""Compare each family's winner with the one selected overall, on the test part."""

import json
from pathlib import Path
from typing import Any

from toxtune.data.parts import read_part
from toxtune.evaluation.comparison import compare
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.selection.selection_file import read_selection
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import METRICS


def main(
    selection: dict[str, Any],
    parts: dict[str, Path],
    test_predictions: Path,
    resampling: Resampling,
    table: Path,
) -> None:
    """Read the stored predictions, write the table."""
    compared = compare(
        {name: read_part(path) for name, path in parts.items()},
        read_test_predictions(test_predictions, selection["seeds"]),
        selection["overall"],
        resampling,
        METRICS[selection["objective"]["metric"]].kind,
    )
    write_tsv(table, compared)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        parts={part: Path(snakemake.input[part]) for part in ("train", "test")},
        test_predictions=Path(snakemake.input.test_predictions),
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        table=Path(snakemake.output.table),
    )
