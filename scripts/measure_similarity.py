"""Find the training molecule that is most similar to each test molecule."""

from pathlib import Path

import pandas as pd

from toxtune.data.subsets import read_subset
from toxtune.features.similarity import nearest
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to


def main(train: Path, test: Path, table: Path) -> None:
    """Read the molecules of both parts (no label), write the table."""
    known, asked = read_subset(train), read_subset(test)
    similarities, numbers = nearest(asked.smiles, known.smiles)
    found = pd.DataFrame(
        {
            "id": asked.ids,
            "similarity": similarities,
            "nearest_train_id": [known.ids[number] for number in numbers],
        }
    )
    write_tsv(table, found)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        train=Path(snakemake.input.train),
        test=Path(snakemake.input.test),
        table=Path(snakemake.output.table),
    )
