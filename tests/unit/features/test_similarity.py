"""The nearest training molecule."""

import numpy as np
import pytest
from rdkit import DataStructs

from toxtune.features.similarity import fingerprints, nearest

KNOWN = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "c1ccccc1O"]


def test_same_molecule_is_nearest_however_it_is_written():
    similarities, numbers = nearest(["OCC", "Oc1ccccc1"], KNOWN)
    assert similarities.tolist() == [1.0, 1.0]
    # Of equally similar ones the first.
    assert numbers.tolist() == [0, 1]


def test_similarity_is_bits_in_common_of_bits_in_either():
    query = "CC(=O)Nc1ccc(O)cc1"
    similarities, numbers = nearest([query], KNOWN)
    bits = [set(one.GetOnBits()) for one in fingerprints([query, *KNOWN])]
    shares = [len(bits[0] & other) / len(bits[0] | other) for other in bits[1:]]
    assert similarities == pytest.approx([max(shares)])
    assert numbers.tolist() == [int(np.argmax(shares))]
    assert 0 < similarities[0] < 1


def test_pairs_are_those_of_rdkit():
    first, second = fingerprints(KNOWN[1:3])
    similarity, _ = nearest([KNOWN[1]], [KNOWN[2]])
    assert similarity[0] == DataStructs.TanimotoSimilarity(first, second)


def test_no_query():
    similarities, numbers = nearest([], KNOWN)
    assert (len(similarities), len(numbers)) == (0, 0)
