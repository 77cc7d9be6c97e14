"""Correct the winners' validation scores for having been chosen by them."""

import json
from pathlib import Path
from typing import Any

from toxtune.io.files import read_json, write_json
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.jobs import log_to
from toxtune.search.selection_file import read_selection
from toxtune.selection.bias import correct_selection, read_search
from toxtune.selection.candidates import read_validation_sets
from toxtune.stats.bootstrap import Resampling


def main(
    files: dict[str, Path],
    subsets: dict[str, list[Path]],
    settings: dict[str, Any],
    resampling: Resampling,
    outputs: dict[str, Path],
) -> None:
    """Read the search and what it selected; write corrected scores and frequencies."""
    selection = read_selection(files["selection"])
    search = read_search(
        read_tsv(files["trials"]),
        read_json(files["specs"]),
        {
            **settings,
            "objective": selection.objective.to_dict(),
            "seeds": selection.seeds,
        },
        read_validation_sets(subsets, settings["cross_validated"]),
        resampling,
    )
    report, frequencies = correct_selection(search, selection, resampling)
    write_json(outputs["report"], report)
    write_tsv(outputs["frequencies"], frequencies)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        files={
            name: Path(snakemake.input[name])
            for name in ("selection", "trials", "specs")
        },
        subsets={
            subset: [Path(path) for path in snakemake.input[subset]]
            for subset in ("train", "valid")
        },
        settings=json.loads(snakemake.params.settings),
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        outputs={
            name: Path(snakemake.output[name]) for name in ("report", "frequencies")
        },
    )
