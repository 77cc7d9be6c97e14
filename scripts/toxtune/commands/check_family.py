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

EXAMPLE = "check-family my_package.my_family"
_SUITES = ("families", "states", "complexity", "task_types")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument(
        "family", metavar="FAMILY", help="its module, such as my_package.my_family"
    )


def main(options: argparse.Namespace) -> int:
    """Run the contract suite on the family; its outcome is the exit status."""
    # Slow to import, and `--help` has no use for it.
    from toxtune.models.registry import get_family, module_of, trust
    from toxtune.search.trial_columns import check_names
    from toxtune.versions import SCRIPTS, code_hash

    trust(options.family)
    family = get_family(options.family)
    check_names(family)
    name = family.name
    print(f"{name}: code {code_hash(module_of(name))}", flush=True)
    tests = SCRIPTS.parent / "tests"
    # Not the user's own pytest settings, and no file left in their folder.
    command = [sys.executable, "-m", "pytest", "-q", "-k", name]
    command += ["-p", "no:cacheprovider", "-c", str(SCRIPTS.parent / "pyproject.toml")]
    command += [str(tests / "contract" / f"test_{suite}.py") for suite in _SUITES]
    return subprocess.run(
        command, env={**os.environ, "TOXTUNE_CHECKED_FAMILY": name}, check=False
    ).returncode
