"""Drawings of molecules: small, whole, and safe to put into one page by the dozen."""

import re
from xml.etree import ElementTree

import pytest

from toxtune.molecules.drawing import (
    MAX_DRAWN_ATOMS,
    draw_molecule,
    in_words,
)

SIZE = {"width": 240, "height": 160}

ANY_KIND = {
    "aspirin's salt": "CC(=O)Oc1ccccc1C(=O)[O-].[Na+]",
    "200 atoms": "N" + "C(CCCC)C(=O)N" * 25 + "C",
    "20 ions": "[Na+].[Cl-]." * 10 + "CCO",
    "stars of a polymer": "*CC(C)(*)CCO*",
    "cisplatin": "N[Pt](N)(Cl)Cl",
    "ferrocene": "[Fe+2].c1cc[cH-]c1.c1cc[cH-]c1",
    "dative bonds": "[NH3]->[Fe]<-[NH3]",
    "a query bond": "[#6]~[#7]",
    "isotopes": "[2H]C([3H])([13CH3])Br",
    "one ion": "[Na+]",
    "hydrogen": "[H][H]",
    "stereo": "CC(C)C[C@H](NC(=O)[C@@H]1CCCN1C(=O)CN)C(=O)N/C=C/F",
    "a cage": "C1C2CC3CC1CC(C2)C3",
}


@pytest.mark.parametrize("smiles", ANY_KIND.values(), ids=ANY_KIND)
def test_any_molecule_is_drawn_within_its_size(smiles):
    drawing = draw_molecule(smiles, **SIZE)
    root = ElementTree.fromstring(drawing)
    assert root.tag == "svg"
    assert (root.get("width"), root.get("height")) == ("240", "160")
    numbers = re.findall(r"[ML](-?[\d.]+),(-?[\d.]+)", drawing)
    numbers += re.findall(r'x="(-?[\d.]+)" y="(-?[\d.]+)"', drawing)
    assert numbers
    for x, y in numbers:
        assert 0 <= float(x) <= 240
        assert 0 <= float(y) <= 160


def test_every_bond_is_there():
    # A line for each of 7 bonds, and a second one for each of the 4 double ones.
    assert draw_molecule("O=Cc1ccccc1", **SIZE).count("M") == 8 + 4


def test_wedges_and_arrows_are_there():
    assert '<path stroke-width="' in draw_molecule("CCO", **SIZE)
    filled = 'fill="currentColor" d='
    assert filled not in draw_molecule("CCO", **SIZE)
    assert filled in draw_molecule("[NH3]->[Fe]<-[NH3]", **SIZE)
    assert filled in draw_molecule(ANY_KIND["stereo"], **SIZE)


def test_a_drawing_is_small_and_brings_nothing_that_repeats():
    drawing = draw_molecule("CC(=O)Oc1ccccc1C(=O)O", **SIZE)
    assert len(drawing) < 1200
    for word in ("<?xml", "xmlns", "id=", "class=", "style=", "<rect", "<!--"):
        assert word not in drawing


def test_weights_colour_atoms_symmetrically_up_to_the_largest():
    drawing = draw_molecule(
        "CCOCN", **SIZE, atom_weights=[2, -2, 1, 0, -4], largest_weight=2
    )
    fills = re.findall(r'<ellipse [^>]*fill="(#\w+)"', drawing)
    # A full colour has no opacity of its own, or that of 255.
    opacities = [fill[7:] or "FF" for fill in fills]
    assert len(fills) == 4
    assert opacities == ["FF", "FF", "7F", "FF"]
    orange, blue, half, beyond = (fill[:7] for fill in fills)
    assert orange == half != blue == beyond
    assert int(orange[1:3], 16) > int(orange[5:7], 16)
    assert int(blue[1:3], 16) < int(blue[5:7], 16)


def test_without_a_weight_there_is_no_disc():
    for weights in (None, [0.0, 0.0, 0.0]):
        assert "<ellipse" not in draw_molecule("CCO", **SIZE, atom_weights=weights)


@pytest.mark.parametrize("weights", [[], [1.0], [1.0, float("nan"), 0.0]])
def test_weights_that_are_none_are_an_error(weights):
    with pytest.raises(ValueError, match=r"CCO: weights must be 3 finite numbers"):
        draw_molecule("CCO", **SIZE, atom_weights=weights)


@pytest.mark.parametrize(
    ("smiles", "words"),
    [
        ("", "no SMILES"),
        ("not a molecule", "RDKit cannot parse the SMILES"),
        ("CC>>CO", "a reaction, not a molecule"),
        ("C" * (MAX_DRAWN_ATOMS + 1), "C251H504, 251 atoms"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_words(smiles, words, capfd):
    assert draw_molecule(smiles, **SIZE) is None
    assert in_words(smiles) == words
    assert capfd.readouterr().err == ""


def test_the_largest_that_is_drawn():
    assert draw_molecule("C" * MAX_DRAWN_ATOMS, **SIZE)
