"""Propose a stage's trials from the validation scores of the stages before."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.search.proposals import propose
from toxtune.search.trials import Trial
from toxtune.selection.scoring import score_replicates
from toxtune.selection.tables import mean_scores, trial_specs


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
