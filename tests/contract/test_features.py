"""What every kind of features must keep to; circular ones are DeepChem's."""

import csv
import os
import subprocess
import sys

import numpy as np
import pytest

from toxtune.arrays import load_features, save_bits
from toxtune.demo import demo_csv
from toxtune.features import KINDS, features_name, featurize

MOLECULES = [
    "C",
    "CCO",
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "C[C@H](N)C(=O)O",
    "C[C@@H](N)C(=O)O",
    "F/C=C/F",
    "F/C=C\\F",
    "[Na+].[Cl-]",
    "CC(=O)[O-].[K+]",
    "C[N+](C)(C)CCO",
    "O=[N+]([O-])c1ccc(Cl)cc1",
    "c1ccc2c(c1)[nH]c1ccccc12",
    "c1ccc2cc3ccccc3cc2c1",
    "C1CCC2(CC1)OCCO2",
    "C1CC2CCC1C2",
    "C1CCCCCCCCCCCCCC1",
    "CC12CCC3C(CCC4CC(O)CCC34C)C1CCC2=O",
    "[2H]C([2H])([2H])O",
    "[13CH4]",
    "CS(=O)(=O)Nc1ccccc1",
    "CP(=O)(OC)OC",
    "C[Si](C)(C)C",
    "OB(O)c1ccccc1",
    "C[Hg]Cl",
    "Cl[Pt](Cl)(N)N",
    "C#CC#N",
    "N#N",
    "C=C=C",
    "CC(C)(C)c1cc(O)c(C(C)(C)C)cc1O",
    "O=c1cc(-c2ccccc2)oc2ccccc12",
    "FC(F)(F)C(F)(F)C(F)(F)C(F)(F)F",
]
CIRCULAR = {"kind": "circular", "radius": 2, "size": 1024}


@pytest.mark.parametrize("radius", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [64, 1000, 2048])
def test_circular_bits_are_deepchems(radius, size):
    from deepchem.feat import CircularFingerprint

    theirs = CircularFingerprint(radius=radius, size=size).featurize(MOLECULES)
    ours = featurize({**CIRCULAR, "radius": radius, "size": size}, MOLECULES)
    assert len(set(MOLECULES)) == len(MOLECULES) > 30
    np.testing.assert_array_equal(ours, theirs)


@pytest.fixture(params=[CIRCULAR, {**CIRCULAR, "radius": 3, "size": 100}], ids=str)
def definition(request):
    """One definition of each kind, at least."""
    return request.param


def test_every_kind_is_tried_here():
    assert set(KINDS) == {CIRCULAR["kind"]}


def test_features_are_bits_per_molecule(definition):
    features = featurize(definition, MOLECULES)
    assert features.shape == (len(MOLECULES), definition["size"])
    assert features.dtype == np.uint8
    assert set(np.unique(features)) == {0, 1}
    assert features.any(axis=1).all()


def test_molecules_have_the_same_features_in_any_company(definition):
    together = featurize(definition, MOLECULES)
    np.testing.assert_array_equal(
        featurize(definition, MOLECULES[::-1]), together[::-1]
    )
    for row in (0, 7, 20):
        alone = featurize(definition, MOLECULES[row : row + 1])
        np.testing.assert_array_equal(alone, together[row : row + 1])


def test_spelling_of_a_molecule_does_not_matter(definition):
    aromatic, kekule = "Cc1ccccc1O", "OC1=CC=CC=C1C"
    one, two = featurize(definition, [aromatic, kekule])
    np.testing.assert_array_equal(one, two)


def test_different_molecules_have_different_features(definition):
    with_nitro, without = "O=[N+]([O-])c1ccccc1", "Oc1ccccc1"
    one, two = featurize(definition, [with_nitro, without])
    assert (one != two).any()


def test_no_molecules_are_no_rows(definition):
    assert featurize(definition, []).shape == (0, definition["size"])


def test_features_come_back_from_their_file(definition, tmp_path):
    features = featurize(definition, MOLECULES)
    save_bits(tmp_path / "features.npz", features)
    np.testing.assert_array_equal(load_features(tmp_path / "features.npz"), features)


def test_features_are_the_same_in_a_fresh_process(definition):
    program = (
        "from toxtune.features import featurize\n"
        f"features = featurize({definition!r}, {MOLECULES!r})\n"
        "print(features.tobytes().hex())\n"
    )
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(sys.path),
        "PYTHONHASHSEED": "7",
    }
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert printed.strip() == featurize(definition, MOLECULES).tobytes().hex()


def test_name_spells_the_definition():
    assert features_name(CIRCULAR) == "circular-radius-2-size-1024"
    shuffled = dict(reversed(CIRCULAR.items()))
    assert features_name(shuffled) == features_name(CIRCULAR)


def test_distinct_definitions_have_distinct_names():
    definitions = [
        {"kind": "circular", "radius": radius, "size": size}
        for radius in range(11)
        for size in (16, 64, 1024, 1025, 2048, 65536)
    ]
    assert len({features_name(one) for one in definitions}) == len(definitions)


def test_every_molecule_of_the_demo_is_known_by_its_features():
    # Unparsable rows aside, which curation drops.
    from rdkit import Chem, RDLogger

    RDLogger.DisableLog("rdApp.*")
    smiles = [row["smiles"] for row in csv.DictReader(demo_csv().splitlines())]
    smiles = [text for text in smiles if Chem.MolFromSmiles(text)]
    assert featurize(CIRCULAR, smiles).any(axis=1).all()
