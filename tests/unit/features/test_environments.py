"""From columns of fingerprints back to atoms: cases that a chemist can count."""

import csv

import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import GetMACCSKeysFingerprint

from toxtune.data.demo import demo_csv
from toxtune.features.compute import featurize
from toxtune.features.environments import (
    AROMATIC_RINGS,
    FRAGMENTS,
    find_masks,
    has_environments,
)
from toxtune.features.featurizers import FEATURIZERS

MACCS = {"kind": "maccs"}


def masked(definition, smiles):
    (values,) = featurize(definition, [smiles]).values
    return find_masks(definition, smiles, len(values)).apply(values, slice(None))


def test_pairs_and_torsions_lose_those_of_the_atom():
    # Propanol has six pairs, three with each atom; and one row of four.
    pairs = masked({"kind": "atom_pairs", "size": 4096, "count": True}, "CCCO")
    assert pairs.sum(axis=1).tolist() == [6, 3, 3, 3, 3, 0]
    torsions = masked({"kind": "torsions", "size": 4096, "count": True}, "CCCO")
    assert torsions.sum(axis=1).tolist() == [1, 0, 0, 0, 0, 0]


def test_circular_counts_lose_the_environments_around_and_beside_the_atom():
    definition = {"kind": "circular", "radius": 1, "size": 4096, "count": True}
    # Neopentane: five atoms, the environment of the middle, and four equal ones.
    rows = masked(definition, "CC(C)(C)C")
    middle = 1
    assert rows[0].sum() == rows[1:-1].sum(axis=1).max() + 3 == 10
    assert rows[1 + middle].sum() == 4


def test_maccs_keys_are_lost_with_any_atom_of_any_match():
    rows = masked(MACCS, "Oc1ccc(-c2ccccc2)cc1")
    aromatic = [
        atom.GetIsAromatic()
        for atom in Chem.MolFromSmiles("Oc1ccc(-c2ccccc2)cc1").GetAtoms()
    ]
    np.testing.assert_array_equal(rows[1:-1, AROMATIC_RINGS], ~np.array(aromatic))
    assert not rows[:, FRAGMENTS].any()
    salt = masked(MACCS, "CCO.CCN")
    assert salt[:, FRAGMENTS].tolist() == [True, *[False] * 7]


def test_patterns_of_maccs_keys_are_those_of_rdkits_own_code():
    texts = [row["smiles"] for row in csv.DictReader(demo_csv().splitlines())][::20]
    molecules = [Chem.MolFromSmiles(text) for text in texts]
    assert len(molecules) > 25
    for text, molecule in zip(texts, molecules, strict=True):
        if molecule is None:
            continue
        keys = np.array(GetMACCSKeysFingerprint(molecule), dtype=bool)
        taken = find_masks(MACCS, text, len(keys)).taken[[-1]].toarray()[0]
        assert not (keys & (taken == 0)).any()


@pytest.mark.parametrize("kind", sorted(FEATURIZERS))
def test_kinds_without_environments_are_these(kind):
    assert has_environments({"kind": kind}) == (
        kind not in {"avalon", "descriptors", "erg"}
    )


def test_numbers_of_ones_own_have_none():
    for kind in ("columns", "file"):
        assert not has_environments({"kind": kind})
