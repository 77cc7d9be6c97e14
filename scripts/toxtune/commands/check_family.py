"""Hold a model family of your own to what all families keep.

The family is a Python module that is installed or lies in this folder, with FAMILY and
CHECKS as docs/own_families.md says. The tests are those of the families that come with
toxtune: the same seed gives the same bytes, a missing label counts for nothing, a saved
model predicts the same, and so on.
"""

import argparse
import os
import subprocess
import sys

from toxtune.errors import UserError

EXAMPLE = "check-family my_package.my_family"
# What a module's CHECKS must have.
_CHECKS = ("quick", "thorough", "other_values", "simpler_first")
_SUITES = ("families", "states", "complexity", "task_types")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "family", metavar="FAMILY", help="its module, such as my_package.my_family"
    )


def main(options: argparse.Namespace) -> int:
    """Run the contract suite on the family; its outcome is the exit status."""
    # Slow to import, and `--help` has no use for it.
    from toxtune.models.registry import module_of
    from toxtune.search.named_family import named_family
    from toxtune.versions import SCRIPTS, code_hash

    name = named_family(options.family).name
    _check_checks(name)
    print(f"{name}: code {code_hash(module_of(name))}", flush=True)
    tests = SCRIPTS.parent / "tests"
    # Not the user's own pytest settings, and no file left in their folder.
    command = [sys.executable, "-m", "pytest", "-q", "-k", name]
    command += ["-p", "no:cacheprovider", "-c", str(SCRIPTS.parent / "pyproject.toml")]
    command += [str(tests / "contract" / f"test_{suite}.py") for suite in _SUITES]
    return subprocess.run(
        command, env={**os.environ, "TOXTUNE_CHECKED_FAMILY": name}, check=False
    ).returncode


def _check_checks(name: str) -> None:
    """Refuse a module of a user's own without the settings that it is tried with."""
    from toxtune.models.registry import MODULES

    if name in MODULES:
        return
    checks = getattr(sys.modules[name], "CHECKS", {})
    missing = [check for check in _CHECKS if check not in checks]
    if missing:
        raise UserError(
            f"{name}: its module must have CHECKS, a dictionary with "
            f"{', '.join(_CHECKS)}; add {', '.join(missing)}, as docs/own_families.md "
            "shows"
        )
