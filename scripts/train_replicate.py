"""Train one trial with one seed, unless the store has the result."""

import json
from pathlib import Path

from toxtune.logs import log_to
from toxtune.replicates import Replicate
from toxtune.store import default_store


def main(replicate: Replicate, folder: Path, keep_model: bool) -> None:
    """Train or find the result, and put its files into `folder`."""
    store = default_store()
    entry = store.get(replicate.key, replicate.write_result)
    if keep_model:
        store.get(replicate.model_key, replicate.write_model)
    replicate.place_result(entry, folder)


if __name__ == "__main__":
    log_to(snakemake.log[0])
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
        # From the configuration, not from a parameter: what is kept changes no result.
        keep_model=snakemake.config["keep_models"] == "all",
    )
