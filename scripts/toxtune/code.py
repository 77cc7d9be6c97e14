"""Content hashes of code, derived from its imports.

Snakemake sees an edit of a script by its time stamp alone and an edit of a module
that the script imports not at all. So each rule passes the hash of its script and of
all the modules of this package that the script can reach.
"""

import ast
import hashlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
PACKAGE = Path(__file__).resolve().parent.name


def code_hash(*names: str) -> str:
    """Hash the code that the named scripts and modules can reach.

    Comments, docstrings and formatting do not count.

    Parameters
    ----------
    names
        Scripts, such as ``"train_replicate"``, or modules, such as
        ``"toxtune.models.dense"``. Imports inside functions are followed as well;
        imports by a computed name are not, and must be given here.

    Returns
    -------
    str
        12 hexadecimal digits.
    """
    paths = sorted(set().union(*(_reachable(_file_of(name)) for name in names)))
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.relative_to(SCRIPTS).as_posix().encode())
        digest.update(_meaning(path).encode())
    return digest.hexdigest()[:12]


def _file_of(name: str) -> Path:
    stem = SCRIPTS.joinpath(*name.split("."))
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    raise FileNotFoundError(f"no script or module named {name}")


@cache
def _reachable(start: Path) -> frozenset[Path]:
    seen = {start}
    waiting = [start]
    while waiting:
        for path in _imported_files(waiting.pop()) - seen:
            seen.add(path)
            waiting.append(path)
    return frozenset(seen)


@cache
def _imported_files(path: Path) -> frozenset[Path]:
    found = set()
    for name in _imported_names(_tree(path)):
        if name.split(".")[0] != PACKAGE:
            continue
        try:
            found.add(_file_of(name))
        except FileNotFoundError:
            # `from toxtune.files import whole_file` names a function, not a module.
            continue
    return frozenset(found | _packages(path))


def _packages(path: Path) -> set[Path]:
    """Find the packages that Python runs before the module at `path`."""
    folders = [folder for folder in path.parents if SCRIPTS in folder.parents]
    packages = {folder / "__init__.py" for folder in folders}
    return {package for package in packages if package.is_file()}


def _imported_names(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@cache
def _meaning(path: Path) -> str:
    tree = _tree(path)
    for node in ast.walk(tree):
        if ast.get_docstring(node, clean=False) if _can_have_docstring(node) else None:
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def _can_have_docstring(node: ast.AST) -> bool:
    return isinstance(
        node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    )


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))
