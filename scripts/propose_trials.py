"""Propose a stage's trials from the validation scores of the stages before."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.proposal_settings import ProposalSettings
from toxtune.selection.next_stage import propose_stage
from toxtune.selection.scoring import score_replicates

if __name__ == "__main__":
    log_to(snakemake.log[0])
    train = [Path(path) for path in snakemake.input.train]
    valid = [Path(path) for path in snakemake.input.valid]
    folders = [Path(result).parent for result in snakemake.input.results]
    settings = ProposalSettings.from_dict(json.loads(snakemake.params.settings))
    proposals = propose_stage(
        settings, score_replicates(folders, train, valid, settings.objective)
    )
    write_json(
        Path(snakemake.output.proposals), [proposal.to_dict() for proposal in proposals]
    )
