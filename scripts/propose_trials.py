"""Propose a stage's trials from the validation scores of the stages before."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from toxtune.files import write_json
from toxtune.logs import log_to
from toxtune.proposals import propose
from toxtune.scoring import score_replicates
from toxtune.tables import mean_scores, trial_specs
from toxtune.trials import Trial


def main(
    train: list[Path],
    valid: list[Path],
    folders: list[Path],
    settings: dict[str, Any],
    proposals: Path,
) -> None:
    """Read the earlier results, write the proposed trials, one per slot."""
    scored = score_replicates(folders, train, valid)
    trials = {id: Trial(**spec["trial"]) for id, spec in trial_specs(scored).items()}
    scores = mean_scores(scored, settings["objective"]["metric"])
    proposed = propose(settings, trials, scores)
    write_json(proposals, [asdict(proposal) for proposal in proposed])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        folders=[Path(result).parent for result in snakemake.input.results],
        settings=json.loads(snakemake.params.settings),
        proposals=Path(snakemake.output.proposals),
    )
