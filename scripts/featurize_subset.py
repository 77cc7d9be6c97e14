"""Compute one representation of one subset's molecules."""

import json
from pathlib import Path

from toxtune.data.subsets import read_subset
from toxtune.features.arrays import save_features
from toxtune.features.compute import featurize, log_findings
from toxtune.features.definitions import Definition
from toxtune.jobs import log_to


def main(subset: Path, definition: Definition, path: Path, workers: int) -> None:
    """Read the subset's SMILES, write their features to `path`."""
    molecules = read_subset(subset)
    features = featurize(definition, molecules.smiles, workers)
    save_features(path, features)
    log_findings(features, molecules.ids)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        subset=Path(snakemake.input.subset),
        definition=json.loads(snakemake.params.features),
        path=Path(snakemake.output.features),
        workers=snakemake.threads,
    )
