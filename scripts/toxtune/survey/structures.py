"""What the structures of a table are: unreadable ones, repeats, salts, scaffolds."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors
from rdkit.Chem.Scaffolds import MurckoScaffold

from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import Compound, parse_smiles, read_compound

# InChI takes about a millisecond for a molecule: so many are looked at.
MOST_LOOKED_AT = 5_000
# Enough to tell whether a column of numbers is computed from the structure.
_COMPARED = 200
_LEAST_COMPARED = 10

# The molecular weight, the exact mass, and what is counted most.
PROPERTIES: tuple[Callable[[Chem.Mol], float], ...] = (
    rdMolDescriptors._CalcMolWt,
    rdMolDescriptors.CalcExactMolWt,
    rdMolDescriptors.CalcTPSA,
    rdMolDescriptors.CalcNumHBD,
    rdMolDescriptors.CalcNumHBA,
    rdMolDescriptors.CalcNumRotatableBonds,
    rdMolDescriptors.CalcNumRings,
    Chem.Mol.GetNumHeavyAtoms,
)


@dataclass(frozen=True)
class StructureSurvey:
    """The structures of a table.

    Attributes
    ----------
    rows
        Which rows were looked at, numbered from 0.
    compounds
        Of each of these rows, what compound it is, see
        `toxtune.molecules.smiles.key_of`; empty if it cannot be read.
    groups
        The same without stereochemistry: the molecule.
    unreadable
        Rows that cannot be read, and why.
    salts
        Rows of which the parent is a part.
    scaffolds
        How many Murcko scaffolds the molecules have.
    largest_scaffold
        The share of the molecules that the most frequent scaffold has; molecules
        without rings count for none.
    compared
        Up to 200 of the rows.
    computed
        `PROPERTIES` of these.
    """

    rows: list[int]
    compounds: list[str]
    groups: list[str]
    unreadable: dict[int, str]
    salts: int
    scaffolds: int
    largest_scaffold: float
    compared: list[int]
    computed: list[np.ndarray]

    @property
    def molecules(self) -> int:
        """How many different ones there are, without stereochemistry."""
        return len(set(filter(None, self.groups)))

    @property
    def repeated(self) -> int:
        """How many compounds have several rows."""
        return sum(n > 1 for n in Counter(filter(None, self.compounds)).values())

    @property
    def with_stereoisomers(self) -> int:
        """How many molecules stand there in several stereochemical forms."""
        pairs = set(zip(self.groups, self.compounds, strict=True))
        forms = Counter(group for group, _ in pairs if group)
        return sum(n > 1 for n in forms.values())

    def agrees(self, values: Sequence[float]) -> bool:
        """Tell whether a column of numbers is a property of the structures.

        `values` are those of the rows `compared`; NaN where there is none.
        """
        given = np.array(values, dtype=float)
        there = ~np.isnan(given)
        if there.sum() < _LEAST_COMPARED:
            return False
        close = (
            np.isclose(given[there], expected[there], rtol=0.005, atol=0.01)
            for expected in self.computed
        )
        return any(each.mean() > 0.9 for each in close)


def survey_structures(smiles: Sequence[str]) -> StructureSurvey:
    """Look at the structures of a table, or at `MOST_LOOKED_AT` of them."""
    step = max(1, -(-len(smiles) // MOST_LOOKED_AT))
    rows = list(range(0, len(smiles), step))
    parents: dict[int, Compound] = {}
    unreadable: dict[int, str] = {}
    with rdBase.BlockLogs():
        for row in rows:
            compound, reason = read_compound(smiles[row].strip(), Standardize.PARENT)
            if compound is None:
                unreadable[row] = reason
            else:
                parents[row] = compound
        of_group = {each.group: each.smiles for each in parents.values()}
        scaffolds = Counter(filter(None, map(_scaffold, of_group.values())))
        compared = list(parents)[:_COMPARED]
        molecules = [Chem.MolFromSmiles(smiles[row].strip()) for row in compared]
    return StructureSurvey(
        rows=rows,
        compounds=[parents[row].key if row in parents else "" for row in rows],
        groups=[parents[row].group if row in parents else "" for row in rows],
        unreadable=unreadable,
        salts=sum(each.changes.lost_fragments > 0 for each in parents.values()),
        scaffolds=len(scaffolds),
        largest_scaffold=max(scaffolds.values(), default=0) / max(1, len(of_group)),
        compared=compared,
        computed=[np.array(list(map(compute, molecules))) for compute in PROPERTIES],
    )


def _scaffold(smiles: str) -> str:
    return MurckoScaffold.MurckoScaffoldSmiles(smiles)


def share_of_smiles(cells: Sequence[str]) -> float:
    """Return the share of cells that RDKit can read as molecules of several atoms."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return 0.0
    with rdBase.BlockLogs():
        found = [parse_smiles(cell)[0] for cell in filled]
    return sum(each is not None and each.GetNumAtoms() > 2 for each in found) / len(
        cells
    )
