"""Score the winners' probabilities and the calls made with them."""

import json
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.data.subsets import read_subset
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.evaluation.probabilities import brier_rows, decision_rows, reliability_rows
from toxtune.io.files import read_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import Selection, read_selection
from toxtune.selection.predictions import read_pooled


def main(
    selection: Selection,
    fitted: dict[str, Any],
    subsets: dict[str, list[Path]],
    test_predictions: Path,
    settings: dict[str, Any],
    tables: dict[str, Path],
) -> None:
    """Read predictions and what was fitted, write the three tables."""
    test, seeds = read_subset(subsets["test"][0]), selection.seeds
    tested = read_test_predictions(test_predictions, seeds)
    rows = {name: [] for name in tables}
    for family, winner in sorted(selection.winners.items()):
        judged = {
            "valid": read_pooled(
                winner.folders, seeds, subsets["valid"], settings["cross_validated"]
            ),
            "test": (test, tested[family]),
        }
        for name, (subset, predictions) in judged.items():
            of_subset = (subset, predictions, fitted["families"][family])
            found = {
                "decisions": decision_rows(*of_subset),
                "brier": brier_rows(*of_subset),
                "reliability": reliability_rows(
                    *of_subset, seeds, settings["confidence"]
                ),
            }
            for table in rows:
                rows[table] += [
                    {"family": family, "subset": name, **row} for row in found[table]
                ]
    for table, path in tables.items():
        write_tsv(path, pd.DataFrame(rows[table]))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        fitted=read_json(snakemake.input.fitted),
        subsets={
            subset: [Path(path) for path in snakemake.input[subset]]
            for subset in ("valid", "test")
        },
        test_predictions=Path(snakemake.input.test_predictions),
        settings=json.loads(snakemake.params.settings),
        tables={
            name: Path(snakemake.output[name])
            for name in ("decisions", "brier", "reliability")
        },
    )
