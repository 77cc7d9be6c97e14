"""Compute one representation of all of a dataset's molecules."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import save_features
from toxtune.features.compute import featurize_watched, log_findings
from toxtune.jobs import log_to

if __name__ == "__main__":
    log_to(snakemake.log[0])
    molecules = read_subset(Path(snakemake.input.molecules))
    features = featurize_watched(
        json.loads(snakemake.params.features),
        molecules.smiles,
        workers=snakemake.threads,
    )
    save_features(Path(snakemake.output.features), features)
    log_findings(features, molecules.ids)
