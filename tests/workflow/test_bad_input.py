"""Bad input ends in one clear message, with no traceback and nothing half-written."""

import gzip
import hashlib
import os
import subprocess

import pytest

from helpers.patience import RUN

pytestmark = pytest.mark.promise(
    "bad input of a whole run", "one message, exit status 1, nothing half-written"
)

GOOD = "name,smiles,toxic\n" + "".join(
    f"m{number},{'C' * (number + 1)}O,{number % 2}\n" for number in range(40)
)
OWN_DATA = """
dataset: {source: own.csv, id_column: name}
training: {seeds: [0]}
search:
  spaces:
    - {family: random_forest, features: ecfp, hyperparameters: {n_estimators: 3}}
"""


OUTPUTS = {
    "download_dataset": ["raw", "raw_test", "sources.json"],
    "curate_dataset": ["molecules.csv", "curation.tsv", "curation.json"],
    "split_dataset": ["assignment.tsv", "whole/train.csv", "split.json"],
}


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
    # What a job that failed was to write is not there, not even a part of it.
    for log in (project.folder / "logs" / "data").rglob("*_dataset.log"):
        if "Error:" in log.read_text("utf-8"):
            outputs = OUTPUTS[log.stem]
            folder = project.folder / log.parent.relative_to(project.folder / "logs")
            assert not [name for name in outputs if (folder / name).exists()]
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
            "hyperparameters: {learning_rate: 1e-3x}}]}",
            ["search.spaces[0].hyperparameters.learning_rate", "1e-3x", "number"],
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
            "dataset: {source: absent.csv}",
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
        (GOOD.replace("smiles", "compound"), ["smiles", "compound"]),
        (GOOD.replace("m3,CCCCO,1", "m3,CCCCO,2"), ["toxic", "2"]),
        (GOOD.replace(",1\n", ",0\n"), ["no task is left", "toxic"]),
        (GOOD.replace("m3,CCCCO", "m3,CC\0CO"), ["own.csv, line 5", "NUL", "0x00"]),
        (GOOD.replace(",CCCCO,1\n", ',"CCCCO,1\n'), ["own.csv, line 5", "quote"]),
    ],
    ids=["empty", "HTML", "no SMILES", "label 2", "one class", "NUL", "open quote"],
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
    overlay = OWN_DATA.replace("id_column", f"sha256: {digest}, id_column")
    refused(project, overlay, "own.csv", "dataset.sha256", digest)


def test_no_source_answers(project):
    sources = "source: [absent.csv, $NOWHERE_SET/tox21.csv]"
    overlay = f"dataset: {{{sources}, sha256: {'f' * 64}}}"
    fragments = ["absent.csv: no such file", "NOWHERE_SET is not set"]
    refused(project, overlay, *fragments, "dataset.source", "make demo")


def test_unknown_task(project):
    (project.folder / "own.csv").write_text(GOOD, encoding="utf-8")
    overlay = OWN_DATA.replace("id_column: name", "id_column: name, tasks: [toxci]")
    refused(project, overlay, "toxci", "toxic")


def test_good_data_runs(project):
    """The data that the cases above spoil is accepted as it stands."""
    (project.folder / "own.csv").write_text(GOOD, encoding="utf-8")
    overlay = project.overlay(OWN_DATA + "split: {method: stratified}\n")
    scores = "results/tiny/test.json"
    project.run(scores, *overlay, cores=1)
    assert (project.folder / scores).is_file()


def test_overlay_that_is_not_there(project):
    done = launched(project, "absent.yaml")
    assert done.returncode != 0
    assert "absent.yaml: cannot be read" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("run: [", "is not YAML"),
        ("run: a\nrun: b", "'run' stands twice"),
        ("run: !!python/object/apply:os.system ['touch pwned']", "is not YAML"),
        ("__use_yte__: true\nrun: ?open('pwned', 'w')", "no template"),
        ("run: &a [*a, *a, *a]", "at most 20 levels deep"),
    ],
    ids=["no YAML", "key twice", "code", "template", "endless"],
)
def test_overlay_that_is_refused(project, text, fragment):
    (project.folder / "broken.yaml").write_text(text, encoding="utf-8")
    done = launched(project, "broken.yaml")
    assert done.returncode != 0
    output = done.stdout + done.stderr
    assert "Error: broken.yaml: " in output
    assert fragment in output
    assert "Traceback" not in output
    assert not list(project.folder.glob("**/pwned"))


def launched(project, overlay):
    return subprocess.run(
        [project.python, "-m", "toxtune", "run", "--configfile", overlay],
        cwd=project.folder,
        env={**os.environ, "PYTHONPATH": "scripts"},
        capture_output=True,
        text=True,
        timeout=RUN,
    )
