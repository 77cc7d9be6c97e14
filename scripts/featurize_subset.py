"""Compute one representation of one subset's molecules, or read the user's own."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import save_features
from toxtune.features.compute import log_findings
from toxtune.features.make import make_features
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    subset = Path(snakemake.input.subset)
    features = make_features(
        json.loads(snakemake.params.features),
        subset,
        raw=[Path(path) for path in snakemake.input.raw],
        columns=json.loads(snakemake.params.columns),
        workers=snakemake.threads,
    )
    save_features(Path(snakemake.output.features), features)
    log_findings(features, read_subset(subset).ids)
