"""What people should know of the compounds of a dataset, in sentences."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from toxtune.molecules.compounds import Merge
from toxtune.molecules.smiles import Compound
from toxtune.molecules.standardize import Kept

_KEPT = {
    Kept.INORGANIC: "{} without carbon",
    Kept.METAL: "{} with a metal that is no usual counterion",
    Kept.FAILED: "{} that RDKit cannot standardize",
}


def compound_notes(compounds: Sequence[Compound], merge: Merge) -> list[str]:
    """Say what standardization did, and which rows are of one compound or connectivity.

    Parameters
    ----------
    compounds
        One for each row.
    merge
        Whether stereoisomers are one compound.
    """
    return [
        *_on_standardization(compounds),
        *_on_forms(compounds),
        *_on_stereoisomers(compounds, merge),
    ]


def _on_standardization(compounds: Sequence[Compound]) -> Iterator[str]:
    changes = [compound.changes for compound in compounds]
    if changed := sum(change.is_changed for change in changes):
        salts = sum(change.lost_fragments > 0 for change in changes)
        charged = sum(change.neutralized for change in changes)
        yield (
            f"{changed:,} of {len(changes):,} molecules were standardized, and "
            "features are of their parents: counterions or solvents were removed from "
            f"{salts:,}, charges from {charged:,}; others are only written another way "
            "(dataset.standardize; given_smiles in molecules.csv is what was given)."
        )
    if mixed := sum(change.lost_organic_fragments > 0 for change in changes):
        yield (
            f"{mixed:,} molecules have several organic parts, such as an amine with an "
            "organic acid: the largest part counts."
        )
    kept = Counter(change.kept for change in changes if change.kept)
    if kept:
        found = [_KEPT[why].format(f"{kept[why]:,}") for why in _KEPT if kept[why]]
        yield f"{kept.total():,} molecules stay as they are given: {', '.join(found)}."


def _on_forms(compounds: Sequence[Compound]) -> Iterator[str]:
    changes_of = defaultdict(list)
    for compound in compounds:
        changes_of[compound.key].append(compound.changes)
    several = [rows for rows in changes_of.values() if len(rows) > 1]
    forms = sum(any(change.is_changed for change in rows) for rows in several)
    if forms:
        yield (
            f"{forms:,} compounds are in several rows, at least one of which is a salt "
            "or another form of it: they are in one set."
        )


def _on_stereoisomers(compounds: Sequence[Compound], merge: Merge) -> Iterator[str]:
    keys_of = defaultdict(set)
    for compound in compounds:
        keys_of[compound.group].add(compound.key)
    several = [keys for keys in keys_of.values() if len(keys) > 1]
    if several:
        done = {
            Merge.STEREO: "stay apart with labels of their own, in one set",
            Merge.CONNECTIVITY: "count as one compound, whose labels are merged",
        }[merge]
        yield (
            f"{sum(map(len, several)):,} compounds differ from another one only in "
            f"stereochemistry, isotopes or protons ({len(several):,} connectivities): "
            f"they {done} (dataset.merge)."
        )
