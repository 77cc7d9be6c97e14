"""Compute one representation of one part's molecules."""

import json
from pathlib import Path
from typing import Any

from toxtune.arrays import save_bits
from toxtune.features import featurize
from toxtune.logs import log_to
from toxtune.parts import read_part


def main(part: Path, definition: dict[str, Any], features: Path) -> None:
    """Read the part's SMILES, write their features."""
    save_bits(features, featurize(definition, read_part(part).smiles))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        part=Path(snakemake.input.part),
        definition=json.loads(snakemake.params.features),
        features=Path(snakemake.output.features),
    )
