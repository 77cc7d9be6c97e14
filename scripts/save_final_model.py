"""Write the model for use, of the family selected overall, to one file."""

import json
from pathlib import Path

from toxtune.jobs import log_to
from toxtune.prediction.final_file import save_final_model
from toxtune.search.selection_file import read_selection
from toxtune.splits.settings import NO_REFIT

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    destination = Path(snakemake.output.model)
    trained_on = Path(snakemake.input.trained_on[0])
    save_final_model(
        selection=read_selection(Path(snakemake.input.selection)),
        settings=settings,
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        trained_on=trained_on,
        models=destination.with_name(
            "models" if settings["refit"] == NO_REFIT else "refit"
        ),
        transforms=trained_on.with_name("transforms"),
        destination=destination,
    )
