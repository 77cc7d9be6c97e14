"""Score simple models, which no selection can choose, on validation and test set."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.evaluation.baselines import score_baselines
from toxtune.io.files import write_json
from toxtune.jobs import log_to
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective

if __name__ == "__main__":
    log_to(snakemake.log[0])
    train, valid = (
        [read_subset(Path(path)) for path in snakemake.input[name]]
        for name in ("train", "valid")
    )
    settings = json.loads(snakemake.params.settings)
    baselines = score_baselines(
        searched=list(zip(train, valid, strict=True)),
        train=read_subset(Path(snakemake.input.trained_on)),
        test=read_subset(Path(snakemake.input.test)),
        objective=Objective(**settings["objective"]),
        resampling=Resampling(**settings["resampling"]),
    )
    write_json(Path(snakemake.output.report), baselines.to_dict())
