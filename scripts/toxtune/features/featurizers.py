"""The kinds of features. A new one is one function and one line in `FEATURIZERS`.

A kind's function takes the settings of a definition and returns a function of one
molecule. What that gives says how it is kept: bool for bits, uint8 for counts, float32
for other numbers, NaN where one is missing.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from toxtune.features.generators import (
    circular_generator,
    pairs_generator,
    paths_generator,
    torsions_generator,
)

# From a molecule of RDKit's to its features.
Compute = Callable[[Any], np.ndarray]

MAX_COUNT = int(np.iinfo(np.uint8).max)

# 21 pairs of six kinds of points, at 15 distances.
ERG_COLUMNS = 315


# The time for these two grows with the fourth power of the number of atoms: minutes at
# 1,000. Ipc is beyond float32 long before.
COSTLY = ("AvgIpc", "Ipc")


COSTLY_UP_TO_ATOMS = 300


def circular(
    radius: int,
    size: int,
    count: bool = False,
    use_features: bool = False,
    include_chirality: bool = False,
) -> Compute:
    """Extended-connectivity fingerprints (Rogers and Hahn 2010), folded to `size`.

    The same bits as DeepChem's ``CircularFingerprint``, without DeepChem's import,
    which costs more than the work.

    Parameters
    ----------
    radius, size
        Radius in bonds; number of bits or counts.
    count
        How often each environment occurs, up to `MAX_COUNT`, instead of whether.
    use_features
        Tell atoms apart by their pharmacophoric features, as FCFP does.
    include_chirality
        Tell stereoisomers apart: centres, and double bonds where they are within the
        radius.
    """
    generator = circular_generator(radius, size, use_features, include_chirality)
    return _folded(generator, count)


def atom_pairs(
    size: int, count: bool = False, include_chirality: bool = False
) -> Compute:
    """Pairs of atoms with the bonds between them (Carhart and others 1985), folded.

    Parameters
    ----------
    size, count
        As for `circular`.
    include_chirality
        Tell centres of the two hands apart.
    """
    return _folded(pairs_generator(size, include_chirality), count)


def torsions(
    size: int, count: bool = False, include_chirality: bool = False
) -> Compute:
    """Topological torsions: four atoms in a row (Nilakantan and others 1987), folded.

    A molecule of fewer than four atoms in a row has none.

    Parameters
    ----------
    size, count, include_chirality
        As for `atom_pairs`.
    """
    return _folded(torsions_generator(size, include_chirality), count)


def paths(size: int, count: bool = False) -> Compute:
    """RDKit's fingerprint: paths and branched subgraphs of up to 7 bonds, folded."""
    return _folded(paths_generator(size), count)


def avalon(size: int, count: bool = False) -> Compute:
    """Avalon's fingerprint (Gedeck, Rohde and Bartels 2006), folded to `size`.

    Its counts are of substructures alone: a few bits that say other things have none.
    """
    from rdkit.Avalon.pyAvalonTools import GetAvalonCountFP, GetAvalonFP
    from rdkit.DataStructs import ConvertToNumpyArray

    def bits(molecule: Any) -> np.ndarray:
        found = np.zeros(size, dtype=bool)
        found[list(GetAvalonFP(molecule, nBits=size).GetOnBits())] = True
        return found

    def counts(molecule: Any) -> np.ndarray:
        found = np.zeros(size)
        ConvertToNumpyArray(GetAvalonCountFP(molecule, nBits=size), found)
        return _capped(found)

    return counts if count else bits


def erg() -> Compute:
    """Fuzzy counts of pairs of pharmacophoric points, at each distance up to 15.

    The extended reduced graph of Stiefl and others (2006).
    """
    from rdkit.Chem.rdReducedGraphs import GetErGFingerprint

    return lambda molecule: GetErGFingerprint(molecule).astype(np.float32)


def erg_names() -> list[str]:
    """Names of the columns of `erg`, numbered as RDKit has them."""
    return [f"erg-{number}" for number in range(ERG_COLUMNS)]


def _folded(generator: Any, count: bool) -> Compute:
    """Return the bits, or the counts, that a generator of RDKit's gives."""

    def bits(molecule: Any) -> np.ndarray:
        return generator.GetFingerprintAsNumPy(molecule).astype(bool)

    def counts(molecule: Any) -> np.ndarray:
        return _capped(generator.GetCountFingerprintAsNumPy(molecule))

    return counts if count else bits


def _capped(counts: np.ndarray) -> np.ndarray:
    return np.minimum(counts, MAX_COUNT).astype(np.uint8)


def maccs() -> Compute:
    """MACCS keys as RDKit numbers them: 167 bits, of which number 0 is never set."""
    from rdkit.Chem.rdMolDescriptors import GetMACCSKeysFingerprint

    return lambda molecule: np.array(GetMACCSKeysFingerprint(molecule), dtype=bool)


def descriptors() -> Compute:
    """All two-dimensional descriptors that this RDKit has, sorted by name.

    Missing is what raises, is not finite, or is beyond the range of float32; and those
    named `COSTLY`, for molecules of more than `COSTLY_UP_TO_ATOMS` atoms.
    """
    named = _rdkit_descriptors()
    largest = np.finfo(np.float32).max

    def compute(molecule: Any) -> np.ndarray:
        left_out = COSTLY if molecule.GetNumAtoms() > COSTLY_UP_TO_ATOMS else ()
        values = np.array(
            [
                np.nan if name in left_out else _value(function, molecule)
                for name, function in named
            ]
        )
        return np.where(np.abs(values) <= largest, values, np.nan).astype(np.float32)

    return compute


def descriptor_names() -> list[str]:
    """Names of the columns of `descriptors`."""
    return [name for name, _ in _rdkit_descriptors()]


def _rdkit_descriptors() -> list[tuple[str, Callable[[Any], float]]]:
    from rdkit.Chem import Descriptors

    return sorted(Descriptors.descList, key=lambda named: named[0])


def _value(function: Callable[[Any], float], molecule: Any) -> float:
    # They raise whatever their arithmetic raises: there is no narrower class.
    try:
        return float(function(molecule))
    except Exception:
        return np.nan


@dataclass(frozen=True)
class Featurizer:
    """A kind of features.

    Attributes
    ----------
    build
        From settings to a function of one molecule.
    names
        Returns the columns' names; none where they would tell nothing.
    """

    build: Callable[..., Compute]
    names: Callable[[], list[str]] = list

    @property
    def settings(self) -> dict[str, bool]:
        """The settings' names, and whether each must be given."""
        parameters = inspect.signature(self.build).parameters.values()
        return {each.name: each.default is each.empty for each in parameters}


FEATURIZERS = {
    "circular": Featurizer(circular),
    "maccs": Featurizer(maccs),
    "descriptors": Featurizer(descriptors, names=descriptor_names),
    "atom_pairs": Featurizer(atom_pairs),
    "torsions": Featurizer(torsions),
    "paths": Featurizer(paths),
    "avalon": Featurizer(avalon),
    "erg": Featurizer(erg, names=erg_names),
}
