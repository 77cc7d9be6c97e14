"""Train a model of the selection, unless the store has it: for the test, or for use."""

from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.selection_file import Winner, read_selection
from toxtune.search.trials import replicate_name
from toxtune.splits.training_set import WHOLE
from toxtune.training.execution import fill_store
from toxtune.training.outputs import model_file, model_record
from toxtune.training.replicates import Replicate
from toxtune.training.result_files import read_replicate
from toxtune.training.store import place
from toxtune.workers.supervision import Limits


def main(
    replicate: Replicate,
    winner: Winner,
    outputs: dict[str, Path],
    workers: str,
    limits: Limits,
) -> None:
    """Place the model and, if asked for, its predictions; compare with the search's."""
    entry = fill_store(replicate, ["model"], workers, limits)["model"]
    place(entry / model_file(replicate), outputs["model"])
    if "train" in outputs:
        place(entry / "train.npy", outputs["train"])
    searched = _searched(replicate, winner)
    record = model_record(replicate, outputs["model"], searched, entry / "valid.npy")
    write_json(outputs["record"], record)


def _searched(replicate: Replicate, winner: Winner) -> Path | None:
    """Return what the search predicted after the same training, if it did that."""
    name = replicate_name(replicate.seed)
    if replicate.set_name != WHOLE or name not in winner.folders:
        return None
    folder = Path(winner.folders[name])
    read_replicate(folder)
    return folder / "valid_predictions.npy"


if __name__ == "__main__":
    log_to(snakemake.log[0])
    selection = read_selection(Path(snakemake.input.selection))
    winner = selection.model_or_winner(snakemake.wildcards.model)
    set_name = snakemake.params.set_name
    main(
        Replicate(
            winner.model if set_name == WHOLE else winner.refit,
            int(snakemake.wildcards.seed),
            set_name,
            device=snakemake.params.device,
        ),
        winner=winner,
        outputs={name: Path(path) for name, path in snakemake.output.items()},
        workers=snakemake.config["training"]["workers"],
        limits=Limits.of(snakemake.resources),
    )
