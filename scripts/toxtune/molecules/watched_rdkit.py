"""Reading SMILES in child processes, which may crash or hang without ending the job."""

from collections.abc import Sequence
from functools import partial

from rdkit import rdBase

from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import Compound, read_compound
from toxtune.workers.crew import CHUNK, Crew, Lost

# A compound and no reason, or none and the reason.
Reading = tuple[Compound | None, str]

# For as many molecules as a child takes at a time, see `toxtune.workers.crew`. A
# molecule takes milliseconds, and one of a thousand atoms a second.
LIMIT_SECONDS = 60.0


def read_compounds(
    smiles: Sequence[str], standardize: Standardize, workers: int = 1
) -> list[Reading]:
    """Read molecules; see `toxtune.molecules.smiles.read_compound`.

    Parameters
    ----------
    smiles
        As they are given.
    standardize
        What compounds are of.
    workers
        Processes that share the work; any number of them gives the same.

    Raises
    ------
    RuntimeError
        If reading raises an error of Python's.
    """
    work = partial(_read, standardize)
    readings: list[Reading] = [(None, "")] * len(smiles)
    workers = min(workers, -(-len(smiles) // CHUNK))
    with Crew[str, Reading](work, workers, LIMIT_SECONDS) as crew:
        for row, found in crew.done(smiles):
            readings[row] = (
                (None, f"RDKit {found}") if isinstance(found, Lost) else found
            )
    return readings


def _read(standardize: Standardize, smiles: Sequence[str]) -> list[Reading]:
    with rdBase.BlockLogs():
        return [read_compound(text, standardize) for text in smiles]
