"""What the project needs is the same wherever it is written down."""

import re
import subprocess
import sys
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
LOCK = (ROOT / "requirements/cpu.lock").read_text("utf-8")
CONDA = yaml.safe_load((ROOT / "envs/toxtune.yaml").read_text("utf-8"))
CONTAINER = (ROOT / "envs/toxtune.def").read_text("utf-8")


def locked_versions():
    """Package to versions: some have one per version of Python."""
    pins = re.findall(r"^([a-z0-9-]+)==(\S+)", LOCK, flags=re.MULTILINE)
    assert len(pins) > 100
    return set(pins)


def python_of_conda():
    (version,) = [
        entry.removeprefix("python=")
        for entry in CONDA["dependencies"]
        if isinstance(entry, str) and entry.startswith("python=")
    ]
    return version


def test_conda_has_the_pins_of_the_lock():
    requirements = CONDA["dependencies"][-1]["pip"]
    pins = {tuple(entry.split(" ;")[0].split("==")) for entry in requirements}
    assert pins == locked_versions()


def test_conda_environment_is_what_the_lock_gives():
    made = subprocess.run(
        [sys.executable, ROOT / "envs/from_lock.py"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert made.stdout == (ROOT / "envs/toxtune.yaml").read_text("utf-8")


def test_container_installs_the_lock_and_no_other_python_package():
    installs = re.findall(r"pip install(.*)", CONTAINER)
    assert installs == [" --no-cache-dir --require-hashes -r /opt/cpu.lock"]
    assert re.findall(r"^ *(\S+) /opt/cpu.lock$", CONTAINER, flags=re.MULTILINE) == [
        "requirements/cpu.lock"
    ]


def test_container_has_the_python_of_the_conda_environment():
    assert f"\nFrom: python:{python_of_conda()}-slim" in CONTAINER


def test_lock_holds_the_plugins_that_the_profiles_name():
    packages = {package for package, _ in locked_versions()}
    for profile in ROOT.glob("profiles/*/config.yaml"):
        executor = yaml.safe_load(profile.read_text("utf-8")).get("executor")
        if executor:
            assert f"snakemake-executor-plugin-{executor}" in packages, profile


def test_badges_of_the_readme_are_as_docs_pictures_draws_them(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "docs")
    from pictures import FOLDER, badge, badges

    readme = (ROOT / "README.md").read_text("utf-8")
    for name, value in badges().items():
        path = FOLDER / f"badge-{name.lower()}.svg"
        assert path.read_text("utf-8") == badge(name, value)
        assert f"]({path.relative_to(ROOT)})" in readme
