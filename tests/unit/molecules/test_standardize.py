"""The parent of a molecule, and what is one compound."""

import pytest
from rdkit import Chem, rdBase

from toxtune.molecules.compound_notes import compound_notes
from toxtune.molecules.compounds import Merge, Standardize
from toxtune.molecules.smiles import key_of, merged_as, read_compound
from toxtune.molecules.standardize import Kept, parent_of


def parent(smiles):
    with rdBase.BlockLogs():
        return parent_of(Chem.MolFromSmiles(smiles), smiles)


def compound(smiles, standardize=Standardize.PARENT):
    found, reason = read_compound(smiles, standardize)
    assert not reason
    return found


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("CCN.Cl", "CCN"),
        ("CC[NH3+].[Cl-]", "CCN"),
        ("CC(=O)[O-].[Na+]", "CC(=O)O"),
        ("[Na]OC(=O)c1ccccc1", "O=C(O)c1ccccc1"),
        ("CC(=O)[O-].CC(=O)[O-].[Ca+2]", "CC(=O)O"),
        ("CCO.O.O", "CCO"),
        ("NC(=[NH2+])N.[Cl-]", "N=C(N)N"),
        ("C[NH3+].[O-][Cl](=O)(=O)=O", "CN"),
        # A zwitterion, and charges that no proton can balance.
        ("[NH3+][C@@H](C)C(=O)[O-]", "C[C@H](N)C(=O)O"),
        ("C[N+](C)(C)CCO.[Cl-]", "C[N+](C)(C)CCO"),
        ("F[B-](F)(F)c1ccccc1.[K+]", "F[B-](F)(F)c1ccccc1"),
        # The amine, though the acid has more atoms than its rest.
        ("CN1CCC[C@H]1c1cccnc1.OC(=O)[C@H](O)[C@@H](O)C(=O)O", "CN1CCC[C@H]1c1cccnc1"),
        # Stereochemistry of bonds, and isotopes.
        ("F/C=C/F.Cl", "F/C=C/F"),
        ("[13CH3]CN.Cl", "[13CH3]CN"),
        # A racemate that is written as two enantiomers is none of them.
        ("C[C@H](O)Cl.C[C@@H](O)Cl", "CC(O)Cl"),
    ],
)
def test_parent_is_the_uncharged_largest_organic_part(smiles, expected):
    found = parent(smiles)
    assert Chem.CanonSmiles(found.smiles) == Chem.CanonSmiles(expected)
    assert Chem.MolToSmiles(found.molecule) == Chem.CanonSmiles(expected)
    assert found.changes.is_changed


@pytest.mark.parametrize(
    "smiles",
    [
        "OCC",
        "C1=CC=CC=C1",
        "C[N+](=O)[O-]",
        "CN(=O)=O",
        "[O-][n+]1ccccc1",
        "C[N+](C)(C)CC(=O)[O-]",
        "[N-]=[N+]=NC",
        "[C-]#[N+]C",
        "OB(O)c1ccccc1",
        "C[S+](C)[O-]",
        "C[As](C)(=O)O",
        "[2H]C([2H])([2H])O",
        "*c1ccccc1",
        "O=C1C=CC=CN1",
    ],
)
def test_text_of_a_molecule_that_is_its_parent_stays(smiles):
    found = parent(smiles)
    assert found.smiles == smiles
    assert not found.changes.is_changed


@pytest.mark.parametrize(
    ("smiles", "kept"),
    [
        ("[Na+].[Cl-]", Kept.INORGANIC),
        ("O", Kept.INORGANIC),
        ("NN.Cl", Kept.INORGANIC),
        ("O=[N+]([O-])[O-].[Ag+]", Kept.METAL),
        ("N.N.[Cl-].[Cl-].[Pt+2]", Kept.METAL),
        ("CC(=O)O[Hg]c1ccccc1", Kept.METAL),
        ("[cH-]1cccc1.[cH-]1cccc1.[Fe+2]", Kept.METAL),
        ("[Na+].c1cc[cH-]c1", Kept.FAILED),
        ("CCOC(=O)[N-]c1c[n+](N2CCOCC2)no1", Kept.FAILED),
    ],
)
def test_what_has_no_organic_parent_stays_as_it_is(smiles, kept):
    found = parent(smiles)
    assert (found.smiles, found.changes.kept) == (smiles, kept)


def test_error_of_the_standardizer_is_no_error(monkeypatch):
    def fail(molecule):
        raise ValueError

    monkeypatch.setattr("toxtune.molecules.standardize._standardized", fail)
    assert parent("CCN.Cl").smiles == "CCN.Cl"
    assert parent("CCN.Cl").changes.kept == Kept.FAILED


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("CCN", "CCN.Cl", True),
        ("CC(=O)O", "CC(=O)[O-].[K+]", True),
        ("CN(=O)=O", "C[N+](=O)[O-]", True),
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", False),
        ("C[C@H](N)C(=O)O", "CC(N)C(=O)O", False),
        ("F/C=C/F", "F/C=C\\F", False),
        ("CCO", "[2H]CCO", False),
        # InChI's mobile hydrogens.
        ("Oc1ccccn1", "O=c1cccc[nH]1", True),
        ("CC(=O)CC(C)=O", "CC(O)=CC(C)=O", False),
    ],
)
def test_compound_has_its_stereochemistry(one, other, same):
    keys = {compound(one).key, compound(other).key}
    assert (len(keys) == 1) == same


def test_group_is_blind_to_stereochemistry_and_isotopes():
    smiles = ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "CC(N)C(=O)O", "CC(N)C(=O)O.Cl"]
    assert len({compound(text).group for text in [*smiles, "[2H]CC(N)C(=O)O"]}) == 1


def test_merge_decides_what_rows_of_one_compound_share():
    left, right = compound("C[C@H](N)C(=O)O"), compound("C[C@@H](N)C(=O)O")
    assert merged_as(left, Merge.STEREO) != merged_as(right, Merge.STEREO)
    assert merged_as(left, Merge.CONNECTIVITY) == merged_as(right, Merge.CONNECTIVITY)


def test_without_standardization_a_salt_is_a_compound_of_its_own():
    salt = compound("CCN.Cl", Standardize.NONE)
    assert salt.smiles == "CCN.Cl"
    assert salt.group != compound("CCN").group


def test_notes_count_what_was_done():
    rows = ["CCN", "CCN.Cl", "CC(=O)[O-].[Na+]", "CCN.CC(=O)O", "CS(C)=O", "O"]
    rows += ["C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "C[Hg]Cl"]
    compounds = [compound(smiles) for smiles in rows]
    changed, mixed, kept, forms, stereo = compound_notes(compounds, Merge.STEREO)
    assert changed.startswith("4 of 9 molecules were standardized")
    assert "removed from 3, charges from 1" in changed
    assert mixed.startswith("1 molecules")
    assert kept.startswith("2 molecules")
    assert kept.count("1 with") == 2
    assert forms.startswith("1 compounds")
    assert stereo.startswith("2 compounds")
    assert "(1 connectivities)" in stereo
    assert "labels of their own" in stereo
    assert "merged" in compound_notes(compounds, Merge.CONNECTIVITY)[-1]


def test_nothing_is_noted_of_what_needs_no_word():
    compounds = [compound("CCO"), compound("OCC"), compound("CCC")]
    assert compound_notes(compounds, Merge.STEREO) == []


@pytest.mark.parametrize(
    "same",
    [
        ["*CCO", "[*:1]CCO", "OCC[*:2]"],
        ["*C[C@H](F)Cl", "[*:1]C[C@H](F)[Cl:7]"],
        ["*C(*)(F)Cl", "[*:1][C@](F)(Cl)[*:2]", "[*:1][C@@](F)(Cl)[*:2]"],
    ],
)
def test_map_numbers_of_atoms_make_no_other_compound(same):
    """InChI passes over them; it does not know these molecules."""
    assert len({compound(smiles).key for smiles in same}) == 1
    assert len({compound(s).key for s in ("*C[C@H](F)Cl", "[*:1]C[C@@H](F)Cl")}) == 2


def test_clearing_map_numbers_leaves_the_molecule_alone():
    molecule = Chem.MolFromSmiles("[*:1]CCO")
    key_of(molecule)
    assert Chem.MolToSmiles(molecule) == "OCC[*:1]"


def test_an_inner_salt_and_its_hydrochloride_are_two_compounds_of_one_group():
    inner = compound("C[N+](C)(C)CC(=O)[O-]")
    salt = compound("C[N+](C)(C)CC(=O)O.[Cl-]")
    assert inner.group == salt.group
    assert inner.key != salt.key


@pytest.mark.parametrize("group", ["|&1:1|", "|o1:1|"])
def test_enhanced_stereochemistry_is_not_read(group):
    alanine = "C[C@H](N)C(=O)O"
    assert compound(f"{alanine} {group}").key == compound(alanine).key
