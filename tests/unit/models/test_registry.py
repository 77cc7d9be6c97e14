"""The registry: every family by its name, and nothing heavy to find it."""

import subprocess
import sys

import pytest

from toxtune.models.base import CPU, GPU
from toxtune.models.registry import MODULES, device_of, get_family
from toxtune.versions import SCRIPTS

HEAVY = {"keras", "lightgbm", "pandas", "scipy", "sklearn", "skops", "tensorflow"}


@pytest.mark.parametrize("name", MODULES)
def test_family_has_the_name_that_it_is_found_by(name):
    assert get_family(name).name == name


@pytest.mark.parametrize("name", MODULES)
def test_family_names_its_own_hyperparameters(name):
    family = get_family(name)
    assert family.task_types
    assert family.space.keys() <= family.hyperparameters.keys()
    assert family.resource is None or family.resource in family.space


def test_families_are_found_without_a_heavy_import():
    program = (
        "import sys; from toxtune.models.registry import MODULES, get_family\n"
        "assert [get_family(name) for name in MODULES]\n"
        "print(*{module.split('.')[0] for module in sys.modules})"
    )
    printed = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(SCRIPTS)},
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "numpy" in printed.split()
    assert not HEAVY & set(printed.split())


def test_only_networks_have_a_choice_of_device():
    assert {name for name in MODULES if get_family(name).uses_gpu} == {"dense"}
    for name in MODULES:
        assert device_of(name, CPU) == CPU
        assert (device_of(name, GPU) == GPU) == get_family(name).uses_gpu
