"""What decides a result besides its data: versions of libraries, hashes of code.

Snakemake notices an edited script by its time stamp alone, and does not notice an
edited module that the script imports. So each rule passes the hash of its script as a
parameter, and the key of a training contains the hash of its family's code.

A module's digest covers its own code and, as in a Merkle tree, the digests of the
modules of this package that it imports. Their places do not count: moving a module,
together with the imports that name it, changes no hash.

The same holds of a package outside of this one that has a model family of a user's own:
what its modules import from it, or from this package, is followed.
"""

import ast
import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from graphlib import CycleError, TopologicalSorter
from importlib.machinery import PathFinder
from importlib.metadata import PackageNotFoundError, version
from itertools import groupby
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parent.parent
PACKAGE = Path(__file__).resolve().parent.name
# Decides which models are kept, and no number: no reason to do anything again.
_NOT_FOLLOWED = frozenset({SCRIPTS / PACKAGE / "training/candidates.py"})
# Other packages whose imports are followed, and the folder that each lies in.
_OWN: dict[str, Path] = {}


def library_version(distribution: str) -> str:
    """Return a distribution's version, or ``absent``."""
    # TensorFlow's builds are one library under several names.
    for name in (distribution, f"{distribution}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "absent"


@dataclass(frozen=True, order=True)
class _Import:
    """One name that a module imports from this package.

    Attributes
    ----------
    file
        The module that it is, or that it is taken from.
    attribute
        What is taken from the module; empty for the module itself.
    name
        What the importing module calls it.
    """

    file: Path
    attribute: str
    name: str


@dataclass(frozen=True)
class _Module:
    """A module, parsed: its code, and in groups what it imports from this package."""

    code: str
    imports: tuple[frozenset[_Import], ...]


def code_hash(*names: str) -> str:
    """Hash the code that the named scripts and modules can reach.

    Comments, docstrings, formatting, names of modules and the order of neighbouring
    imports do not count. Files that a module reads are not followed.

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

    Raises
    ------
    FileNotFoundError
        If a name, or an import of this package, stands for no file.
    ValueError
        If a name is that of a package: it would stand for an ``__init__.py`` and not
        for the modules beside it.
    RuntimeError
        If modules import each other in a circle.
    """
    digests = sorted({_digest(_named_module(name)) for name in names})
    return _sha256(digests)[:12]


def _named_module(name: str) -> Path:
    top = name.partition(".")[0]
    if top != name and not _is_ours(top):
        _OWN[top] = _folder_of(top)
    path = _file_of(name)
    if path is None:
        raise FileNotFoundError(f"no script or module is named {name}")
    if path.name == "__init__.py":
        raise ValueError(f"{name} is a package; name the module in it that is meant")
    return path


def _folder_of(package: str) -> Path:
    """Return the folder in which Python finds a package."""
    spec = PathFinder.find_spec(package)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise FileNotFoundError(f"no package is named {package}")
    return Path(places[0]).resolve().parent


def _file_of(name: str) -> Path | None:
    """Return the file of a module or package, if there is one."""
    parts = name.split(".")
    stem = _OWN.get(parts[0], SCRIPTS).joinpath(*parts)
    for path in (stem.with_suffix(".py"), stem / "__init__.py"):
        if path.is_file():
            return path
    return None


def reached_files(name: str) -> set[Path]:
    """Return the files that the hash of a script or module is made of."""
    return set(_import_graph(_named_module(name)))


def code_state() -> str:
    """Hash what the file system says of this package's code: much faster than its text.

    While it is the same, so is the code.
    """
    seen = []
    folders = [str(SCRIPTS / PACKAGE)]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    folders.append(entry.path)
                elif entry.name.endswith(".py"):
                    status = entry.stat()
                    times = (status.st_mtime_ns, status.st_ctime_ns)
                    seen.append(
                        f"{entry.path} {status.st_ino} {status.st_size} {times}"
                    )
    return _sha256(sorted(seen))


@cache
def _digest(path: Path) -> str:
    """Hash a module's code and that of all that it reaches."""
    try:
        order = list(TopologicalSorter(_import_graph(path)).static_order())
    except CycleError as error:
        circle = " -> ".join(file.stem for file in error.args[1])
        raise RuntimeError(f"modules import each other in a circle: {circle}") from None
    digests: dict[Path, str] = {}
    for file in order:
        module = _parse(file)
        groups = [
            ", ".join(sorted(_spell(found, digests) for found in group))
            for group in module.imports
        ]
        digests[file] = _sha256([module.code, *groups])
    return digests[path]


def _spell(found: _Import, digests: dict[Path, str]) -> str:
    return f"{digests[found.file]} {found.attribute} {found.name}"


def _import_graph(path: Path) -> dict[Path, set[Path]]:
    """Map each file that a module reaches, its own among them, to those it imports."""
    imported: dict[Path, set[Path]] = {}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file not in imported:
            imported[file] = {
                found.file for group in _parse(file).imports for found in group
            }
            waiting.extend(imported[file])
    return imported


def _sha256(texts: list[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()


@cache
def _parse(path: Path) -> _Module:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    groups: list[frozenset[_Import]] = []
    try:
        _strip(tree, groups)
    except ValueError as error:
        raise ValueError(f"{path}, {error}") from None
    groups.append(frozenset(_packages(path)))
    return _Module(ast.unparse(tree), tuple(groups))


def _strip(node: ast.AST, groups: list[frozenset[_Import]]) -> None:
    """Take docstrings and imports of this package out of a node's statements.

    Imports that follow each other are one of `groups`, and its number stays in their
    place: whether a name is imported here or there, or before it is set, counts.
    """
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    # An empty docstring is one as well.
    if (
        isinstance(node, documented)
        and ast.get_docstring(node, clean=False) is not None
    ):
        node.body[:1] = [] if len(node.body) > 1 else [ast.Pass()]
    # What holds statements: blocks, and the branches of `try` and `match`.
    for field in ("body", "orelse", "finalbody", "handlers", "cases"):
        block = getattr(node, field, None)
        # A lambda's or conditional expression's body is no list.
        if isinstance(block, list):
            block[:] = _without_imports(block, groups)
            for statement in block:
                _strip(statement, groups)


def _without_imports(
    block: list[ast.stmt], groups: list[frozenset[_Import]]
) -> list[ast.stmt]:
    kept: list[ast.stmt] = []
    for is_import, run in groupby(block, _is_our_import):
        if not is_import:
            kept += run
            continue
        kept.append(ast.Expr(ast.Constant(f"imports {len(groups)}")))
        groups.append(
            frozenset(
                found
                for statement in run
                if isinstance(statement, ast.ImportFrom)
                for name in statement.names
                if (found := _imported(str(statement.module), name)).file
                not in _NOT_FOLLOWED
            )
        )
    return kept


def _is_our_import(statement: ast.stmt) -> bool:
    """Whether a statement imports from this package; refuse what is not followed."""
    if isinstance(statement, ast.Import):
        followed = not any(_is_ours(name.name) for name in statement.names)
    else:
        followed = not getattr(statement, "level", 0)
    if not followed:
        raise ValueError(
            f"line {statement.lineno}: {ast.unparse(statement)}: write `from "
            f"{PACKAGE}... import ...`, or from the family's own package by its full "
            "name, which is followed"
        )
    return isinstance(statement, ast.ImportFrom) and _is_ours(statement.module or "")


def _is_ours(module: str) -> bool:
    top = module.split(".")[0]
    return top == PACKAGE or top in _OWN


def _imported(module: str, name: ast.alias) -> _Import:
    """Find what `from module import name` brings: a module, or something of one."""
    bound = name.asname or name.name
    if file := _file_of(f"{module}.{name.name}"):
        return _Import(file, "", bound)
    if file := _file_of(module):
        return _Import(file, name.name, bound)
    raise FileNotFoundError(
        f"from {module} import {name.name}: there is no such module"
    )


def _packages(path: Path) -> Iterator[_Import]:
    """Yield the packages with code, which Python runs before the module at `path`."""
    roots = (SCRIPTS, *_OWN.values())
    for folder in path.parents:
        package = folder / "__init__.py"
        is_inside = any(root in folder.parents for root in roots)
        if is_inside and package != path and package.is_file():
            module = _parse(package)
            if any(module.imports) or module.code not in {"", "pass"}:
                yield _Import(package, "", "")
