"""Put the results of several splits side by side."""

from pathlib import Path

from toxtune.io.files import read_json, write_text
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.jobs import log_to
from toxtune.report.across_splits import (
    SplitResult,
    rank_correlations,
    scores_by_split,
    summary_across_splits,
)
from toxtune.search.selection_file import read_selection


def main(folders: list[Path], run: str, outputs: dict[str, Path]) -> None:
    """Read each split's folder, write the tables and the summary."""
    results = [
        SplitResult(
            name=folder.name,
            selection=read_selection(folder / "selection.json"),
            test=read_json(folder / "test.json"),
            trials=read_tsv(folder / "trials.tsv"),
        )
        for folder in folders
    ]
    write_tsv(outputs["scores"], scores_by_split(results))
    write_tsv(outputs["correlations"], rank_correlations(results))
    write_text(outputs["summary"], summary_across_splits(run, results))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        folders=[Path(selection).parent for selection in snakemake.input.selections],
        run=snakemake.params.run,
        outputs={
            name: Path(snakemake.output[name])
            for name in ("scores", "correlations", "summary")
        },
    )
