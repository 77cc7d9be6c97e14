"""A small dataset that the project makes itself, for demonstrations and tests.

`demo_csv` assembles molecules from rings, linkers and substituents and labels them
by structural rules, so that what a model should find is known:

``nitro_or_aniline``
    has a nitro group, or a primary amine on an aromatic ring
``halogen_and_amide``
    has both a halogen on an aromatic ring and a carboxamide (N on a C=O); neither
    fragment alone is enough
``michael_acceptor``
    has a C=C next to a C=O
``amine_xor_acid``
    has an amine whose neighbours are all sp3 carbons, or a carboxylic acid, not both

Every label is then flipped with probability 0.05 and removed with probability 0.15.
For curation to have work to do, some molecules occur twice, the second time in
Kekule form, a few of these with a contradicting label, and two rows do not parse.

Only `random.Random.random` is drawn from: Python promises the same sequence in every
version for it alone.
"""

from collections.abc import Sequence
from random import Random
from typing import NamedTuple, TypeVar

TASKS = ("nitro_or_aniline", "halogen_and_amide", "michael_acceptor", "amine_xor_acid")


_SEED = 20240229


_N_MOLECULES = 600


_N_DUPLICATES = 14


_N_CONFLICTS = 5


_UNPARSABLE = ("CCOc1ccccc", "CC(C)(C)(C)(C)C=O")


_FLIP_PROBABILITY = 0.05


_MISSING_PROBABILITY = 0.15


_Item = TypeVar("_Item")


class _Fragment(NamedTuple):
    """A piece of SMILES and the words by which the rules know it."""

    smiles: str
    features: frozenset[str] = frozenset()


class _Ring(NamedTuple):
    """An aromatic ring; `x` links, `a`, `b` take substituents, `r`, `q` close it."""

    aromatic: str
    kekule: str


class _Molecule(NamedTuple):
    """One molecule in two notations and its features."""

    smiles: str
    kekule: str
    features: frozenset[str]


def _fragments(text: str) -> tuple[_Fragment, ...]:
    """Read fragments, one a line: SMILES, then features."""
    rows = [line.split() for line in text.strip().splitlines()]
    return tuple(_Fragment(row[0], frozenset(row[1:])) for row in rows)


_RINGS = (
    _Ring("c{r}{x}cc{b}c{a}cc{r}", "C{r}{x}=CC{b}=C{a}C=C{r}"),
    _Ring("c{r}{x}cc{a}cc{b}c{r}", "C{r}{x}=CC{a}=CC{b}=C{r}"),
    _Ring("c{r}{x}c{a}cc{b}cc{r}", "C{r}{x}=C{a}C=C{b}C=C{r}"),
    _Ring("c{r}{x}cnc{a}c{b}c{r}", "C{r}{x}=CN=C{a}C{b}=C{r}"),
    _Ring("c{r}{x}cnc{a}nc{r}{b}", "C{r}{x}=CN=C{a}N=C{r}{b}"),
    _Ring("c{r}{x}cc{b}c{a}s{r}", "C{r}{x}=CC{b}=C{a}S{r}"),
    _Ring("c{r}{x}cc{b}c{a}o{r}", "C{r}{x}=CC{b}=C{a}O{r}"),
    _Ring("c{r}{x}cc{a}c{q}cc{b}ccc{q}c{r}", "C{r}{x}=CC{a}=C{q}C=C{b}C=CC{q}=C{r}"),
    _Ring("c{r}{x}c[nH]c{q}cc{a}c{b}cc{r}{q}", "C{r}{x}=CNC{q}=CC{a}=C{b}C=C{r}{q}"),
)


_LINKERS = _fragments("""
C(=O)N amide
NC(=O) amide
CNC(=O) amide
O
CO
OCC
CC
S(=O)(=O)N
SC
CN(C)C amine
CNC amine
C=CC(=O) michael
C=CC(=O)N michael amide
""")


_TAILS = _fragments("""
CC
CCC
CC(C)C
CCOC
CC(F)(F)F
C5CC5
C5CCCC5
C5CCCCC5
C5CCOCC5
CCN(C)C amine
CCC(=O)O acid
CCN5CCOCC5 amine
CCN5CCCC5 amine
""")


_SUBSTITUENTS = _fragments("""
F halogen
F halogen
Cl halogen
Cl halogen
Br halogen
C
C
CC
C(C)C
OC
OC
OCC
O
C#N
C(F)(F)F
S(C)(=O)=O
N(C)C
N aniline
N aniline
[N+](=O)[O-] nitro
[N+](=O)[O-] nitro
C(=O)O acid
C(=O)O acid
C(=O)OC
CN(C)C amine
CN5CCOCC5 amine
C(=O)N5CCOCC5 amide
C(N)=O amide
NC(C)=O amide
NC(=O)C=C michael amide
C(=O)C=C michael
C=CC(C)=O michael
""")


def demo_csv() -> str:
    """Make the text of the dataset: always the same.

    Returns
    -------
    str
        CSV with the columns ``mol_id``, ``smiles`` and the four tasks; a label is
        ``0``, ``1`` or empty.
    """
    rng = Random(_SEED)
    molecules = [_assemble(rng) for _ in range(_N_MOLECULES)]
    rows = [[molecule.smiles, *_measure(rng, molecule)] for molecule in molecules]
    repeats = [_repeat(rng, molecules[i], rows[i], i) for i in range(_N_DUPLICATES)]
    broken = [[smiles, "0", "1", "0", ""] for smiles in _UNPARSABLE]
    for row in repeats + broken:
        rows.insert(int(rng.random() * (len(rows) + 1)), row)
    lines = [",".join(("mol_id", "smiles", *TASKS))]
    lines += [",".join((f"demo-{i:03d}", *row)) for i, row in enumerate(rows, start=1)]
    return "\n".join(lines) + "\n"


def _assemble(rng: Random) -> _Molecule:
    """Link a ring to another ring or to a tail, substituents on the rings."""
    head, linker = _pick(rng, _RINGS), _pick(rng, _LINKERS)
    ring, tail = _pick(rng, _RINGS), _pick(rng, _TAILS)
    slots = [_substituent(rng) for _ in range(4)]
    subsets = [*slots[:2], linker]
    if rng.random() < 0.6:
        subsets += slots[2:]
        ends = [_fill(text, slots[2:], "34") for text in ring]
    else:
        subsets.append(tail)
        ends = [tail.smiles, tail.smiles]
    smiles, kekule = (
        _fill(text, slots[:2], "12", f"({linker.smiles}{end})")
        for text, end in zip(head, ends, strict=True)
    )
    features = frozenset().union(*(subset.features for subset in subsets))
    return _Molecule(smiles, kekule, features)


def _substituent(rng: Random) -> _Fragment:
    """Draw a substituent; often none."""
    if rng.random() < 0.35:
        return _Fragment("")
    return _pick(rng, _SUBSTITUENTS)


def _fill(ring: str, slots: list[_Fragment], digits: str, link: str = "") -> str:
    """Write a ring with its substituents, the link to the rest, and ring closures."""
    a, b = (f"({slot.smiles})" if slot.smiles else "" for slot in slots)
    return ring.format(x=link, a=a, b=b, r=digits[0], q=digits[1])


def _measure(rng: Random, molecule: _Molecule) -> list[str]:
    """Label by the rules, then flip some labels and take some away."""
    labels = []
    for truth in _truths(molecule.features):
        flipped = rng.random() < _FLIP_PROBABILITY
        missing = rng.random() < _MISSING_PROBABILITY
        labels.append("" if missing else str(int(truth != flipped)))
    return labels


def _truths(features: frozenset[str]) -> tuple[bool, ...]:
    """Apply the rules, in the order of `TASKS`."""
    return (
        bool(features & {"nitro", "aniline"}),
        features >= {"halogen", "amide"},
        "michael" in features,
        ("amine" in features) != ("acid" in features),
    )


def _repeat(rng: Random, molecule: _Molecule, row: list[str], index: int) -> list[str]:
    """Write a molecule a second time; the first few contradict one of its labels."""
    labels = row[1:]
    if index < _N_CONFLICTS:
        known = [i for i, label in enumerate(labels) if label]
        at = _pick(rng, known)
        labels[at] = str(1 - int(labels[at]))
    return [molecule.kekule, *labels]


def _pick(rng: Random, items: Sequence[_Item]) -> _Item:
    return items[int(rng.random() * len(items))]
