"""Train one trial with one seed, unless the store has the result."""

import json
from pathlib import Path

from toxtune.logs import log_to
from toxtune.replicatenames import seed_and_fold
from toxtune.replicates import Replicate
from toxtune.supervision import Attempt
from toxtune.trainers import give_result
from toxtune.trials import Trial

if __name__ == "__main__":
    log_to(snakemake.log[0])
    give_result(
        Replicate(
            Trial(**json.loads(snakemake.params.trial)),
            *seed_and_fold(snakemake.wildcards.replicate),
            device=snakemake.params.device,
        ),
        folder=Path(snakemake.output.result).parent,
        config=snakemake.config,
        attempt=Attempt.of(snakemake.resources),
        goes_on=snakemake.config["search"]["strategy"] in {"halving", "hyperband"},
    )
