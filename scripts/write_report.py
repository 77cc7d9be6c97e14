"""Write the report of a run: a page with all figures, and each figure as SVG."""

import json
from pathlib import Path

from toxtune.evaluation.ledger import read_openings
from toxtune.io.files import read_json, write_text
from toxtune.jobs import log_to
from toxtune.report.contents import entries
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.page import page
from toxtune.report.run import Run, read_run


def main(run: Run, report: Path, drawings: list[Path]) -> None:
    """Draw the figures once; write them as SVG and into the page."""
    figures = draw_all(run)
    titles = {entry.name: entry.title for entry in entries(run.task_type)}
    for path in drawings:
        write_text(path, figures[path.stem].svg(titles[path.stem]))
    write_text(report, page(run, figures))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        read_run(
            name=snakemake.wildcards.run,
            settings=json.loads(snakemake.params.settings),
            # What is there for some kinds of tasks alone is else an empty list.
            files={
                name: Path(path)
                for name, path in snakemake.input.items()
                if path and name != "prospective"
            },
            prospective=[read_json(path) for path in snakemake.input.prospective],
            openings=read_openings(Path(snakemake.params.ledger)),
        ),
        report=Path(snakemake.output.page),
        drawings=[Path(path) for path in snakemake.output.figures],
    )
