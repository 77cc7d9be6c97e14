"""Put the results of several splits side by side."""

import json
from pathlib import Path
from typing import Any

from toxtune.io.files import write_text
from toxtune.io.tsv import write_tsv
from toxtune.jobs import log_to
from toxtune.report.across_splits import (
    rank_correlations,
    read_split_result,
    scores_by_split,
    summary_across_splits,
)
from toxtune.report.splits_page import splits_page


def main(
    *,
    run: str,
    final: dict[str, Any],
    permutation: int | None,
    folders: list[Path],
    summary: Path,
    page: Path,
    scores: Path,
    correlations: Path,
) -> None:
    """Read each split's folder, write the tables, the summary and the page."""
    results = [read_split_result(folder, final, permutation) for folder in folders]
    write_tsv(scores, scores_by_split(results))
    write_tsv(correlations, rank_correlations(results))
    write_text(page, splits_page(run, results))
    write_text(summary, summary_across_splits(run, results))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        run=snakemake.params.run,
        final=json.loads(snakemake.params.final),
        permutation=json.loads(snakemake.params.permutation),
        folders=[Path(selection).parent for selection in snakemake.input.selections],
        summary=Path(snakemake.output.summary),
        page=Path(snakemake.output.page),
        scores=Path(snakemake.output.scores),
        correlations=Path(snakemake.output.correlations),
    )
