"""Train the trial that was proposed for a slot, unless the store has the result."""

from pathlib import Path

from toxtune.jobs import log_to
from toxtune.search.proposals import read_proposal
from toxtune.search.trials import seed_and_set
from toxtune.training.execution import give_result
from toxtune.training.replicates import Replicate
from toxtune.workers.supervision import Limits

if __name__ == "__main__":
    log_to(snakemake.log[0])
    proposal = read_proposal(
        Path(snakemake.input.proposals), int(snakemake.wildcards.slot)
    )
    give_result(
        Replicate(
            proposal.trial,
            *seed_and_set(snakemake.wildcards.replicate),
            device=snakemake.params.device,
        ),
        folder=Path(snakemake.output.result).parent,
        config=snakemake.config,
        limits=Limits.of(snakemake.resources),
        save_state=proposal.save_state,
        resume_from=proposal.resume_from,
    )
