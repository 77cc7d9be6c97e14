"""Compute every metric of every trial from its stored validation predictions."""

from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.selection.scoring import ScoredReplicate, score_replicates
from toxtune.selection.tables import cost_table, scores_table, trial_specs, trials_table


def main(
    train: list[Path], valid: list[Path], folders: list[Path], tables: dict[str, Path]
) -> None:
    """Read the replicates, write the tables of trials, scores and costs."""
    replicates = score_replicates(folders, train, valid)
    write_tables(replicates, read_subset(valid[0]).tasks, tables)


def write_tables(
    replicates: list[ScoredReplicate], tasks: list[str], tables: dict[str, Path]
) -> None:
    """Write the tables ``cost``, ``scores``, ``specs`` and ``trials``."""
    write_tsv(tables["cost"], cost_table(replicates))
    write_tsv(tables["scores"], scores_table(replicates, tasks))
    write_json(tables["specs"], trial_specs(replicates))
    write_tsv(tables["trials"], trials_table(replicates))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        folders=[Path(result).parent for result in snakemake.input.results],
        tables={
            name: Path(snakemake.output[name])
            for name in ("cost", "scores", "specs", "trials")
        },
    )
