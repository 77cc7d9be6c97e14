"""Train one trial with one seed, unless the store has the result."""

import json
from pathlib import Path

from toxtune.jobs import log_to
from toxtune.search.proposal_file import Proposal, read_proposal
from toxtune.search.trials import Trial, seed_and_set
from toxtune.training.execution import give_result
from toxtune.training.replicates import Replicate
from toxtune.workers.supervision import Limits

if __name__ == "__main__":
    log_to(snakemake.log[0])
    if snakemake.params.trial:
        trial = Trial(**json.loads(snakemake.params.trial))
        wanted = Proposal(trial, save_state=snakemake.params.save_state)
    else:
        proposals = Path(snakemake.input.proposals)
        wanted = read_proposal(proposals, int(snakemake.wildcards.slot))
    give_result(
        Replicate(
            wanted.trial,
            *seed_and_set(snakemake.wildcards.replicate),
            device=snakemake.params.device,
        ),
        folder=Path(snakemake.output.result).parent,
        config=snakemake.config,
        limits=Limits.of(snakemake.resources),
        save_state=wanted.save_state,
        resume_from=wanted.resume_from,
    )
