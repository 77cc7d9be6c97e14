"""Bad input ends in one clear message, with no traceback and nothing half-written."""

import gzip
import hashlib

import pytest

GOOD = "name,smiles,toxic\n" + "".join(
    f"m{number},{'C' * (number + 1)}O,{number % 2}\n" for number in range(40)
)
OWN_DATA = """
dataset: {source: own.csv, sha256: null, id_column: name}
search:
  seeds: [0]
  spaces:
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 3}}
"""


def refused(project, overlay, *fragments):
    """Run to the end; expect a message with the fragments, and no result."""
    done = project.snakemake("--cores", "1", *project.overlay(overlay), check=False)
    output = done.stdout + done.stderr
    assert done.returncode != 0
    assert "Traceback" not in output
    for fragment in fragments:
        assert fragment in output
    leftovers = [
        path.relative_to(project.folder)
        for folder in ("data", "results")
        for path in (project.folder / folder).rglob("*")
        if path.is_file() and path.name.startswith(".")
    ]
    assert not leftovers
    assert not list(project.folder.glob("results/*/test.json"))


@pytest.mark.parametrize(
    ("overlay", "fragments"),
    [
        ("serach: {}", ["serach", "unknown key"]),
        (
            "split: {fractions: {train: 0.9, valid: 0.1, test: 0.1}}",
            ["split.fractions", "sum to 1", "1.1"],
        ),
        ("objective: {metric: auc}", ["objective.metric", "roc_auc", "'auc'"]),
        (
            "search: {spaces: [{family: dense, features: ecfp, "
            "hyperparameters: {learning_rate: 1e-3}}]}",
            ["search.spaces[0].hyperparameters.learning_rate", "1e-3", "1.0e-3"],
        ),
        (
            "search: {spaces: [{family: dense, features: ecfp, "
            "hyperparameters: {neurons: [-3]}}]}",
            ["hyperparameters.neurons", "-3", "1"],
        ),
        (
            "search: {spaces: [{family: dense, features: ecfp, "
            "hyperparameters: {neurons: []}}]}",
            ["hyperparameters.neurons", "at least one value"],
        ),
        (
            "dataset: {source: absent.csv, sha256: null}",
            ["dataset.source", "absent.csv", "make demo"],
        ),
    ],
)
def test_configuration(project, overlay, fragments):
    refused(project, overlay, *fragments)
    assert not (project.folder / "data").exists()


@pytest.mark.parametrize(
    ("content", "fragments"),
    [
        ("", ["own.csv", "empty"]),
        ("<!DOCTYPE html><html>Not found</html>", ["own.csv", "HTML"]),
        (GOOD.replace("smiles", "structure"), ["smiles", "structure"]),
        (GOOD.replace("m3,CCCCO,1", "m3,CCCCO,2"), ["toxic", "2"]),
        (GOOD.replace(",1\n", ",0\n"), ["both classes"]),
    ],
    ids=["empty", "HTML", "no SMILES column", "label 2", "one class"],
)
def test_data(project, content, fragments):
    (project.folder / "own.csv").write_text(content, encoding="utf-8")
    refused(project, OWN_DATA, *fragments)


def test_truncated_gzip(project):
    whole = gzip.compress(GOOD.encode())
    (project.folder / "own.csv.gz").write_bytes(whole[: len(whole) // 2])
    refused(project, OWN_DATA.replace("own.csv", "own.csv.gz"), "own.csv.gz", "cut off")


def test_wrong_checksum(project):
    (project.folder / "own.csv").write_text(GOOD, encoding="utf-8")
    digest = hashlib.sha256(b"something else").hexdigest()
    overlay = OWN_DATA.replace("sha256: null", f"sha256: {digest}")
    refused(project, overlay, "own.csv", "dataset.sha256", digest)


def test_unknown_task(project):
    (project.folder / "own.csv").write_text(GOOD, encoding="utf-8")
    overlay = OWN_DATA.replace("id_column: name", "id_column: name, tasks: [toxci]")
    refused(project, overlay, "toxci", "toxic")


def test_good_data_runs(project):
    """The data that the cases above spoil is accepted as it stands."""
    (project.folder / "own.csv").write_text(GOOD, encoding="utf-8")
    overlay = project.overlay(OWN_DATA + "split: {method: stratified}\n")
    project.run(*overlay, cores=1)
    assert (project.folder / "results/tiny/test.json").is_file()
