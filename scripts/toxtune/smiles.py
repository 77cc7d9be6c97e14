"""Reading SMILES, and saying why one cannot be read."""

from rdkit import Chem


def parse_smiles(smiles: str) -> tuple[Chem.Mol | None, str]:
    """Return a molecule of at least one atom and no reason, or none and a reason."""
    molecule = Chem.MolFromSmiles(smiles)
    if molecule is not None and molecule.GetNumAtoms() > 0:
        return molecule, ""
    return None, "RDKit cannot parse the SMILES" if smiles else "no SMILES"
