"""The model families by name.

No training imports this module, so that a new family retrains no other. A family's
module is imported when it is asked for, and imports nothing heavy then.

A family of a user's own has the name of its module, such as ``my_package.my_family``,
which is installed or lies in the folder of the run.
"""

import os
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from traceback import extract_tb

from toxtune.errors import UserError
from toxtune.models.base import CPU, Family
from toxtune.text import shown
from toxtune.versions import library_version

MODULES = {
    "dense": "toxtune.models.dense",
    "extra_trees": "toxtune.models.extra_trees",
    "gaussian_process": "toxtune.models.gaussian_process",
    "gradient_boosting": "toxtune.models.gradient_boosting",
    "lightgbm": "toxtune.models.lightgbm",
    "logistic_regression": "toxtune.models.logistic_regression",
    "random_forest": "toxtune.models.random_forest",
    "ridge": "toxtune.models.ridge",
}


# What a saved model of a user's own family may be: a zip file of some kind.
FORMATS = ("keras", "lightgbm", "npz", "skops", "zip")
# An environment variable with the names of families of a user's own, apart by blanks.
# Files may ask for no others: importing a module runs its code.
TRUSTED = "TOXTUNE_FAMILIES"


def trust(name: str) -> None:
    """Let this process and its children use a family that a configuration names."""
    if not is_trusted(name):
        os.environ[TRUSTED] = f"{os.environ.get(TRUSTED, '')} {name}".strip()


def is_trusted(name: str) -> bool:
    """Whether a file may ask for a family."""
    return name in MODULES or name in os.environ.get(TRUSTED, "").split()


def module_of(name: str) -> str:
    """Return the name of a family's module."""
    return MODULES.get(name, name)


def get_family(name: str) -> Family:
    """Return the family that has a name in `MODULES`, or a trusted one of a user's own.

    Raises
    ------
    UserError
        If there is none.
    """
    if name in MODULES:
        return import_module(MODULES[name]).FAMILY
    if not is_trusted(name):
        raise UserError(
            f"the family {shown(name)} is none of toxtune's. If you trust the code of "
            f"the module with that name, say so: {TRUSTED}={shown(name)}"
        )
    folder = str(Path.cwd())
    if folder not in sys.path:
        sys.path.append(folder)
    try:
        module = import_module(name)
    except ModuleNotFoundError as error:
        raise UserError(
            f"{name}: there is no module {error.name}; it must be installed, or lie in "
            f"{folder}"
        ) from None
    # Whatever it runs; the code is not toxtune's.
    except (Exception, SystemExit) as error:
        raise UserError(
            f"{name}: its module cannot be imported: {type(error).__name__}: "
            f"{' '.join(str(error).split())} ({_place(error, name)}); mend it there"
        ) from None
    family = getattr(module, "FAMILY", None)
    if not isinstance(family, Family) or family.name != name:
        raise UserError(f"{name}: its module must have FAMILY = Family(name={name!r})")
    if family.model_format not in FORMATS:
        raise UserError(
            f"{name}: model_format must be one of {', '.join(FORMATS)}, got "
            f"{family.model_format!r}"
        )
    return family


def _place(error: BaseException, name: str) -> str:
    """Say in which line of a family's package an import went wrong."""
    if isinstance(error, SyntaxError):
        return f"{error.filename}, line {error.lineno}"
    frames = extract_tb(error.__traceback__)
    package = name.partition(".")[0]
    own = [frame for frame in frames if package in Path(frame.filename).parts]
    frame = [*frames, *own][-1]
    return f"{frame.filename}, line {frame.lineno}"


def device_of(family: str, wanted: str) -> str:
    """Return what a family is trained on: the wanted device, if it has the choice."""
    return wanted if get_family(family).uses_gpu else CPU


def current_versions(families: Iterable[str]) -> dict[str, str]:
    """Versions here of what decides the predictions of these families' models."""
    libraries = [name for family in families for name in get_family(family).libraries]
    names = {*libraries, "rdkit", "numpy"}
    return {name: library_version(name) for name in sorted(names)}
