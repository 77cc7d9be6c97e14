"""Train the trial that was proposed for a slot, unless the store has the result."""

from pathlib import Path

from toxtune.files import read_json
from toxtune.logs import log_to
from toxtune.replicatenames import seed_and_fold
from toxtune.replicates import Replicate
from toxtune.supervision import Attempt
from toxtune.trainers import give_result
from toxtune.trials import Trial

if __name__ == "__main__":
    log_to(snakemake.log[0])
    proposed = read_json(snakemake.input.proposals)[int(snakemake.wildcards.slot)]
    shorter = proposed["shorter"]
    give_result(
        Replicate(
            Trial(**proposed["trial"]),
            *seed_and_fold(snakemake.wildcards.replicate),
            device=snakemake.params.device,
        ),
        folder=Path(snakemake.output.result).parent,
        config=snakemake.config,
        attempt=Attempt.of(snakemake.resources),
        goes_on=proposed["goes_on"],
        shorter=Trial(**shorter) if shorter else None,
    )
