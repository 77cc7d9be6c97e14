"""Compute one representation of one part's molecules."""

import json
from pathlib import Path
from typing import Any

from toxtune.data.parts import read_part
from toxtune.features.arrays import save_features
from toxtune.features.compute import featurize, log_findings
from toxtune.jobs import log_to


def main(part: Path, definition: dict[str, Any], path: Path, workers: int) -> None:
    """Read the part's SMILES, write their features to `path`."""
    molecules = read_part(part)
    features = featurize(definition, molecules.smiles, workers)
    save_features(path, features)
    log_findings(features, molecules.ids)


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        part=Path(snakemake.input.part),
        definition=json.loads(snakemake.params.features),
        path=Path(snakemake.output.features),
        workers=snakemake.threads,
    )
