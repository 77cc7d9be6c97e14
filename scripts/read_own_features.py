"""Read the user's own features of one subset's molecules."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import save_features
from toxtune.features.compute import log_findings
from toxtune.features.own import own_features
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    subset = Path(snakemake.input.subset)
    features = own_features(
        json.loads(snakemake.params.features),
        subset,
        raw=[Path(path) for path in snakemake.input.raw],
        columns=json.loads(snakemake.params.columns),
    )
    save_features(Path(snakemake.output.features), features)
    log_findings(features, read_subset(subset).ids)
