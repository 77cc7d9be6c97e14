"""Write the summary for people and the record of where it came from."""

import json
from pathlib import Path

from toxtune.evaluation.ledger import siblings_of
from toxtune.io.files import write_json, write_text
from toxtune.jobs import log_to
from toxtune.report.provenance import current_provenance
from toxtune.report.reading import read_run
from toxtune.report.run import Run, RunSettings
from toxtune.report.summary import summary


def main(run: Run, summary_path: Path, provenance_path: Path) -> None:
    """Write `summary.md` and `provenance.json`."""
    write_json(provenance_path, run.provenance.to_dict())
    write_text(summary_path, summary(run))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = RunSettings(**json.loads(snakemake.params.settings))
    name = snakemake.wildcards.run
    main(
        read_run(
            name,
            settings=settings,
            files=dict(snakemake.input.items()),
            ledger=Path(snakemake.params.ledger),
            provenance=current_provenance(
                settings.dataset,
                settings.split,
                siblings_of(name, settings.splits),
                Path(snakemake.input.assignment),
            ),
        ),
        summary_path=Path(snakemake.output.summary),
        provenance_path=Path(snakemake.output.provenance),
    )
