"""Reading SMILES, saying why one cannot be read, and what is the same compound."""

import hashlib
from dataclasses import dataclass

from rdkit import Chem

from toxtune.molecules.compounds import Merge, Standardize
from toxtune.molecules.reactions import is_reaction
from toxtune.molecules.standardize import Changes, parent_of
from toxtune.text import control_character

# InChI, which tells equal molecules, knows molecules of up to 1,023 atoms, and the time
# for descriptors and scaffolds grows with the third power of their number.
MAX_ATOMS = 1_000


MAX_LENGTH = 10_000


def parse_smiles(smiles: str) -> tuple[Chem.Mol | None, str]:
    """Return a molecule of 1 to `MAX_ATOMS` atoms and no reason, or none and a reason.

    Hydrogens that the SMILES does not write out are no atoms here.
    """
    if not smiles:
        return None, "no SMILES"
    if len(smiles) > MAX_LENGTH:
        return None, f"a SMILES of more than {MAX_LENGTH:,} characters"
    # RDKit reads up to the first blank or line end, and no farther, and passes over
    # some letters of other alphabets: "CO" in Cyrillic would be water.
    if control_character(smiles):
        return None, "a control character in the SMILES"
    if not smiles.isascii():
        return None, "a character in the SMILES that is not ASCII"
    if is_reaction(smiles):
        return None, "a reaction, not a molecule"
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or molecule.GetNumAtoms() == 0:
        return None, "RDKit cannot parse the SMILES"
    if molecule.GetNumAtoms() > MAX_ATOMS:
        return None, f"more than {MAX_ATOMS:,} atoms"
    return molecule, ""


GROUP_LETTERS, STEREO_LETTERS = 14, 10


@dataclass(frozen=True)
class Compound:
    """A molecule that RDKit can read.

    Attributes
    ----------
    smiles
        What features are made of: the parent's, or as it was given.
    key
        Names the compound, stereochemistry included; see `key_of`.
    changes
        What standardization did.
    """

    smiles: str
    key: str
    changes: Changes

    @property
    def group(self) -> str:
        """Name of the connectivity: all stereoisomers and isotopologues share it."""
        return self.key[:GROUP_LETTERS]


def merged_as(compound: Compound, merge: Merge) -> str:
    """Return what the rows of one compound share."""
    return compound.key if merge == Merge.STEREO else compound.group


def read_compound(smiles: str, standardize: Standardize) -> tuple[Compound | None, str]:
    """Return a compound and no reason, or none and a reason; see `parse_smiles`."""
    molecule, reason = parse_smiles(smiles)
    if molecule is None:
        return None, reason
    if standardize == Standardize.NONE:
        return Compound(smiles, key_of(molecule), Changes()), ""
    parent = parent_of(molecule, smiles)
    return Compound(parent.smiles, key_of(parent.molecule), parent.changes), ""


def key_of(molecule: Chem.Mol) -> str:
    """Name a compound by its InChIKey.

    Its first 14 letters are those of the connectivity; those after the dash are of
    stereochemistry and isotopes, if there are any. Tautomers that differ by mobile
    hydrogens, as InChI understands them, have one key. Where InChI fails (it knows no
    query atoms, for one), the letters are made of SHA-256 of the canonical SMILES
    without and with stereochemistry. As in an InChI, map numbers of atoms say nothing.
    """
    if key := Chem.MolToInchiKey(molecule):
        return key
    unmapped = _without_map_numbers(molecule)
    flat = Chem.MolToSmiles(unmapped, isomericSmiles=False)
    full = Chem.MolToSmiles(unmapped)
    return f"{_letters(flat, GROUP_LETTERS)}-{_letters(full, STEREO_LETTERS)}"


def _without_map_numbers(molecule: Chem.Mol) -> Chem.Mol:
    copy = Chem.Mol(molecule)
    for atom in copy.GetAtoms():
        atom.SetAtomMapNum(0)
    # Two neighbours of an atom may differ by their map numbers alone.
    Chem.AssignStereochemistry(copy, cleanIt=True, force=True)
    return copy


def _letters(text: str, count: int) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:count])
