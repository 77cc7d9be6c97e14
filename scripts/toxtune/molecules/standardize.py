"""The parent of a molecule: what is left of it without salt and charge.

A free base, its hydrochloride and its protonated form are one compound. RDKit's
standardizer makes one of them: it cleans up (functional groups in one notation,
alkali metals as ions), takes the largest organic fragment, and removes the charges
that a proton more or less removes. Stereochemistry and isotopes stay as they are;
tautomers stay apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from rdkit import Chem
from rdkit.Chem.MolStandardize import rdMolStandardize


class Kept(StrEnum):
    """Why a molecule stays as it was given."""

    INORGANIC = "inorganic"
    METAL = "metal"
    FAILED = "failed"


@dataclass(frozen=True)
class Parent:
    """What a molecule was standardized to.

    Attributes
    ----------
    molecule
        The parent, or the molecule as it was given.
    smiles
        Its SMILES; the text that was given where nothing has changed.
    changes
        What was done.
    """

    molecule: Chem.Mol
    smiles: str
    changes: "Changes"


@dataclass(frozen=True)
class Changes:
    """What a molecule has lost on the way to its parent.

    Attributes
    ----------
    lost_fragments, lost_organic_fragments
        How many fragments are no part of the parent, and how many of them have carbon.
    neutralized
        Whether charges were removed.
    is_changed
        Whether the parent is written as another molecule than what was given.
    kept
        Why the molecule stays as it was given; ``None`` where it was standardized.
    """

    lost_fragments: int = 0
    lost_organic_fragments: int = 0
    neutralized: bool = False
    is_changed: bool = False
    kept: Kept | None = None


def parent_of(molecule: Chem.Mol, smiles: str) -> Parent:
    """Standardize a molecule.

    It stays as it was given if the largest organic fragment is not what it is: if it
    has no carbon, or a metal that is no usual counterion, or if RDKit's standardizer
    fails.

    Parameters
    ----------
    molecule
        As RDKit read it.
    smiles
        What it was read from.
    """
    if reason := _reason_to_keep(molecule):
        return Parent(molecule, smiles, Changes(kept=reason))
    # RDKit raises many classes, whose only common base is this one.
    try:
        return _standardized(molecule, smiles)
    except Exception:
        return Parent(molecule, smiles, Changes(kept=Kept.FAILED))


# Silver nitrate is not nitric acid, and cisplatin is not ammonia: what is bound to a
# transition metal, or was, is not the compound without it. These metals are counterions
# in the salts of drugs.
_COUNTERIONS = {"Li", "Na", "K", "Rb", "Cs", "Mg", "Ca", "Sr", "Ba", "Al", "Zn"}


_NO_METALS = (
    {"H", "He", "B", "C", "N", "O", "F", "Ne", "Si", "P", "S", "Cl", "Ar"}
    | {"Ge", "As", "Se", "Br", "Kr", "Te", "I", "Xe", "At", "Rn"}
    # Any atom, of a query or an attachment point.
    | {"*"}
)


def _reason_to_keep(molecule: Chem.Mol) -> Kept | None:
    symbols = {atom.GetSymbol() for atom in molecule.GetAtoms()}
    if symbols - _COUNTERIONS - _NO_METALS:
        return Kept.METAL
    return None if "C" in symbols else Kept.INORGANIC


def _standardized(molecule: Chem.Mol, smiles: str) -> Parent:
    parameters = _parameters()
    cleaned = rdMolStandardize.Cleanup(molecule, parameters)
    fragment = rdMolStandardize.FragmentParent(
        cleaned, parameters, skipStandardize=True
    )
    neutral = rdMolStandardize.Uncharger().uncharge(fragment)
    fragments = Chem.GetMolFrags(cleaned, asMols=True, sanitizeFrags=False)
    if len(fragments) > 1 and _are_stereoisomers(fragment, fragments):
        Chem.RemoveStereochemistry(neutral)
    text = Chem.MolToSmiles(neutral)
    parent: Chem.Mol | None = Chem.MolFromSmiles(text)
    if parent is None:
        # The ring of a mesoionic compound, for one, is none without its charges.
        return Parent(molecule, smiles, Changes(kept=Kept.FAILED))
    if text == Chem.MolToSmiles(molecule):
        return Parent(molecule, smiles, Changes())
    changes = Changes(
        lost_fragments=len(fragments) - 1,
        lost_organic_fragments=sum(map(_has_carbon, fragments)) - 1,
        neutralized=_charges(neutral) != _charges(fragment),
        is_changed=True,
    )
    return Parent(parent, text, changes)


@cache
def _parameters() -> rdMolStandardize.CleanupParameters:
    parameters = rdMolStandardize.CleanupParameters()
    # A large inorganic anion is no parent of a small amine.
    parameters.preferOrganic = True  # type: ignore[assignment]
    return parameters


def _are_stereoisomers(fragment: Chem.Mol, fragments: Sequence[Chem.Mol]) -> bool:
    """Tell whether a racemate is written as its two enantiomers, or something alike."""
    flat = Chem.MolToSmiles(fragment, isomericSmiles=False)
    alike = {
        Chem.MolToSmiles(other)
        for other in fragments
        if Chem.MolToSmiles(other, isomericSmiles=False) == flat
    }
    return len(alike) > 1


def _charges(molecule: Chem.Mol) -> int:
    return sum(atom.GetFormalCharge() != 0 for atom in molecule.GetAtoms())


def _has_carbon(molecule: Chem.Mol) -> bool:
    return any(atom.GetAtomicNum() == 6 for atom in molecule.GetAtoms())
