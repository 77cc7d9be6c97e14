"""Write the summary for people and the record of where it came from."""

import json
from pathlib import Path
from typing import Any

from toxtune.evaluation.ledger import read_openings
from toxtune.io.files import read_json, write_json, write_text
from toxtune.io.tsv import read_tsv
from toxtune.jobs import log_to
from toxtune.report.provenance import provenance
from toxtune.report.run import read_evidence
from toxtune.report.summary import Results, summary
from toxtune.search.selection_file import read_selection


def main(
    results: Results, plan: dict[str, Any], assignment: Path, outputs: dict[str, Path]
) -> None:
    """Write `summary.md` and `provenance.json`."""
    write_json(outputs["provenance"], provenance(plan, assignment))
    write_text(outputs["summary"], summary(results))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.plan)
    main(
        Results(
            run=snakemake.wildcards.run,
            selection=read_selection(Path(snakemake.input.selection)),
            test=read_json(snakemake.input.test),
            curation=read_json(snakemake.input.curation),
            plan=settings,
            trials=read_tsv(snakemake.input.trials),
            cost=read_tsv(snakemake.input.cost),
            openings=read_openings(Path(snakemake.params.ledger)),
            largest_difference=max(
                read_json(card)["largest_difference_from_search"] or 0
                for card in snakemake.input.cards
            ),
            evidence=read_evidence(dict(snakemake.input.items())),
            prospective=[read_json(path) for path in snakemake.input.prospective],
        ),
        plan=settings,
        assignment=Path(snakemake.input.assignment),
        outputs={
            name: Path(snakemake.output[name]) for name in ("summary", "provenance")
        },
    )
