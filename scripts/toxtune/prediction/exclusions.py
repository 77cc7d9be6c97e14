"""What does not count among prospective data, and why: ``{name}.exclusions.tsv``."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from toxtune.data.curation import Curation, Molecule
from toxtune.data.settling import Settlement

LEFT_OUT = "left out"


@dataclass(frozen=True)
class Exclusion:
    """A molecule, or one of its labels, that does not count; as in ``curation.tsv``.

    Attributes
    ----------
    row
        Row in the table.
    id, smiles
        Of the molecule.
    action
        What was done with it.
    task
        The task of the label; empty where all of the row is meant.
    reason
        Why, in words.
    """

    row: int
    id: str
    smiles: str
    action: str
    task: str
    reason: str


def in_table_order(exclusions: Sequence[Exclusion]) -> list[Exclusion]:
    """Sort exclusions by their rows; those of a row stay in their order."""
    return sorted(exclusions, key=lambda exclusion: exclusion.row)


def of_curation(curation: Curation, seen: Mapping[str, str]) -> list[Exclusion]:
    """List what curation changed, and the molecules that were seen.

    `seen` is the group of each of these to where it is, in words.
    """
    exclusions = [
        Exclusion(
            change.raw.row,
            change.raw.id,
            change.raw.smiles,
            change.action,
            change.task,
            change.reason,
        )
        for change in curation.changes
    ]
    exclusions += [
        Exclusion(
            molecule.raw.row,
            molecule.raw.id,
            molecule.raw.smiles,
            action=LEFT_OUT,
            task="",
            reason=seen[molecule.group],
        )
        for molecule in curation.molecules
        if molecule.group in seen
    ]
    return exclusions


def of_settlement(
    molecules: Sequence[Molecule], settlement: Settlement
) -> Iterator[Exclusion]:
    """List the labels of molecules that were settled."""
    for change in settlement.changes:
        raw, task = molecules[change.row].raw, settlement.measured.tasks[change.task]
        yield Exclusion(raw.row, raw.id, raw.smiles, change.action, task, change.reason)
