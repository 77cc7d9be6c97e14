"""What the structures of a table are: unreadable ones, repeats, salts, scaffolds."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from rdkit import Chem, rdBase
from rdkit.Chem import rdMolDescriptors
from rdkit.Chem.Scaffolds import MurckoScaffold

from toxtune.data.smiles import group_of, parse_smiles

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
    groups
        Of each of these rows, the molecule without stereochemistry; empty if it cannot
        be read.
    unreadable
        Rows that cannot be read, and why.
    salts
        Rows with several fragments.
    molecules
        How many different ones there are, without stereochemistry.
    with_stereoisomers
        How many of them stand there in several stereochemical forms.
    repeated
        How many of them have several rows.
    scaffolds
        How many Murcko scaffolds they have.
    largest_scaffold
        The share of the molecules that the most frequent scaffold has; molecules
        without rings count for none.
    compared
        Up to 200 of the rows.
    computed
        `PROPERTIES` of these.
    """

    rows: list[int]
    groups: list[str]
    unreadable: dict[int, str]
    salts: int
    molecules: int
    with_stereoisomers: int
    repeated: int
    scaffolds: int
    largest_scaffold: float
    compared: list[int]
    computed: list[np.ndarray]

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
    groups, unreadable = [], {}
    forms: dict[str, set[str]] = {}
    scaffold_of: dict[str, str] = {}
    sizes: Counter[str] = Counter()
    compared: dict[int, Chem.Mol] = {}
    salts = 0
    with rdBase.BlockLogs():
        for row in rows:
            molecule, reason = parse_smiles(smiles[row].strip())
            if molecule is None:
                unreadable[row] = reason
                groups.append("")
                continue
            group = group_of(molecule)
            groups.append(group)
            sizes[group] += 1
            salts += len(Chem.GetMolFrags(molecule)) > 1
            forms.setdefault(group, set()).add(Chem.MolToSmiles(molecule))
            if group not in scaffold_of:
                scaffold_of[group] = MurckoScaffold.MurckoScaffoldSmiles(mol=molecule)
            if len(compared) < _COMPARED:
                compared[row] = molecule
    scaffolds = Counter(filter(None, scaffold_of.values()))
    return StructureSurvey(
        rows=rows,
        groups=groups,
        unreadable=unreadable,
        salts=salts,
        molecules=len(sizes),
        with_stereoisomers=sum(len(each) > 1 for each in forms.values()),
        repeated=sum(size > 1 for size in sizes.values()),
        scaffolds=len(scaffolds),
        largest_scaffold=max(scaffolds.values(), default=0) / max(1, len(sizes)),
        compared=list(compared),
        computed=[
            np.array([compute(each) for each in compared.values()], dtype=float)
            for compute in PROPERTIES
        ],
    )


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
