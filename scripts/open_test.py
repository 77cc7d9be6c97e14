"""Predict the test part with every frozen winner, and write that in the ledger."""

from datetime import UTC, datetime
from pathlib import Path

from toxtune.files import read_json
from toxtune.ledger import record_opening
from toxtune.logs import log_to
from toxtune.opening import predict_test


def main(
    selection: Path, models: Path, test: Path, predictions: Path, ledger: Path, run: str
) -> None:
    """Record the opening first, then predict: no look goes unrecorded."""
    frozen = read_json(selection)
    line = {
        "selection": frozen["id"],
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "overall": frozen["overall"],
        "objective": frozen["objective"]["metric"],
        "winners": {
            family: winner["trial"]["id"]
            for family, winner in frozen["winners"].items()
        },
    }
    record_opening(ledger, line)
    predict_test(frozen, models, test, predictions)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=Path(snakemake.input.selection),
        models=Path(snakemake.input.selection).parent / "models",
        test=Path(snakemake.input.test),
        predictions=Path(snakemake.output.predictions),
        ledger=Path(snakemake.params.ledger),
        run=snakemake.wildcards.run,
    )
