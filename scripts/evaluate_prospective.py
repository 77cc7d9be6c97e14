"""Score the final model, and what it was chosen from, on data that came later."""

import json
from pathlib import Path

from toxtune.features.definitions import paths_of_files
from toxtune.jobs import log_to
from toxtune.prediction.contenders import FrozenFiles
from toxtune.prediction.final_file import FinalSettings
from toxtune.prediction.prospective import ProspectiveSettings, evaluate_prospective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    name = snakemake.wildcards.name
    final = FinalSettings(**json.loads(snakemake.params.final))
    model = Path(snakemake.input.model)
    settings = ProspectiveSettings.from_dict(json.loads(snakemake.params.settings))
    # A file that is moved is no other data: the checksum says what it is.
    sources = {data["name"]: data["source"] for data in snakemake.config["prospective"]}
    evaluate_prospective(
        name=name,
        source=sources[name],
        settings=settings,
        frozen=FrozenFiles(
            model=model,
            selection=Path(snakemake.input.selection),
            models=model.with_name("refit" if final.is_refit else "models"),
            transforms=Path(snakemake.input.trained_on).with_name("transforms"),
            settings=final,
        ),
        train=Path(snakemake.input.train),
        valid=Path(snakemake.input.valid),
        test=Path(snakemake.input.test),
        ledger=Path(snakemake.params.ledger),
        table=Path(snakemake.output.table),
        exclusions=Path(snakemake.output.exclusions),
        report=Path(snakemake.output.report),
        features_files=paths_of_files(snakemake.config["features"]),
    )
