"""Tell the simplest trials, and how sure the best scores are."""

import json
from pathlib import Path
from typing import Any

from toxtune.io.files import read_json, write_json
from toxtune.io.tsv import read_tsv
from toxtune.jobs import log_to
from toxtune.selection.candidates import read_validation_sets
from toxtune.selection.one_se import rank_simplicity
from toxtune.stats.bootstrap import Resampling


def main(
    trials: Path,
    specs: Path,
    subsets: dict[str, list[Path]],
    settings: dict[str, Any],
    resampling: Resampling,
    simplicity: Path,
) -> None:
    """Read the search, write what the choice within one standard error asks for."""
    validation_sets = read_validation_sets(subsets, settings["cross_validated"])
    weighed = rank_simplicity(
        read_tsv(trials), read_json(specs), settings, validation_sets, resampling
    )
    write_json(simplicity, weighed)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        trials=Path(snakemake.input.trials),
        specs=Path(snakemake.input.specs),
        subsets={
            subset: [Path(path) for path in snakemake.input[subset]]
            for subset in ("train", "valid")
        },
        settings=json.loads(snakemake.params.settings),
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        simplicity=Path(snakemake.output.simplicity),
    )
