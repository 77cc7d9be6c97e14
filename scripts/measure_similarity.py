"""Find the training molecule that is most similar to each test molecule."""

from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.similarity import nearest_training_molecules
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    table = nearest_training_molecules(
        train=read_subset(Path(snakemake.input.train)),
        test=read_subset(Path(snakemake.input.test)),
    )
    write_tsv(Path(snakemake.output.table), table)
