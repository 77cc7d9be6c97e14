"""What is computed of molecules before any model is asked.

In this process, or in children that share the work, where a molecule that RDKit crashes
or hangs on costs nothing but itself.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Self

import numpy as np
from rdkit import rdBase

from toxtune.errors import UserError
from toxtune.features.arrays import Features
from toxtune.features.compute import Row, collected, compute_rows, featurize
from toxtune.features.definitions import Definition
from toxtune.features.similarity import SIZE, fingerprints
from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import read_compound
from toxtune.prediction.descriptor_domain import PROPERTIES, properties_of
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.workers.crew import CHUNK, Crew, Lost

# For as many molecules as a child takes at a time, see `toxtune.workers.crew`: a second
# for usual ones, some seconds for one of a thousand atoms.
LIMIT_SECONDS = 120.0


# Name of features that are computed to how.
Definitions = Mapping[str, Definition]


@dataclass(frozen=True, eq=False)
class Inputs:
    """What predicting some standardized molecules takes, own numbers aside.

    Attributes
    ----------
    features
        Name of computed features to those, before any transform.
    fingerprints
        See `toxtune.features.similarity.fingerprints`.
    properties
        See `toxtune.prediction.descriptor_domain.properties_of`.
    """

    features: Mapping[str, Features]
    fingerprints: np.ndarray
    properties: np.ndarray


def compute_inputs(definitions: Definitions, smiles: Sequence[str]) -> Inputs:
    """Compute them in this process.

    Parameters
    ----------
    definitions
        Of the features.
    smiles
        Standardized molecules, which RDKit can parse.
    """
    return Inputs(
        {name: featurize(each, smiles) for name, each in definitions.items()},
        fingerprints(smiles),
        properties_of(smiles),
    )


def given_texts(texts: Sequence[str]) -> list[str]:
    """Return texts that stand for molecules, without blanks around them.

    Raises
    ------
    UserError
        If it is one text, which would be a molecule for each of its letters.
    """
    if isinstance(texts, str):
        raise UserError(f"smiles: must be a list of texts, such as [{texts!r}]")
    return [str(text).strip() for text in texts]


@dataclass(frozen=True, eq=False)
class ReadMolecules:
    """Texts that were read as molecules.

    Attributes
    ----------
    problems
        Of each text, why it cannot be read; empty where it can.
    smiles
        Of those that can be read: standardized.
    inputs
        Of the same.
    """

    problems: list[str]
    smiles: list[str]
    inputs: Inputs

    @property
    def readable(self) -> list[int]:
        """The places of those that can be read."""
        return [row for row, problem in enumerate(self.problems) if not problem]


@dataclass(frozen=True, eq=False)
class _Molecule:
    """A molecule as a child hands it back; a row of each of the `Inputs`."""

    smiles: str
    features: dict[str, Row]
    fingerprint: np.ndarray
    properties: np.ndarray


class InputReaders:
    """Child processes that read molecules for the time of a block.

    Parameters
    ----------
    standardize
        What features are made of.
    definitions
        Of the features that are computed.
    workers
        How many there are; any number of them gives the same.
    """

    def __init__(
        self, standardize: Standardize, definitions: Definitions, workers: int = 1
    ) -> None:
        work = partial(_read, standardize, definitions)
        # What the children need is imported before they fork.
        work(["C"])
        self._definitions = definitions
        self._crew = Crew[str, _Molecule | str](work, workers, LIMIT_SECONDS)

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        self._crew.__exit__(*error)

    def read(self, smiles: Sequence[str]) -> ReadMolecules:
        """Read texts, and compute what predicting them takes.

        Raises
        ------
        RuntimeError
            If computing raises an error that no molecule is to blame for.
        """
        problems, found = [""] * len(smiles), {}
        for row, result in self._crew.done(smiles):
            if isinstance(result, _Molecule):
                found[row] = result
            else:
                lost = isinstance(result, Lost)
                problems[row] = f"RDKit {result}" if lost else result
        molecules = [found[row] for row in sorted(found)]
        features = {
            name: collected(
                definition,
                enumerate(molecule.features[name] for molecule in molecules),
                len(molecules),
            )
            for name, definition in self._definitions.items()
        }
        prints = np.array([each.fingerprint for each in molecules], dtype=np.uint8)
        properties = np.array([each.properties for each in molecules], dtype=float)
        inputs = Inputs(
            features,
            prints.reshape(-1, SIZE // 8),
            properties.reshape(-1, len(PROPERTIES)),
        )
        return ReadMolecules(problems, [each.smiles for each in molecules], inputs)


def input_readers(metadata: FinalModelMetadata, n_molecules: int) -> InputReaders:
    """Start what reads molecules for a model, on all cores that so many are worth."""
    return InputReaders(
        Standardize(metadata.standardize),
        metadata.computed_features,
        useful_workers(n_molecules),
    )


def useful_workers(n_molecules: int) -> int:
    """Return how many processes to read molecules in: one for each core there is."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
    else:
        cores = os.cpu_count() or 1
    return max(1, min(cores, -(-n_molecules // CHUNK)))


def _read(
    standardize: Standardize, definitions: Definitions, texts: Sequence[str]
) -> list[_Molecule | str]:
    """Return each molecule, or why it is none."""
    # What RDKit has to say of a molecule is in its row.
    with rdBase.BlockLogs():
        return _read_some(standardize, definitions, texts)


def _read_some(
    standardize: Standardize, definitions: Definitions, texts: Sequence[str]
) -> list[_Molecule | str]:
    readings = [read_compound(text, standardize) for text in texts]
    smiles = [compound.smiles for compound, _ in readings if compound]
    features = {
        name: compute_rows(definition, smiles)
        for name, definition in definitions.items()
    }
    molecules = iter(
        _Molecule(
            text,
            {name: rows[place] for name, rows in features.items()},
            fingerprints([text])[0],
            properties_of([text])[0],
        )
        for place, text in enumerate(smiles)
    )
    return [next(molecules) if compound else reason for compound, reason in readings]
