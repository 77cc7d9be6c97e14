"""Select the winners by their validation scores, before the test set is used."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.selection.one_se import read_simplicity
from toxtune.selection.search_results import read_search_results
from toxtune.selection.winners import select
from toxtune.stats.metrics import Objective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    # Only the rule one_se needs it.
    simplicity = snakemake.input.simplicity
    selection = select(
        read_search_results(
            trials=Path(snakemake.input.trials),
            records=Path(snakemake.input.specs),
            objective=Objective(**settings["objective"]),
            seeds=settings["seeds"],
        ),
        rule=settings["rule"],
        cross_validated=settings["cross_validated"],
        simplicity=read_simplicity(Path(simplicity)) if simplicity else None,
    )
    write_json(Path(snakemake.output.selection), selection.to_dict())
