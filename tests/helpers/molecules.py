"""Tables of molecules, for tests that care for a few of their columns."""

from toxtune.data.subsets import KEYS, write_table
from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import read_compound


def write_molecules(path, columns, rows):
    """Write molecules.csv, or a set's file.

    Parameters
    ----------
    columns
        Names of those after `toxtune.data.subsets.KEYS`: tasks, and what the split
        goes by.
    rows
        Row, id, SMILES and group, and a cell for each of the columns. Each row is a
        compound of its own, whose SMILES is as it was given.
    """
    cells = ([*row[:4], f"{row[3]}-{row[0]}", row[2], *row[4:]] for row in rows)
    write_table(path, [*KEYS, *columns], cells)


def group_of(smiles):
    """Return the group that curation gives a molecule."""
    compound, _ = read_compound(smiles, Standardize.PARENT)
    return compound.group
