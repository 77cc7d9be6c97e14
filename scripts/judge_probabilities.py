"""Score the winners' probabilities and the calls made with them."""

from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.calls import brier_rows, decision_rows, reliability_rows
from toxtune.files import read_json
from toxtune.logs import log_to
from toxtune.opening import read_test_predictions
from toxtune.parts import read_part
from toxtune.tables import write_tsv
from toxtune.winners import read_predictions


def main(
    fitted: dict[str, Any],
    parts: dict[str, Path],
    models: Path,
    test_predictions: Path,
    confidence: float,
    tables: dict[str, Path],
) -> None:
    """Read predictions and what was fitted, write the three tables."""
    read_parts = {name: read_part(path) for name, path in parts.items()}
    seeds = fitted["seeds"]
    rows = {name: [] for name in tables}
    for family, calls in sorted(fitted["families"].items()):
        predictions = {
            "valid": read_predictions(models, family, seeds, "valid"),
            "test": read_test_predictions(test_predictions, family, seeds),
        }
        for name, part in read_parts.items():
            of_part = (part, predictions[name], calls)
            found = {
                "decisions": decision_rows(*of_part),
                "brier": brier_rows(*of_part),
                "reliability": reliability_rows(*of_part, seeds, confidence),
            }
            for table in rows:
                rows[table] += [
                    {"family": family, "part": name, **row} for row in found[table]
                ]
    for table, path in tables.items():
        write_tsv(path, pd.DataFrame(rows[table]))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        fitted=read_json(snakemake.input.fitted),
        parts={part: Path(snakemake.input[part]) for part in ("valid", "test")},
        models=Path(snakemake.input.fitted).parent / "models",
        test_predictions=Path(snakemake.input.test_predictions),
        confidence=snakemake.params.confidence,
        tables={name: Path(path) for name, path in snakemake.output.items()},
    )
