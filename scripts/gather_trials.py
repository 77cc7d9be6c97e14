"""Compute every metric of every trial from its stored validation predictions."""

from pathlib import Path

from toxtune.files import write_json
from toxtune.logs import log_to
from toxtune.metrics import class_weights
from toxtune.parts import read_part
from toxtune.tables import (
    cost_table,
    distinct,
    score_replicate,
    scores_table,
    trial_specs,
    trials_table,
    write_tsv,
)


def main(
    train: Path, valid: Path, folders: list[Path], tables: dict[str, Path]
) -> None:
    """Read the replicates, write the tables of trials, scores and costs."""
    weights = class_weights(read_part(train).labels)
    part = read_part(valid)
    scored = [score_replicate(folder, part.labels, weights) for folder in folders]
    replicates = distinct(scored)
    write_tsv(tables["cost"], cost_table(replicates))
    write_tsv(tables["scores"], scores_table(replicates, part.tasks))
    write_json(tables["specs"], trial_specs(replicates))
    write_tsv(tables["trials"], trials_table(replicates))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        train=Path(snakemake.input.train),
        valid=Path(snakemake.input.valid),
        folders=[Path(result).parent for result in snakemake.input.results],
        tables={
            name: Path(snakemake.output[name])
            for name in ("cost", "scores", "specs", "trials")
        },
    )
