"""What a run shows of its molecules, read from its files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from toxtune.evaluation.molecules import ShownMolecules
from toxtune.io.files import read_json
from toxtune.io.tsv import read_tsv


@dataclass(frozen=True, eq=False)
class Molecules:
    """What a run shows of its molecules.

    Attributes
    ----------
    shown
        Examples, activity cliffs and map.
    labels
        The table ``labels.tsv``.
    atoms
        Task and SMILES of examples to what `example_atoms.json` says of them.
    """

    shown: ShownMolecules
    labels: pd.DataFrame
    atoms: Mapping[tuple[str, str], Mapping[str, Any]] = field(default_factory=dict)


def read_molecules(files: Mapping[str, Path]) -> Molecules:
    """Read the files of these names: ``examples``, ``cliffs`` and so on."""
    tables = {name: read_tsv(files[name]) for name in ("examples", "cliffs")}
    tables["examples"]["conflict"] = tables["examples"]["conflict"].fillna("")
    return Molecules(
        shown=ShownMolecules(
            **tables,
            cliff_counts=read_tsv(files["cliff_counts"]),
            map=read_tsv(files["map"]),
            map_record=read_json(files["map_record"]),
        ),
        labels=read_tsv(files["labels"]),
        atoms={
            (each["task"], each["smiles"]): each
            for each in read_json(files["atoms"])["examples"]
        },
    )
