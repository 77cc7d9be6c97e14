"""A final model away from the checkout: a wheel, Python, and nothing else."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.final_models import make

ROOT = Path(__file__).resolve().parents[2]
# What prediction with trees has no use for.
HEAVY = ("tensorflow", "keras", "snakemake", "deepchem", "optuna", "altair")

pytestmark = pytest.mark.long


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """Return the programs of an environment with the wheel; skip without an index."""
    folder = tmp_path_factory.mktemp("installed")
    uv = Path(sys.executable).with_name("uv")
    steps = [
        [uv, "build", "--wheel", "--quiet", "--out-dir", folder, ROOT],
        [sys.executable, "-m", "venv", folder / "venv"],
    ]
    for step in steps:
        done = subprocess.run(step, capture_output=True, text=True)
        if done.returncode:
            pytest.skip(f"no package index: {done.stderr[-300:]}")
    (wheel,) = folder.glob("*.whl")
    pip = [folder / "venv/bin/python", "-m", "pip", "install", "--quiet", wheel]
    done = subprocess.run(pip, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"no package index: {done.stderr[-300:]}")
    return folder / "venv/bin"


def run(command, folder):
    """Run without what the tests' own environment brings along."""
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONPATH"}
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True
    )


@pytest.fixture
def elsewhere(tmp_path):
    """Return a folder with a final model and a table."""
    (tmp_path / "made").mkdir()
    make(tmp_path / "made").rename(tmp_path / "final.zip")
    (tmp_path / "molecules.csv").write_text("smiles\nCCO\nnonsense\n", "utf-8")
    return tmp_path


def test_one_command_predicts(installed, elsewhere):
    command = [installed / "toxtune-predict", "final.zip", "molecules.csv"]
    done = run(command, elsewhere)
    assert done.returncode == 0, done.stderr
    written = (elsewhere / "molecules.predictions.csv").read_text("utf-8")
    header, *rows = written.splitlines()
    assert header.startswith("smiles,one_probability,")
    assert len(rows) == 2


# What cannot be read has a record, and no picture. The page has a picture of the other
# molecule and of its three neighbours; its script knows how they begin.
@pytest.mark.parametrize(
    ("kind", "mark", "count"), [("html", "<svg", 5), ("sdf", "$$$$", 2)]
)
def test_the_page_and_the_sd_file_come_along(installed, elsewhere, kind, mark, count):
    command = [installed / "toxtune-predict", "final.zip", "molecules.csv"]
    done = run([*command, "--format", kind], elsewhere)
    assert done.returncode == 0, done.stderr
    written = (elsewhere / f"molecules.predictions.{kind}").read_text("utf-8")
    assert written.count(mark) == count


def test_python_predicts_without_what_trains(installed, elsewhere):
    code = f"""
import sys
from toxtune.prediction.final_model import load
model = load("final.zip")
table = model.predict_table(["CCO", "nonsense"])
assert list(table["problem"].astype(bool)) == [False, True], table
assert "random_forest" in str(model)
loaded = set({HEAVY}) & set(sys.modules)
assert not loaded, loaded
"""
    done = run([installed / "python", "-c", code], elsewhere)
    assert done.returncode == 0, done.stderr


def test_a_model_that_is_none_is_refused_in_one_line(installed, elsewhere):
    (elsewhere / "final.zip").write_bytes(b"no zip")
    done = run([installed / "toxtune-predict", "final.zip", "molecules.csv"], elsewhere)
    assert done.returncode == 1
    assert done.stderr.startswith("Error: final.zip: is not a final model")
    assert len(done.stderr.splitlines()) == 1
    assert not (elsewhere / "molecules.predictions.csv").exists()
