"""Make a winner's model: from the store, or by the same training once more."""

from pathlib import Path

from toxtune.files import read_json, write_json
from toxtune.logs import log_to
from toxtune.replicates import Replicate, model_card
from toxtune.store import default_store, place
from toxtune.trainers import fill_store


def main(
    replicate: Replicate, searched: Path, outputs: dict[str, Path], trainers: str
) -> None:
    """Place the model and its predictions; compare them with the search's.

    `searched` holds the validation predictions that the trial was selected by.
    """
    store = default_store()
    fill_store(store, replicate, ["model"], trainers)
    entry = store.entry(replicate.keys["model"])
    place(entry / f"model.{replicate.model_format}", outputs["model"])
    for part in ("train", "valid"):
        place(entry / f"{part}.npy", outputs[part])
    write_json(outputs["card"], model_card(replicate, searched, outputs["valid"]))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    family, seed = snakemake.wildcards.family, int(snakemake.wildcards.seed)
    trial = read_json(snakemake.input.selection)["winners"][family]["trial"]
    split = Path(snakemake.input.train).parent
    main(
        Replicate(
            trial=trial,
            seed=seed,
            train_features=split / "train" / f"{trial['features']}.npz",
            valid_features=split / "valid" / f"{trial['features']}.npz",
            train_part=Path(snakemake.input.train),
            valid_part=Path(snakemake.input.valid),
        ),
        searched=Path(
            f"results/trials/{family}/{trial['id']}/seed-{seed}/valid_predictions.npy"
        ),
        outputs={
            name: Path(snakemake.output[name])
            for name in ("model", "train", "valid", "card")
        },
        trainers=snakemake.config["trainers"],
    )
