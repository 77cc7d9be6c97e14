"""Another workflow has toxtune as a module: the example, run in a folder of its own."""

import os
import shutil
import subprocess

import pandas as pd
import pytest
import yaml

from helpers import warm_python
from helpers.patience import RUN
from helpers.project import ROOT, new_project

EXAMPLE = ROOT / "examples/module"
FILES = ("Snakefile", "config.yaml", "library.csv", "rank_library.py")
TINY = {"test": {"resamples": 40}}


class Outer:
    """A folder of another workflow, with the example in it."""

    def __init__(self, folder, clone):
        self.folder = folder
        folder.mkdir()
        for name in FILES:
            shutil.copy(EXAMPLE / name, folder)
        self.config = yaml.safe_load((folder / "config.yaml").read_text("utf-8"))
        self.config["clone"] = str(clone)
        self.configure(**TINY)

    def configure(self, **sections):
        """Change toxtune's configuration; None takes a section out."""
        self.config["toxtune"] |= sections
        kept = {k: v for k, v in self.config["toxtune"].items() if v is not None}
        text = yaml.safe_dump({**self.config, "toxtune": kept}, allow_unicode=True)
        (self.folder / "config.yaml").write_text(text, encoding="utf-8")

    def edit(self, old, new):
        """Change the Snakefile."""
        path = self.folder / "Snakefile"
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def snakemake(self, *arguments):
        env = {name: os.environ[name] for name in os.environ if name != "PYTHONPATH"}
        return subprocess.run(
            [warm_python.python(), "-m", "snakemake", "--cores", "2", *arguments],
            cwd=self.folder,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=RUN,
        )


@pytest.fixture(scope="module")
def ran(tmp_path_factory):
    above = tmp_path_factory.mktemp("module")
    clone = new_project(above / "the clone").folder
    before = sorted(clone.rglob("*"))
    outer = Outer(above / "my workflow é", clone)
    done = outer.snakemake()
    assert done.returncode == 0, done.stdout
    written = set(clone.rglob("*")) - set(before)
    assert not [path for path in written if "__pycache__" not in path.parts]
    return outer


def test_it_runs_in_the_other_workflows_folder(ran):
    results = ran.folder / "results/module"
    for name in ("report.html", "final.zip", "test.json", "selection.json"):
        assert (results / name).is_file()
    ranking = pd.read_csv(ran.folder / "ranking.csv")["michael_acceptor_probability"]
    assert len(ranking) == 5
    assert ranking.is_monotonic_decreasing


def test_nothing_is_done_a_second_time(ran):
    assert "Nothing to be done" in ran.snakemake("-n").stdout


def test_what_is_left_out_comes_from_our_configuration(ran):
    # Ours has other seeds; they differ from what was run above.
    ran.configure(training=None)
    try:
        planned = ran.snakemake("-n").stdout
    finally:
        ran.configure(training={"seeds": [0]})
    assert "seed-2/result.json" in planned
    assert "rule toxtune_train_replicate" in planned


@pytest.fixture
def outer(tmp_path):
    return Outer(tmp_path / "outer", ROOT)


def test_a_rule_can_be_changed_after_all_were_used(outer):
    outer.edit(
        "use rule * from toxtune as toxtune_*\n",
        "use rule * from toxtune as toxtune_*\n"
        "use rule train_replicate from toxtune as toxtune_train_replicate with:\n"
        "    threads: 2\n",
    )
    planned = outer.snakemake("-n")
    assert planned.returncode == 0, planned.stdout
    assert "rule toxtune_train_replicate" in planned.stdout


def test_a_table_is_looked_for_in_the_folder_of_the_run(outer):
    outer.configure(dataset={"source": "my table.csv"})
    refused = outer.snakemake("-n")
    assert refused.returncode
    assert f"no file my table.csv in {outer.folder}" in refused.stdout
    assert "Traceback" not in refused.stdout
    (outer.folder / "my table.csv").write_text("smiles,a\nC,0\nCC,1\n")
    assert outer.snakemake("-n").returncode == 0


def test_a_prefix_is_refused(outer):
    here = "    # What is left out"
    outer.edit(here, f'    prefix:\n        "x"\n{here}')
    refused = outer.snakemake("-n")
    assert refused.returncode
    assert "takes no prefix" in refused.stdout


def test_a_module_without_a_configuration_has_ours(outer):
    outer.edit('    config:\n        config["toxtune"]\n', "")
    planned = outer.snakemake("-n", "toxtune_all")
    assert planned.returncode == 0, planned.stdout
    assert "results/tox21/report.html" in planned.stdout
