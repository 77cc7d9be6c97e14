"""Put the results of several splits side by side."""

from pathlib import Path

from toxtune.io.files import write_text
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.report.across_splits import (
    rank_correlations,
    read_split_result,
    scores_by_split,
    summary_across_splits,
)


def main(
    *, run: str, folders: list[Path], summary: Path, scores: Path, correlations: Path
) -> None:
    """Read each split's folder, write the tables and the summary."""
    results = [read_split_result(folder) for folder in folders]
    write_tsv(scores, scores_by_split(results))
    write_tsv(correlations, rank_correlations(results))
    write_text(summary, summary_across_splits(run, results))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        run=snakemake.params.run,
        folders=[Path(selection).parent for selection in snakemake.input.selections],
        summary=Path(snakemake.output.summary),
        scores=Path(snakemake.output.scores),
        correlations=Path(snakemake.output.correlations),
    )
