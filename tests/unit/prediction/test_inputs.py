"""Molecules that RDKit crashes or hangs on, in whatever is computed of them."""

import os
import signal
import time

import numpy as np
import pytest

from toxtune.features.featurizers import FEATURIZERS, Featurizer
from toxtune.molecules.compounds import Standardize
from toxtune.prediction import inputs as reading
from toxtune.prediction.inputs import InputReaders, compute_inputs, useful_workers
from toxtune.workers.crew import CHUNK

ECFP = {"kind": "circular", "radius": 2, "size": 64}
DEFINITIONS = {"ecfp": ECFP, "numbers": {"kind": "descriptors"}}
CHAINS = ["C" * (1 + row % 12) + "O" for row in range(CHUNK + 6)]
LETHAL, HANGING, BAD = "CN", "CCN", "CCCN"


def read(texts, definitions=DEFINITIONS, workers=1):
    with InputReaders(Standardize.PARENT, definitions, workers) as readers:
        return readers.read(texts)


def harm(molecule):
    """Do to its process what RDKit does in its worst moments."""
    nitrogens = [atom for atom in molecule.GetAtoms() if atom.GetSymbol() == "N"]
    match molecule.GetNumAtoms() * len(nitrogens):
        case 2:
            os.kill(os.getpid(), signal.SIGKILL)
        case 3:
            time.sleep(60)
        case 4:
            raise ValueError("this one has no number")


def harmful(number):
    def compute(molecule):
        harm(molecule)
        return np.full(3, number, dtype=np.float32)

    return lambda: compute


def same(one, other):
    assert list(one.features) == list(other.features)
    for name, features in one.features.items():
        np.testing.assert_array_equal(features.values, other.features[name].values)
        assert features.values.dtype == other.features[name].values.dtype
        assert features.names == other.features[name].names
        assert features.failures == other.features[name].failures
    np.testing.assert_array_equal(one.fingerprints, other.fingerprints)
    np.testing.assert_array_equal(one.properties, other.properties)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_computes_what_one_process_does(workers):
    texts = [*CHAINS, "nonsense", "CC[NH3+].[Cl-]"]
    found = read(texts, workers=workers)
    assert found.problems == ["" for _ in CHAINS] + [
        "RDKit cannot parse the SMILES",
        "",
    ]
    assert found.smiles == [*CHAINS, "CCN"]
    assert found.readable == [*range(len(CHAINS)), len(CHAINS) + 1]
    same(found.inputs, compute_inputs(DEFINITIONS, [*CHAINS, "CCN"]))


def test_nothing_that_can_be_read_is_no_molecule():
    for texts in ([], ["", "nonsense"]):
        found = read(texts)
        assert found.readable == []
        same(found.inputs, compute_inputs(DEFINITIONS, []))


@pytest.mark.parametrize("workers", [1, 2])
def test_a_crash_or_hang_in_features_costs_one_molecule(monkeypatch, workers):
    monkeypatch.setitem(FEATURIZERS, "erg", Featurizer(harmful(1)))
    monkeypatch.setattr(reading, "LIMIT_SECONDS", 2.0)
    texts = [*CHAINS[:CHUNK], LETHAL, "CCO", HANGING, BAD, *CHAINS[CHUNK:], LETHAL]
    found = read(texts, {"ecfp": ECFP, "odd": {"kind": "erg"}}, workers)
    problems = {row: problem for row, problem in enumerate(found.problems) if problem}
    assert problems == {
        CHUNK: "RDKit crashes on it",
        CHUNK + 2: "RDKit takes more than 2 s for it",
        len(texts) - 1: "RDKit crashes on it",
    }
    # What RDKit itself refuses is a molecule without these features.
    place = found.readable.index(CHUNK + 3)
    odd = found.inputs.features["odd"]
    assert odd.failures == {place: "ValueError: this one has no number"}
    assert np.isnan(odd.values[place]).all()
    assert (np.delete(odd.values, place, axis=0) == 1).all()
    kept = [text for row, text in enumerate(texts) if row not in problems]
    assert found.smiles == kept


def test_a_crash_in_a_property_costs_one_molecule(monkeypatch):
    def logp(molecule):
        harm(molecule)
        return 1.0

    monkeypatch.setitem(reading.PROPERTIES, "logP", logp)
    found = read(["CCO", LETHAL, "CCC"])
    assert found.problems == ["", "RDKit crashes on it", ""]


def test_an_error_that_no_molecule_is_to_blame_for_is_told(monkeypatch):
    def broken():
        def compute(molecule):
            raise ValueError("a fault in our code")

        return compute

    monkeypatch.setitem(FEATURIZERS, "maccs", Featurizer(broken))
    with pytest.raises(ValueError, match="a fault in our code"):
        read(["CCO"], {"keys": {"kind": "maccs"}})


def test_no_more_workers_than_the_molecules_are_worth(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(16), raising=False)
    assert [useful_workers(n) for n in (0, 1, CHUNK, CHUNK + 1, 10**5)] == [
        1,
        1,
        1,
        2,
        16,
    ]
