"""Predict the test set with every frozen winner, and write that in the ledger."""

from datetime import UTC, datetime
from pathlib import Path

from toxtune.evaluation.ledger import opening_id, record_opening
from toxtune.evaluation.predictions import predict_test
from toxtune.io.files import read_json
from toxtune.jobs import log_to
from toxtune.models.registry import get_family
from toxtune.search.selection_file import read_selection
from toxtune.splits.training_set import ALL, WHOLE
from toxtune.workers.server import call
from toxtune.workers.supervision import UNBOUNDED


def main(
    openings: list[dict[str, str]],
    cards: list[Path],
    ledger: Path,
    run: str,
    trainers: str,
) -> None:
    """Record the opening first, then predict: no look goes unrecorded.

    `openings` has the arguments of `predict_test` for the winners' models, and for
    their refits if there are any.
    """
    frozen = read_selection(Path(openings[0]["selection"]))
    line = {
        "selection": opening_id(frozen.id, [read_json(card) for card in cards]),
        "opened": datetime.now(UTC).isoformat(timespec="seconds"),
        "run": run,
        "overall": frozen.overall,
        "objective": frozen.objective.metric,
        "winners": {
            family: winner.trial.id for family, winner in frozen.winners.items()
        },
    }
    record_opening(ledger, line)
    imports = [name for f in frozen.winners for name in get_family(f).imports]
    function = f"{predict_test.__module__}:{predict_test.__name__}"
    for files in openings:
        call(function, files, imports, trainers, UNBOUNDED)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    test = snakemake.input.test
    split = Path(test).parents[1]
    results = Path(snakemake.input.selection).parent
    common = {"selection": snakemake.input.selection, "test": test}
    asked = [(results / "models", split / WHOLE / "test", snakemake.output.predictions)]
    if snakemake.output.refit:
        asked += [(results / "refit", split / ALL / "test", snakemake.output.refit)]
    main(
        [
            {
                **common,
                "models": str(models),
                "features": str(features),
                "predictions": predictions,
            }
            for models, features, predictions in asked
        ],
        cards=[Path(card) for card in snakemake.input.cards],
        ledger=Path(snakemake.params.ledger),
        run=snakemake.wildcards.run,
        trainers=snakemake.config["training"]["workers"],
    )
