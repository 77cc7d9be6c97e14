"""The nearest molecules, compared with RDKit's similarities."""

import numpy as np
import pytest
from rdkit import Chem, DataStructs
from rdkit.Chem.rdFingerprintGenerator import GetMorganGenerator

from toxtune.features import similarity
from toxtune.features.similarity import fingerprints, nearest, nearest_neighbours

KNOWN = ["CCO", "c1ccccc1O", "CC(=O)Oc1ccccc1C(=O)O", "c1ccccc1O"]


@pytest.fixture(params=[(3, 4), (256, 4096)], ids=["small blocks", "blocks as used"])
def blocks(request, monkeypatch):
    """Compare few molecules at a time, or as many as usual."""
    monkeypatch.setattr(similarity, "QUERIES", request.param[0])
    monkeypatch.setattr(similarity, "REFERENCES", request.param[1])


def bits(shares, seed=0):
    """Draw a fingerprint for each share of bits that are set."""
    drawn = np.random.default_rng(seed).random((len(shares), 2048))
    return drawn < np.array(shares)[:, None]


def packed(bits):
    return np.packbits(bits, axis=1, bitorder="little")


def of_rdkit(queries, references):
    """All similarities, as RDKit computes them: n_queries x n_references."""
    as_vectors = [
        [
            DataStructs.CreateFromBitString("".join(map(str, row.astype(int))))
            for row in x
        ]
        for x in (queries, references)
    ]
    return np.array(
        [DataStructs.BulkTanimotoSimilarity(q, as_vectors[1]) for q in as_vectors[0]]
    )


def test_same_molecule_is_nearest_however_it_is_written():
    similarities, numbers = nearest(["OCC", "Oc1ccccc1"], KNOWN)
    assert similarities.tolist() == [1.0, 1.0]
    # Of equally similar ones the first.
    assert numbers.tolist() == [0, 1]


def test_fingerprints_are_those_of_rdkit():
    generator = GetMorganGenerator(radius=2, fpSize=2048)
    prints = [generator.GetFingerprint(Chem.MolFromSmiles(text)) for text in KNOWN]
    found = fingerprints(KNOWN)
    assert (found.shape, found.dtype) == ((4, 256), np.uint8)
    assert [row.tobytes().hex() for row in found] == list(
        map(DataStructs.BitVectToFPSText, prints)
    )
    similarities, _ = nearest_neighbours(found[:1], found[1:])
    assert similarities[0, 0] == max(
        DataStructs.BulkTanimotoSimilarity(prints[0], prints[1:])
    )


@pytest.mark.parametrize("k", [1, 3, 40])
def test_neighbours_are_those_of_rdkit(blocks, k):
    # None set, all set, more in common than a byte counts, and as many as a drug has.
    queries = bits([0, 1, 0.5, 0.02, 0.02, 0.01, 0.03])
    references = np.concatenate([bits([0.02] * 9, 1), queries, bits([0.4, 1, 0], 2)])
    similarities, numbers = nearest_neighbours(packed(queries), packed(references), k)
    expected = of_rdkit(queries, references)
    order = np.argsort(-expected, axis=1, kind="stable")[:, :k]
    assert numbers.tolist() == order.tolist()
    assert numbers.shape == (7, min(k, 19))
    # To the last digit.
    assert similarities.tolist() == np.take_along_axis(expected, order, 1).tolist()


def test_of_equally_similar_ones_the_first_come_first(blocks):
    one = packed(bits([0.02]))
    similarities, numbers = nearest_neighbours(one, np.repeat(one, 11, axis=0), 6)
    assert numbers.tolist() == [[0, 1, 2, 3, 4, 5]]
    assert similarities.tolist() == [[1] * 6]


def test_no_query():
    similarities, numbers = nearest([], KNOWN)
    assert (len(similarities), len(numbers)) == (0, 0)


def test_nothing_to_compare_with_is_an_error():
    with pytest.raises(ValueError, match="no molecule to compare with"):
        nearest_neighbours(fingerprints(KNOWN), fingerprints([]))


def test_fingerprints_of_another_length_are_an_error():
    with pytest.raises(ValueError, match="128|mismatch"):
        nearest_neighbours(fingerprints(KNOWN), fingerprints(KNOWN)[:, :128])
