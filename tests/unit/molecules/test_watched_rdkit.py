"""Molecules that RDKit crashes or hangs on, and any number of workers."""

import os
import signal
import time

import pytest

from toxtune.molecules import watched_rdkit
from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import read_compound
from toxtune.molecules.watched_rdkit import CHUNK, read_compounds

CHAINS = ["C" * (1 + row % 40) + "O" for row in range(2 * CHUNK + 10)]


def read_badly(smiles, standardize):
    """Read as ever, but for three SMILES."""
    if smiles == "crash":
        os.kill(os.getpid(), signal.SIGKILL)
    if smiles == "hang":
        time.sleep(60)
    if smiles == "error":
        raise ValueError("a fault in our code")
    return read_compound(smiles, standardize)


@pytest.mark.parametrize("workers", [1, 3])
def test_any_number_of_workers_gives_the_same(workers):
    expected = [read_compound(smiles, Standardize.PARENT) for smiles in CHAINS]
    assert read_compounds(CHAINS, Standardize.PARENT, workers) == expected


def test_no_molecules_need_no_worker():
    assert read_compounds([], Standardize.PARENT, 2) == []


@pytest.mark.parametrize("workers", [1, 2])
def test_molecule_that_crashes_or_hangs_is_dropped_alone(monkeypatch, workers):
    monkeypatch.setattr(watched_rdkit, "read_compound", read_badly)
    monkeypatch.setattr(watched_rdkit, "LIMIT_SECONDS", 1.0)
    smiles = [*CHAINS[:CHUNK], "crash", "CCO", "hang", *CHAINS[CHUNK:], "crash"]
    found = read_compounds(smiles, Standardize.PARENT, workers)
    reasons = {row: reason for row, (_, reason) in enumerate(found) if reason}
    assert reasons == {
        CHUNK: "RDKit crashes on it",
        CHUNK + 2: "RDKit takes more than 1 s for it",
        len(smiles) - 1: "RDKit crashes on it",
    }
    kept = [row for row in range(len(smiles)) if row not in reasons]
    assert [found[row] for row in kept] == [
        read_compound(smiles[row], Standardize.PARENT) for row in kept
    ]


def test_fault_in_our_own_code_is_told(monkeypatch):
    monkeypatch.setattr(watched_rdkit, "read_compound", read_badly)
    with pytest.raises(RuntimeError, match="a fault in our code"):
        read_compounds(["CCO", "error"], Standardize.PARENT)
