"""Train one trial with one seed, unless the store has the result."""

import json
from pathlib import Path

from toxtune.logs import log_to
from toxtune.replicates import Replicate
from toxtune.store import default_store
from toxtune.trainers import fill_store


def main(replicate: Replicate, folder: Path, kinds: list[str], trainers: str) -> None:
    """Train or find the result, and put its files into `folder`."""
    store = default_store()
    fill_store(store, replicate, kinds, trainers)
    replicate.place_result(store.entry(replicate.keys["result"]), folder)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    keep_all = snakemake.config["keep_models"] == "all"
    main(
        Replicate(
            trial=json.loads(snakemake.params.trial),
            seed=int(snakemake.wildcards.seed),
            train_features=Path(snakemake.input.train_features),
            valid_features=Path(snakemake.input.valid_features),
            train_part=Path(snakemake.input.train),
            valid_part=Path(snakemake.input.valid),
        ),
        folder=Path(snakemake.output.result).parent,
        # From the configuration, not from parameters: these change no result.
        kinds=["result", *(["model"] if keep_all else [])],
        trainers=snakemake.config["trainers"],
    )
