"""Write the model for use, of the family selected overall, to one file."""

import json
from pathlib import Path

from toxtune.jobs import log_to
from toxtune.prediction.final_file import FinalSettings, save_final_model
from toxtune.search.selection_file import read_selection

if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = FinalSettings(**json.loads(snakemake.params.settings))
    destination = Path(snakemake.output.model)
    trained_on = Path(snakemake.input.trained_on)
    save_final_model(
        selection=read_selection(Path(snakemake.input.selection)),
        settings=settings,
        train=[Path(path) for path in snakemake.input.train],
        valid=[Path(path) for path in snakemake.input.valid],
        trained_on=trained_on,
        curation=Path(snakemake.input.curation),
        recipe=Path(snakemake.input.recipe),
        fitted=Path(snakemake.input.fitted) if snakemake.input.fitted else None,
        test=Path(snakemake.input.test),
        models=destination.with_name("refit" if settings.is_refit else "models"),
        transforms=trained_on.with_name("transforms"),
        destination=destination,
    )
