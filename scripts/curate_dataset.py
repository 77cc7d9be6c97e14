"""Curate the dataset: molecules.csv, and a record of every change."""

import json
from pathlib import Path

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.curation import curate, log_report, warn_of_formulas, write_curation
from toxtune.data.kept_files import KeptFiles, kept_files
from toxtune.jobs import log_to


def main(
    files: KeptFiles,
    columns: ColumnSettings,
    molecules: Path,
    dropped: Path,
    counts: Path,
    workers: int,
) -> None:
    """Read the raw table, curate it, write the molecules and what was changed."""
    dataset = files.dataset
    curation = curate(dataset.path, columns, dataset.name, files.test, workers)
    log_report(curation.counts)
    warn_of_formulas(curation)
    with_subset = columns["part_column"] is not None
    write_curation(curation, with_subset, molecules, dropped, counts)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        files=kept_files(
            Path(snakemake.input.raw),
            Path(snakemake.input.raw_test),
            Path(snakemake.input.sources),
        ),
        columns=json.loads(snakemake.params.columns),
        molecules=Path(snakemake.output.molecules),
        dropped=Path(snakemake.output.dropped),
        counts=Path(snakemake.output.counts),
        workers=snakemake.threads,
    )
