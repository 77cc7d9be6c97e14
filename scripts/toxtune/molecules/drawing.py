"""Drawing molecules as small pieces of SVG that are put into HTML as they are.

RDKit draws; what it writes is said shorter here: a molecule of Tox21 takes about a
kilobyte instead of seven. A drawing has no ids, no classes, no styles and no
background, so that any number of them can stand in one page, on any colour: its lines
have the colour of the text around it.
"""

from collections.abc import Sequence
from math import isfinite
from typing import Any
from xml.etree import ElementTree

from rdkit import Chem, rdBase
from rdkit.Chem import rdDepictor
from rdkit.Chem.Draw import rdMolDraw2D
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from toxtune.molecules.smiles import parse_smiles

# Larger ones are a grey ball of yarn at any size that a page has room for.
MAX_DRAWN_ATOMS = 250


# Pixels at most, so that ethanol is not drawn with letters as large as a thumb.
BOND_LENGTH = 26


# Of lines, in pixels: those of large molecules would be hardly seen.
LEAST_WIDTH = 0.6


# What raises the prediction, and what lowers it: colours of Okabe & Ito (2008), "Color
# universal design", which colour-blind people can tell apart.
RAISES = (0.90, 0.60, 0.0)
LOWERS = (0.0, 0.45, 0.70)


# The letters of elements, as chemists colour them, dark enough to be read on white.
_PALETTE = {
    7: (0.12, 0.31, 0.71),
    8: (0.75, 0.15, 0.10),
    9: (0.0, 0.45, 0.25),
    15: (0.60, 0.33, 0.0),
    16: (0.48, 0.40, 0.0),
    17: (0.0, 0.45, 0.25),
    35: (0.50, 0.25, 0.15),
    53: (0.42, 0.15, 0.50),
}


_NAMESPACE = "{http://www.w3.org/2000/svg}"
_BLACK = "#000000"


def draw_molecule(
    smiles: str,
    *,
    width: int,
    height: int,
    atom_weights: Sequence[float] | None = None,
    largest_weight: float = 1.0,
) -> str | None:
    """Draw a molecule.

    Parameters
    ----------
    smiles
        As it is given; its atoms are drawn in any arrangement.
    width, height
        Pixels. The molecule is as large as fits, with bonds of at most `BOND_LENGTH`.
    atom_weights
        A number for each atom, in the order of the SMILES: each gets a disc, orange
        where the number is positive and blue where it is negative. ``None`` for none.
    largest_weight
        The weight, positive or negative, that has the full colour; half of it has half
        the colour, 0 none, and what goes beyond has the full colour. Give the same to
        all drawings that are to be compared, such as the largest absolute weight of all
        molecules on a page: then equal colours are equal weights.

    Returns
    -------
    str | None
        An ``<svg>`` element, to be put into HTML as it is; ``None`` for what cannot be
        drawn: unreadable SMILES, more than `MAX_DRAWN_ATOMS` atoms, or where RDKit
        fails. `in_words` says what to write instead.

    Raises
    ------
    ValueError
        If there are more or fewer weights than atoms, or one is not finite.
    """
    with rdBase.BlockLogs():
        molecule, _ = parse_smiles(smiles)
        if molecule is None or molecule.GetNumAtoms() > MAX_DRAWN_ATOMS:
            return None
        colours = {}
        if atom_weights is not None:
            _check(atom_weights, molecule, smiles)
            colours = _colours(atom_weights, largest_weight)
        # RDKit raises many classes, whose only common base is this one.
        try:
            drawing = _drawn_by_rdkit(molecule, width, height, colours)
        except Exception:
            return None
    return _shortened(drawing, width, height)


def in_words(smiles: str) -> str:
    """Say what a molecule is where there is no drawing of it.

    Examples
    --------
    >>> in_words("C" * 300), in_words("no SMILES")
    ('C300H602, 300 atoms', 'RDKit cannot parse the SMILES')
    """
    with rdBase.BlockLogs():
        molecule, reason = parse_smiles(smiles)
    if molecule is None:
        return reason
    return f"{CalcMolFormula(molecule)}, {molecule.GetNumAtoms()} atoms"


def _check(weights: Sequence[float], molecule: Chem.Mol, smiles: str) -> None:
    n_atoms = molecule.GetNumAtoms()
    if len(weights) != n_atoms or not all(map(isfinite, weights)):
        raise ValueError(
            f"{smiles}: weights must be {n_atoms} finite numbers, got {list(weights)}"
        )


def _colours(
    weights: Sequence[float], largest: float
) -> dict[int, tuple[float, float, float, float]]:
    """Return the colours of atoms with a weight, with their opacity."""
    return {
        atom: (*(RAISES if weight > 0 else LOWERS), min(abs(weight) / largest, 1.0))
        for atom, weight in enumerate(weights)
        if weight and largest > 0
    }


def _drawn_by_rdkit(
    molecule: Chem.Mol,
    width: int,
    height: int,
    colours: dict[int, tuple[float, float, float, float]],
) -> str:
    drawer = rdMolDraw2D.MolDraw2DSVG(width, height, -1, -1, True)
    # RDKit's own types of its options are wrong.
    options: Any = drawer.drawOptions()
    options.clearBackground = False
    # One path for a bond, not one for each half.
    options.singleColourBonds = True
    options.useBWAtomPalette()
    if not colours:
        options.updateAtomPalette(_PALETTE)
    options.fixedBondLength = BOND_LENGTH
    # Thinner lines and smaller letters in large molecules.
    options.scaleBondWidth = True
    options.minFontSize = 4
    options.atomHighlightsAreCircles = True
    options.highlightRadius = 0.4
    rdDepictor.Compute2DCoords(molecule, canonOrient=True, useRingTemplates=True)
    rdMolDraw2D.PrepareAndDrawMolecule(
        drawer,
        molecule,
        highlightAtoms=list(colours),
        highlightAtomColors=colours,
        highlightBonds=[],
    )
    drawer.FinishDrawing()
    return drawer.GetDrawingText()


def _shortened(drawing: str, width: int, height: int) -> str:
    """Write RDKit's drawing again: what all elements share, once."""
    root = ElementTree.fromstring(drawing)
    discs = letters = ""
    paths: dict[str, str] = {}
    for element in root:
        style = dict(
            part.split(":", 1)
            for part in element.get("style", "").strip("; ").split(";")
        )
        kind = element.tag.removeprefix(_NAMESPACE)
        if kind == "ellipse":
            discs += _disc(element, style)
        elif kind == "text":
            letters += _letter(element, style)
        # Lines with mitres mend the corners where bonds meet; round ends do as well.
        elif kind == "path" and not (
            "stroke-miterlimit" in style and style["fill"] == "none"
        ):
            look = _look(style)
            paths[look] = paths.get(look, "") + _places(element.get("d", ""))
    lines = "".join(f'<path{look} d="{places}"/>' for look, places in paths.items())
    return (
        f'<svg width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
        f'{discs}<g fill="none" stroke="currentColor" stroke-linecap="round">{lines}'
        f'</g><g fill="currentColor" font-family="sans-serif">{letters}</g></svg>'
    )


def _disc(element: ElementTree.Element, style: dict[str, str]) -> str:
    places = [f'{name}="{element.get(name)}"' for name in ("cx", "cy", "rx", "ry")]
    return f'<ellipse {" ".join(places)} fill="{style["fill"]}"/>'


def _letter(element: ElementTree.Element, style: dict[str, str]) -> str:
    size = style["font-size"].removesuffix("px")
    colour = "" if style["fill"] == _BLACK else f' fill="{style["fill"]}"'
    return (
        f'<text x="{element.get("x")}" y="{element.get("y")}" font-size="{size}"'
        f"{colour}>{element.text}</text>"
    )


def _look(style: dict[str, str]) -> str:
    """Return the attributes of a path that its group does not have already."""
    wide = max(float(style["stroke-width"].removesuffix("px")), LEAST_WIDTH)
    look = f' stroke-width="{wide:g}"'
    if style["fill"] != "none":
        fill = "currentColor" if style["fill"] == _BLACK else style["fill"]
        look += f' fill="{fill}"'
    if style["stroke"] != _BLACK:
        look += f' stroke="{style["stroke"]}"'
    if dashes := style.get("stroke-dasharray"):
        look += f' stroke-dasharray="{dashes}"'
    return look


def _places(path: str) -> str:
    """Write a path's places without the blanks that nothing needs."""
    return path.replace(" L ", "L").replace("M ", "M").replace(" Z", "Z").strip()
