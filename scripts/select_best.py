"""Select the winners by their validation scores, before the test set is used."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.selection.ensemble import add_ensemble
from toxtune.selection.one_se import read_simplicity
from toxtune.selection.rules import BEST
from toxtune.selection.search_results import read_search_results
from toxtune.selection.winners import select
from toxtune.stats.metrics import Objective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    # Only the rule one_se needs it.
    simplicity = snakemake.input.simplicity
    search = read_search_results(
        trials=Path(snakemake.input.trials),
        records=Path(snakemake.input.specs),
        objective=Objective(**settings["objective"]),
        seeds=settings["seeds"],
    )
    winners = select(
        search,
        rule=settings["rule"],
        cross_validated=settings["cross_validated"],
        simplicity=read_simplicity(Path(simplicity)) if simplicity else None,
    )
    selection, scores = add_ensemble(
        winners,
        search,
        kind=settings["ensemble"],
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        cross_validated=settings["cross_validated"],
        # One standard error is for the simplest model, which no ensemble is.
        may_win=settings["rule"] == BEST,
    )
    write_json(Path(snakemake.output.selection), selection.to_dict())
    write_tsv(Path(snakemake.output.ensemble), scores)
