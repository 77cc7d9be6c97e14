"""Molecules: SMILES, parents, what is one compound."""
