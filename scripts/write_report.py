"""Write the report of a run: a page with all figures, and each figure as SVG."""

import json
from pathlib import Path

from toxtune.io.files import write_text
from toxtune.jobs import log_to
from toxtune.report.contents import entries
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.page import page
from toxtune.report.provenance import read_provenance
from toxtune.report.reading import read_run
from toxtune.report.run import Run, RunSettings


def main(run: Run, page_path: Path, drawings: list[Path]) -> None:
    """Draw the figures once; write them as SVG and into the page."""
    figures = draw_all(run)
    titles = {entry.name: entry.title for entry in entries(run.task_type)}
    for path in drawings:
        write_text(path, figures[path.stem].svg(titles[path.stem]))
    write_text(page_path, page(run, figures))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        read_run(
            snakemake.wildcards.run,
            settings=RunSettings(**json.loads(snakemake.params.settings)),
            files=dict(snakemake.input.items()),
            ledger=Path(snakemake.params.ledger),
            provenance=read_provenance(Path(snakemake.input.provenance)),
        ),
        page_path=Path(snakemake.output.page),
        drawings=[Path(path) for path in snakemake.output.figures],
    )
