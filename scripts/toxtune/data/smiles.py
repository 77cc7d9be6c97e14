"""Reading SMILES, and saying why one cannot be read."""

import hashlib

from rdkit import Chem

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
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is None or molecule.GetNumAtoms() == 0:
        return None, "RDKit cannot parse the SMILES"
    if molecule.GetNumAtoms() > MAX_ATOMS:
        return None, f"more than {MAX_ATOMS:,} atoms"
    return molecule, ""


GROUP_LETTERS = 14


def group_of(molecule: Chem.Mol) -> str:
    """Name the connectivity of a molecule, without stereochemistry, in 14 letters.

    The first block of its InChIKey. Where InChI fails (it knows no query atoms, for
    one), 14 letters from the SHA-256 of the canonical SMILES without
    stereochemistry.
    """
    if key := Chem.MolToInchiKey(molecule):
        return key[:GROUP_LETTERS]
    smiles = Chem.MolToSmiles(molecule, isomericSmiles=False)
    digest = hashlib.sha256(smiles.encode("utf-8")).digest()
    return "".join(chr(ord("A") + byte % 26) for byte in digest[:GROUP_LETTERS])
