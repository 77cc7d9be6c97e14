"""What every kind of features must keep to; circular bits are DeepChem's."""

import csv
import hashlib
import logging
import os
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
from rdkit import Chem

from toxtune.config.schema import read_schema, schema_faults
from toxtune.data.demo import demo_csv
from toxtune.features import featurizers
from toxtune.features.arrays import read_features, save_features
from toxtune.features.compute import featurize, featurize_watched, log_findings
from toxtune.features.definitions import (
    OWN,
    SCALED,
    definitions_of,
    features_files,
    features_name,
)
from toxtune.features.environments import find_masks, has_environments
from toxtune.features.featurizers import (
    COSTLY,
    COSTLY_UP_TO_ATOMS,
    FEATURIZERS,
    MAX_COUNT,
)
from toxtune.prediction.metadata import SCHEMA
from toxtune.workers.crew import CHUNK

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
    # Odd ones: single atoms, metals, salts, radicals, dummies, clusters, giants.
    "[He]",
    "[Na+]",
    "[U]",
    "[H][H]",
    "[H+]",
    "[CH3]",
    "*C",
    "[C-]#[O+]",
    "O=[Os](=O)(=O)=O",
    "[Cu+2].[O-]S(=O)(=O)[O-]",
    "CC[Pb](CC)(CC)CC",
    "c1ccc2ccccc2c1.[Ag+]",
    "[Xe](F)F",
    "C12C3C4C1C5C2C3C45",
    "NC(CO)C(=O)" * 20 + "O",
    "C1" + "C" * 120 + "1",
    "c1ccccc1" * 20,
]
CIRCULAR = {"kind": "circular", "radius": 2, "size": 1024}
COUNTS = {**CIRCULAR, "size": 2048, "count": True}
MACCS = {"kind": "maccs"}
PAIRS = {"kind": "atom_pairs", "size": 1024}
TORSIONS = {"kind": "torsions", "size": 1024}
DESCRIPTORS = {"kind": "descriptors"}
# Each with its number of columns and how it is kept.
DEFINITIONS = [
    (CIRCULAR, 1024, bool),
    ({**CIRCULAR, "radius": 3, "size": 100}, 100, bool),
    ({**CIRCULAR, "use_features": True}, 1024, bool),
    (COUNTS, 2048, np.uint8),
    ({**COUNTS, "use_features": True}, 2048, np.uint8),
    (MACCS, 167, bool),
    (DESCRIPTORS, None, np.float32),
    ({**CIRCULAR, "include_chirality": True}, 1024, bool),
    (PAIRS, 1024, bool),
    ({**PAIRS, "count": True, "include_chirality": True}, 1024, np.uint8),
    (TORSIONS, 1024, bool),
    ({**TORSIONS, "count": True, "include_chirality": True}, 1024, np.uint8),
    ({"kind": "paths", "size": 2048}, 2048, bool),
    ({"kind": "paths", "size": 1024, "count": True}, 1024, np.uint8),
    ({"kind": "avalon", "size": 512}, 512, bool),
    ({"kind": "avalon", "size": 512, "count": True}, 512, np.uint8),
    ({"kind": "erg"}, 315, np.float32),
]
# Of these, small molecules have none.
SPARSE = {"torsions", "erg"}
UNPARSABLE = "F[As](F)(F)(F)(F)F"


@pytest.mark.parametrize("radius", [0, 1, 2, 3])
@pytest.mark.parametrize("size", [64, 1000, 2048])
def test_circular_bits_are_deepchems(radius, size):
    from deepchem.feat import CircularFingerprint

    theirs = CircularFingerprint(radius=radius, size=size).featurize(MOLECULES)
    ours = featurize({**CIRCULAR, "radius": radius, "size": size}, MOLECULES)
    assert len(set(MOLECULES)) == len(MOLECULES) > 45
    np.testing.assert_array_equal(ours.values, theirs)


@pytest.fixture(
    params=DEFINITIONS, ids=lambda param: features_name(param[0]), scope="module"
)
def made(request):
    """A definition, what it should give, and what it gives for `MOLECULES`."""
    definition, n_features, dtype = request.param
    return definition, n_features, dtype, featurize(definition, MOLECULES)


@pytest.mark.parametrize(
    "definition",
    [
        {"kind": "columns", "columns": ["β, %", "../a b", "x" * 200]},
        {"kind": "file", "path": "/else where/ü.npz", "sha256": "0" * 64},
    ],
    ids=lambda definition: definition["kind"],
)
def test_own_features_have_names_that_any_disk_takes(definition):
    name = features_name(definition, MACCS)
    assert features_files(name) == [f"{name.split('+')[0]}.scaled.npz", "maccs.npz"]
    of_trial = read_schema(SCHEMA)["properties"]["trials"]["items"]["properties"]
    assert not schema_faults(of_trial["features"], name)
    assert len(name) < 100


def test_own_features_are_named_by_columns_and_content_alone():
    columns = {"kind": "columns", "columns": ["a", "b"], "name": "one"}
    other = {"kind": "columns", "columns": ["b", "a"], "name": "two"}
    assert features_name(columns) == features_name(other)
    assert features_name(columns) != features_name({**columns, "columns": ["a"]})
    file = {"kind": "file", "path": "x.csv", "sha256": "0" * 64, "id_column": "id"}
    assert features_name(file) == features_name({**file, "path": "y/x.csv"})
    for change in ({"sha256": "1" * 64}, {"id_column": "key"}, {"columns": ["a"]}):
        assert features_name({**file, **change}) != features_name(file)


def test_own_features_are_rows_of_the_kept_type(tmp_path):
    from toxtune.data.subsets import KEYS, write_table
    from toxtune.features.own import own_features

    path, subset = tmp_path / "mine.csv", tmp_path / "train.csv"
    path.write_text("id,x,y\nm1,1,\nm0,0.5,-3\n")
    write_table(subset, KEYS, [[0, "m0", *"CGCC"], [1, "m1", *"CGCC"]])
    definition = {"kind": "file", "path": str(path), "id_column": "id", "name": "mine"}
    definition["sha256"] = hashlib.sha256(path.read_bytes()).hexdigest()
    features = own_features(definition, subset, [], {})
    assert features.values.dtype == np.float32
    np.testing.assert_array_equal(features.values, [[0.5, -3], [1, np.nan]])
    save_features(tmp_path / "mine.npz", features)
    read = read_features(tmp_path / "mine.npz")
    np.testing.assert_array_equal(read.values, features.values)
    assert (read.names, read.failures) == (["x", "y"], {})


def test_every_kind_is_tried_here():
    assert set(FEATURIZERS) == {definition["kind"] for definition, _, _ in DEFINITIONS}


def test_numbers_are_scaled_and_nothing_else():
    numbers = {one["kind"] for one, _, dtype in DEFINITIONS if dtype == np.float32}
    assert numbers | set(OWN) == SCALED


def test_features_are_rows_of_the_kept_type(made):
    definition, n_features, dtype, features = made
    n_features = n_features or len(features.names)
    assert features.values.shape == (len(MOLECULES), n_features)
    assert features.values.dtype == dtype
    assert features.failures == {}
    empty = 24 if definition["kind"] in SPARSE else 8
    assert features.values.any(axis=1).sum() >= len(MOLECULES) - empty
    if dtype == np.float32:
        assert len(features.names) == features.values.shape[1]
        assert not np.isinf(features.values).any()


def test_molecules_have_the_same_features_in_any_company(made):
    definition, _, _, together = made
    backwards = featurize(definition, MOLECULES[::-1])
    np.testing.assert_array_equal(backwards.values, together.values[::-1])
    for row in (0, 7, 20, 32):
        alone = featurize(definition, MOLECULES[row : row + 1])
        np.testing.assert_array_equal(alone.values, together.values[row : row + 1])


def test_spelling_of_a_molecule_does_not_matter(made):
    aromatic, kekule = "Cc1ccccc1O", "OC1=CC=CC=C1C"
    one, two = featurize(made[0], [aromatic, kekule]).values
    # Sums in another order of atoms differ in the last digits.
    np.testing.assert_allclose(one, two, rtol=1e-5, atol=1e-6)


def test_different_molecules_have_different_features(made):
    with_nitro, without = "O=[N+]([O-])c1ccccc1", "Oc1ccccc1"
    one, two = featurize(made[0], [with_nitro, without]).values
    assert (one != two).any()


def test_environments_make_up_the_features(made):
    definition, _, dtype, features = made
    if not has_environments(definition):
        assert definition["kind"] in {"avalon", "descriptors", "erg"}
        return
    for smiles, values in zip(MOLECULES, features.values, strict=True):
        masks = find_masks(definition, smiles, len(values))
        rows = masks.apply(values, slice(None))
        assert rows.dtype == dtype
        n_atoms = Chem.MolFromSmiles(smiles).GetNumAtoms()
        np.testing.assert_array_equal(rows[0], values)
        assert rows.shape == (n_atoms + 2, len(values))
        assert not rows[-1].any()
        assert (rows <= values).all()
        total = masks.taken[[-1]].toarray()[0]
        if dtype == np.uint8:
            np.testing.assert_array_equal(np.minimum(total, MAX_COUNT), values)
        # Some MACCS keys ask for several matches.
        elif definition["kind"] != "maccs":
            np.testing.assert_array_equal(total > 0, values)
        np.testing.assert_array_equal(masks.apply(values, slice(1, 3)), rows[1:3])


def test_no_molecules_are_no_rows(made):
    definition, _, dtype, features = made
    nothing = featurize(definition, [])
    assert nothing.values.shape == (0, features.values.shape[1])
    assert nothing.values.dtype == dtype


def test_file_has_the_same_bytes_for_any_number_of_workers(made, tmp_path):
    definition, _, _, features = made
    several_chunks = [*MOLECULES, UNPARSABLE] * 3
    assert len(several_chunks) > 2 * CHUNK
    for workers in (1, 2, 5):
        found = featurize_watched(definition, several_chunks, workers)
        save_features(tmp_path / f"{workers}.npz", found)
    files = [path.read_bytes() for path in tmp_path.iterdir()]
    assert files == files[:1] * 3
    failed = [len(MOLECULES) + n * (len(MOLECULES) + 1) for n in range(3)]
    assert list(found.failures) == failed
    sound = np.delete(found.values, failed, axis=0)
    np.testing.assert_array_equal(sound, np.tile(features.values, (3, 1)))


def test_features_come_back_from_their_file(made, tmp_path):
    *_, features = made
    save_features(tmp_path / "features.npz", features)
    read = read_features(tmp_path / "features.npz")
    np.testing.assert_array_equal(read.values, features.values)
    assert (read.names, read.failures) == (features.names, features.failures)


def test_features_are_the_same_in_a_fresh_process(made):
    definition, _, _, features = made
    program = (
        "from toxtune.features.compute import featurize\n"
        f"features = featurize({definition!r}, {MOLECULES!r})\n"
        "print(features.names, features.values.tobytes().hex())\n"
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
    assert printed == f"{features.names} {features.values.tobytes().hex()}\n"


def test_molecule_that_cannot_be_handled_keeps_its_row_and_is_told(made, caplog):
    caplog.set_level(logging.INFO)
    definition, _, dtype, _ = made
    features = featurize(definition, ["CCO", UNPARSABLE, "CCN"])
    assert features.failures == {1: f"ValueError: RDKit cannot parse {UNPARSABLE}"}
    failed = features.values[1]
    assert np.isnan(failed).all() if dtype == np.float32 else not failed.any()
    np.testing.assert_array_equal(
        features.values[[0, 2]], featurize(definition, ["CCO", "CCN"]).values
    )
    log_findings(features, ["one", "two", "three"])
    assert "3 molecules" in caplog.text
    assert "1 molecules could not be handled" in caplog.text
    assert "Warning: molecule two has no features: ValueError: RDKit" in caplog.text


def test_featurizer_that_fails_for_all_molecules_is_an_error(monkeypatch):
    def broken():
        def compute(molecule):
            raise RuntimeError("out of order")

        return compute

    monkeypatch.setitem(FEATURIZERS, "maccs", featurizers.Featurizer(broken))
    with pytest.raises(RuntimeError, match="out of order"):
        featurize(MACCS, ["CCO", "CCN"])


@pytest.mark.parametrize("workers", [1, 2])
def test_molecule_that_crashes_or_hangs_is_told_alone(monkeypatch, workers):
    from rdkit import Chem

    sound = featurizers.maccs()

    def treacherous():
        def compute(molecule):
            if molecule.GetNumAtoms() == 7:
                os.kill(os.getpid(), signal.SIGKILL)
            if molecule.GetNumAtoms() == 8:
                time.sleep(60)
            return sound(molecule)

        return compute

    monkeypatch.setitem(FEATURIZERS, "maccs", featurizers.Featurizer(treacherous))
    monkeypatch.setattr("toxtune.features.compute.LIMIT_SECONDS", 2.0)
    chains = ["C" * (1 + row % 5) + "O" for row in range(CHUNK + 10)]
    lost = {3: ("C" * 7, "crashes on it"), 70: ("C" * 8, "takes more than 2 s for it")}
    for row, (text, _) in lost.items():
        chains[row] = text
    found = featurize_watched(MACCS, chains, workers)
    assert found.failures == {
        row: f"RDKit {reason}" for row, (_, reason) in lost.items()
    }
    rest = [row for row in range(len(chains)) if row not in lost]
    expected = [sound(Chem.MolFromSmiles(chains[row])) for row in rest]
    np.testing.assert_array_equal(found.values[rest], expected)
    assert not found.values[list(lost)].any()


def test_fault_in_a_child_is_an_error(monkeypatch):
    def broken(definition, smiles):
        if smiles:
            raise RuntimeError("out of order")
        return []

    monkeypatch.setattr("toxtune.features.compute.compute_rows", broken)
    with pytest.raises(RuntimeError, match="out of order"):
        featurize_watched(MACCS, ["CCO"])


def test_maccs_keys_are_rdkits():
    from rdkit import Chem
    from rdkit.Chem import MACCSkeys

    theirs = [
        list(MACCSkeys.GenMACCSKeys(Chem.MolFromSmiles(smiles))) for smiles in MOLECULES
    ]
    np.testing.assert_array_equal(featurize(MACCS, MOLECULES).values, theirs)


def test_counts_say_how_often_and_bits_whether():
    counts, bits = (
        featurize({**CIRCULAR, "count": count}, MOLECULES).values
        for count in (True, False)
    )
    np.testing.assert_array_equal(counts > 0, bits)
    assert counts.max() > 100
    assert featurize(COUNTS, ["CC(C)(C)C"]).values.sum() == 5 + 1 + 4


def test_counts_stop_at_the_largest_that_is_kept(caplog):
    caplog.set_level(logging.INFO)
    features = featurize(COUNTS, ["C" * 1000])
    assert features.values.max() == MAX_COUNT
    log_findings(features, ["wax"])
    assert f"counts of {MAX_COUNT} or more are kept as that" in caplog.text


def test_feature_invariants_take_like_atoms_for_equal():
    # Chlorine and bromine are the same to FCFP, not to ECFP.
    for use_features in (True, False):
        definition = {**CIRCULAR, "use_features": use_features}
        one, two = featurize(definition, ["Clc1ccccc1", "Brc1ccccc1"]).values
        assert (one == two).all() == use_features


CENTRES = ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O")
DOUBLE_BONDS = ("F/C=C/F", "F/C=C\\F")


@pytest.mark.parametrize("include", [True, False])
@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize("kind", [CIRCULAR, PAIRS, TORSIONS], ids=lambda d: d["kind"])
def test_stereoisomers_are_told_apart_where_that_is_asked_for(kind, count, include):
    definition = {**kind, "count": count, "include_chirality": include}
    left, right = featurize(definition, CENTRES).values
    assert (left != right).any() == include
    cis, trans = featurize(definition, DOUBLE_BONDS).values
    # Pairs and torsions know of centres alone.
    assert (cis != trans).any() == (include and kind is CIRCULAR)


@pytest.mark.parametrize("kind", ["atom_pairs", "torsions", "paths"])
def test_other_counts_say_how_often_and_bits_whether(kind):
    counts, bits = (
        featurize({"kind": kind, "size": 1024, "count": count}, MOLECULES).values
        for count in (True, False)
    )
    np.testing.assert_array_equal(counts > 0, bits)


def test_pairs_and_torsions_are_counted_as_a_chemist_does():
    # Propanol: six pairs of four atoms, and one row of four.
    assert featurize({**PAIRS, "count": True}, ["CCCO"]).values.sum() == 6
    assert featurize({**TORSIONS, "count": True}, ["CCCO"]).values.sum() == 1


def test_avalon_and_erg_are_rdkits():
    from rdkit import Chem
    from rdkit.Avalon.pyAvalonTools import GetAvalonFP
    from rdkit.Chem.rdReducedGraphs import GetErGFingerprint

    molecules = [Chem.MolFromSmiles(smiles) for smiles in MOLECULES]
    avalon = featurize({"kind": "avalon", "size": 512}, MOLECULES)
    np.testing.assert_array_equal(
        avalon.values, [list(GetAvalonFP(molecule, 512)) for molecule in molecules]
    )
    erg = featurize({"kind": "erg"}, MOLECULES)
    want = np.array([GetErGFingerprint(molecule) for molecule in molecules])
    np.testing.assert_array_equal(erg.values, want.astype(np.float32))


def test_descriptors_are_rdkits_by_sorted_names():
    from rdkit import Chem
    from rdkit.Chem import Descriptors

    features = featurize(DESCRIPTORS, MOLECULES[:32])
    assert features.names == sorted(dict(Descriptors.descList))
    assert len(features.names) > 200
    for row, smiles in enumerate(MOLECULES[:32]):
        theirs = Descriptors.CalcMolDescriptors(Chem.MolFromSmiles(smiles))
        want = np.array([theirs[name] for name in features.names], dtype=np.float32)
        np.testing.assert_array_equal(features.values[row], want)


def test_descriptors_that_cannot_be_had_are_missing_and_told(caplog):
    caplog.set_level(logging.INFO)
    features = featurize(DESCRIPTORS, MOLECULES)
    column, helium = features.names.index("BCUT2D_CHGHI"), MOLECULES.index("[He]")
    assert np.isnan(features.values[helium, column])
    n_missing = np.isnan(features.values[:, column]).sum()
    assert 0 < n_missing < 25
    log_findings(features, MOLECULES)
    assert f"BCUT2D_CHGHI in {n_missing}" in caplog.text
    assert "qed in" not in caplog.text


def test_descriptor_that_raises_or_overflows_is_missing(monkeypatch):
    def crash(molecule):
        raise ZeroDivisionError

    named = [("crash", crash), ("huge", lambda molecule: 1e39), ("one", lambda _: 1)]
    monkeypatch.setattr(featurizers, "_rdkit_descriptors", lambda: named)
    features = featurize(DESCRIPTORS, ["CC"])
    np.testing.assert_array_equal(features.values, [[np.nan, np.nan, 1]])
    assert (features.names, features.failures) == (["crash", "huge", "one"], {})


def test_giants_go_without_the_descriptors_that_would_take_minutes():
    chains = ["C" * COSTLY_UP_TO_ATOMS, "C" * (COSTLY_UP_TO_ATOMS + 1)]
    features = featurize(DESCRIPTORS, chains)
    missing = {
        name
        for name, values in zip(features.names, features.values.T, strict=True)
        if np.isnan(values[1]) and not np.isnan(values[0])
    }
    assert missing <= set(COSTLY)
    assert "AvgIpc" in missing


def test_name_spells_the_definition():
    assert features_name(CIRCULAR) == "circular-radius-2-size-1024"
    shuffled = dict(reversed(CIRCULAR.items()))
    assert features_name(shuffled) == features_name(CIRCULAR)
    assert features_name(COUNTS) == "circular-count-radius-2-size-2048"
    said = {**CIRCULAR, "count": False, "use_features": False}
    assert features_name(said) == features_name(CIRCULAR)
    both = features_name({**COUNTS, "use_features": True})
    assert both == "circular-count-radius-2-size-2048-use_features"
    assert features_name(MACCS) == "maccs"


def test_metadata_of_a_final_model_take_each_name():
    of_trials = read_schema(SCHEMA)["properties"]["trials"]["items"]["properties"]
    of_trial = of_trials["features"]
    fcfp_counts = features_name({**COUNTS, "use_features": True})
    for name in (fcfp_counts, f"{fcfp_counts}+maccs", features_name(DESCRIPTORS)):
        assert not schema_faults(of_trial, name)
    assert schema_faults(of_trial, "../maccs")


def test_name_of_several_depends_on_neither_their_order_nor_the_users_names():
    spelled = {"a": COUNTS, "b": MACCS, "c": DESCRIPTORS}
    want = "circular-count-radius-2-size-2048+descriptors+maccs"
    for names in (["a", "b", "c"], ["c", "a", "b"]):
        definitions = definitions_of({**spelled, "all": names}, "all")
        assert features_name(*definitions) == want
    assert definitions_of(spelled, "b") == [MACCS]
    assert features_name(*definitions_of({**spelled, "d": ["b"]}, "d")) == "maccs"


def test_files_are_those_of_the_members_and_scaled_where_they_must_be():
    name = features_name(DESCRIPTORS, MACCS, COUNTS)
    assert features_files(name) == [
        "circular-count-radius-2-size-2048.npz",
        "descriptors.scaled.npz",
        "maccs.npz",
    ]
    assert features_files("maccs") == ["maccs.npz"]


def test_distinct_definitions_have_distinct_names_that_any_disk_takes():
    definitions = [
        {
            **CIRCULAR,
            "radius": radius,
            "size": size,
            "count": count,
            "use_features": use,
        }
        for radius in range(11)
        for size in (16, 64, 1024, 1025, 2048, 65536)
        for count in (False, True)
        for use in (False, True)
    ]
    names = {features_name(one) for one in [*definitions, MACCS, DESCRIPTORS]}
    assert len(names) == len(definitions) + 2
    for name in names:
        (file,) = features_files(name)
        assert len(file) < 100
        assert set(file) <= set("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def test_every_molecule_of_the_demo_is_known_by_its_features():
    # Unparsable rows aside, which curation drops.
    from rdkit import Chem, RDLogger

    RDLogger.DisableLog("rdApp.*")
    smiles = [row["smiles"] for row in csv.DictReader(demo_csv().splitlines())]
    smiles = [text for text in smiles if Chem.MolFromSmiles(text)]
    assert featurize(CIRCULAR, smiles).values.any(axis=1).all()
