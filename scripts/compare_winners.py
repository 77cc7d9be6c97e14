"""Compare each family's winner with the one selected overall, on the test part."""

import json
from pathlib import Path
from typing import Any

from toxtune.comparison import compare
from toxtune.frozen import read_selection
from toxtune.logs import log_to
from toxtune.memberscores import Resampling
from toxtune.metrics import METRICS
from toxtune.opening import read_test_predictions
from toxtune.parts import read_part
from toxtune.tables import write_tsv


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
