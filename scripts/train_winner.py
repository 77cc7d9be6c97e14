"""Make a winner's model: from the store, or by the same training once more."""

from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.search.trials import replicate_name
from toxtune.training.execution import fill_store
from toxtune.training.outputs import model_file, model_record
from toxtune.training.replicates import Replicate
from toxtune.training.result_files import read_replicate
from toxtune.training.store import place
from toxtune.workers.supervision import Limits


def main(
    replicate: Replicate,
    searched: Path | None,
    outputs: dict[str, Path],
    workers: str,
    limits: Limits,
) -> None:
    """Place the model and its predictions; compare some with the search's.

    `searched` holds the validation predictions that the trial was selected by, if
    they are of the same training.
    """
    entry = fill_store(replicate, ["model"], workers, limits)["model"]
    place(entry / model_file(replicate), outputs["model"])
    place(entry / "train.npy", outputs["train"])
    write_json(outputs["card"], model_record(replicate, searched, entry / "valid.npy"))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    seed = int(snakemake.wildcards.seed)
    frozen = read_selection(Path(snakemake.input.selection))
    winner = frozen.winners[snakemake.wildcards.family]
    searched = winner.folders.get(replicate_name(seed))
    if searched:
        read_replicate(Path(searched))
    main(
        Replicate(winner.model, seed, device=snakemake.params.device),
        searched=Path(searched, "valid_predictions.npy") if searched else None,
        outputs={
            name: Path(snakemake.output[name]) for name in ("model", "train", "card")
        },
        workers=snakemake.config["training"]["workers"],
        limits=Limits.of(snakemake.resources),
    )
