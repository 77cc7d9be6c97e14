"""Select the winners by their validation scores, before the test set is used."""

import json
from pathlib import Path

from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.selection.from_files import SearchFiles, select_winners

if __name__ == "__main__":
    log_to(snakemake.log[0])
    files = SearchFiles(
        trials=Path(snakemake.input.trials),
        records=Path(snakemake.input.specs),
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
    )
    simplicity = snakemake.input.simplicity
    selection, scores = select_winners(
        files,
        json.loads(snakemake.params.settings),
        Path(simplicity) if simplicity else None,
    )
    write_json(Path(snakemake.output.selection), selection.to_dict())
    write_tsv(Path(snakemake.output.ensemble), scores)
