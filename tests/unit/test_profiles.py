"""The clusters' profiles: grouped alike, and the only place of site facts."""

import os
import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
CLUSTERS = ("slurm", "pbs", "lsf", "sge")
PROFILES = {
    name: yaml.safe_load((ROOT / f"profiles/{name}/config.yaml").read_text("utf-8"))
    for name in CLUSTERS
}
DEFAULT = yaml.safe_load((ROOT / "profiles/default/config.yaml").read_text("utf-8"))
RULES = "".join(path.read_text("utf-8") for path in sorted(ROOT.glob("rules/*.smk")))


@pytest.mark.parametrize("key", ["groups", "group-components", "retries"])
@pytest.mark.parametrize("name", CLUSTERS)
def test_profiles_agree(name, key):
    assert PROFILES[name][key] == PROFILES["slurm"][key]


def test_groups_are_of_rules_that_exist():
    header = r"^ *(?:use rule \w+ as|rule) (\w+)(?: with)?:"
    rules = set(re.findall(header, RULES, flags=re.MULTILINE))
    assert PROFILES["slurm"]["groups"].keys() < rules


def test_components_are_of_groups_that_exist():
    groups = set(PROFILES["slurm"]["groups"].values())
    assert PROFILES["slurm"]["group-components"].keys() < groups


def test_rules_know_nothing_of_a_site():
    assert not re.search("slurm|account|partition|queue|group:", RULES)


@pytest.mark.parametrize("script", sorted(ROOT.glob("profiles/*/[!j]*.sh")))
def test_scripts_can_be_executed(script):
    assert os.access(script, os.X_OK)


@pytest.mark.parametrize("name", ["pbs", "lsf", "sge"])
def test_named_scripts_are_there(name):
    profile = PROFILES[name]
    folder = ROOT / "profiles" / name
    submit = ROOT / profile["cluster-generic-submit-cmd"].split()[0]
    scripts = [submit] + [
        folder / profile[key]
        for key in (
            "cluster-generic-status-cmd",
            "cluster-generic-cancel-cmd",
            "jobscript",
        )
    ]
    assert all(script.is_file() for script in scripts)


def test_clusters_have_default_resources():
    defaults = [PROFILES[name]["default-resources"] for name in CLUSTERS]
    assert all({"mem_mb", "runtime"} <= resources.keys() for resources in defaults)
    # Snakemake takes those of this profile in place of a cluster's, not beside them.
    assert "default-resources" not in DEFAULT
