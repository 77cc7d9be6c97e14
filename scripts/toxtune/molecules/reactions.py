"""Telling reactions from molecules."""

from collections.abc import Iterable

from toxtune.errors import UserError
from toxtune.text import shown


def is_reaction(smiles: str) -> bool:
    """Tell reactants, agents and products, with ``>`` between them, from a molecule.

    Examples
    --------
    >>> is_reaction("CCO>>CC=O"), is_reaction("[NH3]->[Fe]<-[NH3]")
    (True, False)
    """
    # Arrows are dative bonds.
    return smiles.replace("->", "").count(">") == 2


def refuse_reactions(smiles: Iterable[str], where: str) -> None:
    """Refuse a column of reactions; single ones among molecules pass.

    Raises
    ------
    UserError
        If more than half of the SMILES that are there are reactions.
    """
    n_there, n_reactions, example = 0, 0, ""
    for text in filter(None, smiles):
        n_there += 1
        if is_reaction(text):
            n_reactions += 1
            example = example or text
    if 2 * n_reactions > n_there:
        raise UserError(
            f"{where}: these are reactions, such as {shown(example)}, and toxtune "
            "handles only molecules: name a column that has one side of each reaction"
        )
