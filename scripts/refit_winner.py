"""Train a frozen winner once more, on train and valid together."""

from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.splits.training_set import ALL
from toxtune.training.execution import fill_store
from toxtune.training.outputs import model_file, model_record
from toxtune.training.replicates import Replicate
from toxtune.training.store import place
from toxtune.workers.supervision import Limits


def main(
    replicate: Replicate, outputs: dict[str, Path], workers: str, limits: Limits
) -> None:
    """Place the model, and a card that says what it is."""
    entry = fill_store(replicate, ["model"], workers, limits)["model"]
    place(entry / model_file(replicate), outputs["model"])
    # The search has no model on these molecules that it could be compared with.
    write_json(outputs["card"], model_record(replicate, None, entry))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    frozen = read_selection(Path(snakemake.input.selection))
    winner = frozen.winners[snakemake.wildcards.family]
    main(
        Replicate(
            winner.refit,
            int(snakemake.wildcards.seed),
            ALL,
            device=snakemake.params.device,
        ),
        outputs={name: Path(snakemake.output[name]) for name in ("model", "card")},
        workers=snakemake.config["training"]["workers"],
        limits=Limits.of(snakemake.resources),
    )
