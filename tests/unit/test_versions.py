"""Hashes of code: what counts as an edit, and whose trainings it concerns."""

import ast
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from unittest import mock

import hypothesis.strategies as st
import pytest
from hypothesis import given

from toxtune import versions
from toxtune.models.registry import MODULES
from toxtune.versions import code_hash

TREE = {
    "train.py": '''
        """Train."""
        from toxtune.middle import middle


        def main(size):
            """Do it."""
            # As always.
            return middle(size)
        ''',
    "plot.py": "from toxtune.colours import RED\n",
    "toxtune/__init__.py": '"""The package."""\n',
    "toxtune/middle.py": """
        def middle(size):
            from toxtune.models.deep import LAYERS
            return size * LAYERS
        """,
    "toxtune/models/__init__.py": "",
    "toxtune/models/deep.py": "LAYERS = 3\n",
    "toxtune/colours.py": "RED = 1\n",
}


@pytest.fixture
def tree(tmp_path, monkeypatch):
    """Write the scripts of `TREE`; return a function that edits one and hashes all."""
    monkeypatch.setattr(versions, "SCRIPTS", tmp_path)

    def edit(name=None, old="", new=""):
        if name:
            text = (tmp_path / name).read_text()
            assert old in text
            (tmp_path / name).write_text(text.replace(old, new) if old else text + new)
        _forget()
        return {script: code_hash(script) for script in ("train", "plot")}

    for name, text in TREE.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dedent(text).lstrip())
    yield edit
    _forget()


def _forget():
    versions._digest.cache_clear()
    versions._parse.cache_clear()


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("train.py", "# As always.", "# As never before."),
        ("train.py", "    # As always.\n", ""),
        ("train.py", '"""Train."""', '"""Train, at last."""'),
        ("train.py", '    """Do it."""\n', ""),
        ("train.py", "middle(size)", "middle(\n        size,\n    )"),
        ("toxtune/middle.py", "size * LAYERS", "(size*LAYERS)"),
        ("toxtune/models/deep.py", "", "\n\n# The end.\n"),
        ("toxtune/__init__.py", "The package.", "A package."),
    ],
)
def test_comments_docstrings_and_format_do_not_count(tree, name, old, new):
    before = tree()
    assert tree(name, old, new) == before


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        pytest.param("train.py", "return", "return 2 *", id="the script"),
        pytest.param("toxtune/middle.py", "*", "+", id="imported by the script"),
        pytest.param("toxtune/models/deep.py", "3", "4", id="imported in a function"),
        pytest.param("toxtune/models/__init__.py", "", "X = 1\n", id="package of that"),
        pytest.param(
            "toxtune/middle.py",
            "    return size",
            "    if size is None:\n        size = 0\n    return size",
            id="a branch",
        ),
    ],
)
def test_code_that_a_script_reaches_counts_for_it_alone(tree, name, old, new):
    before = tree()
    after = tree(name, old, new)
    assert after["train"] != before["train"]
    assert after["plot"] == before["plot"]


def test_code_that_a_script_does_not_reach_does_not_count(tree):
    before = tree()
    after = tree("toxtune/colours.py", "1", "2")
    assert after["train"] == before["train"]
    assert after["plot"] != before["plot"]


def test_code_of_the_whole_package_counts_for_all_scripts(tree):
    before = tree()
    after = tree("toxtune/__init__.py", "", "import os\n")
    assert after["train"] != before["train"]
    assert after["plot"] != before["plot"]


def test_undoing_an_edit_restores_the_hash(tree):
    before = tree()
    assert tree("train.py", "return", "return 2 *") != before
    assert tree("train.py", "return 2 *", "return") == before


def test_order_of_names_does_not_matter(tree):
    assert code_hash("train", "plot") == code_hash("plot", "train")
    assert code_hash("train", "plot") != code_hash("train")


def test_unknown_name_is_refused(tree):
    with pytest.raises(FileNotFoundError, match=r"toxtune\.missing"):
        code_hash("toxtune.missing")


def test_import_of_a_missing_module_is_refused(tree):
    with pytest.raises(FileNotFoundError, match=r"toxtune\.gone import it"):
        tree("train.py", "", "from toxtune.gone import it\n")


COMMENTS = st.text(st.characters(codec="ascii", exclude_categories=["C"]), max_size=9)
NAMES = st.text("abcxyz", min_size=1, max_size=5).map(lambda name: f"m_{name}")


@st.composite
def spellings(draw, numbers):
    """Draw a way to write the same functions: comments, blank lines, docstrings."""
    lines = []
    for function, number in enumerate(numbers):
        lines += [""] * draw(st.integers(0, 3))
        lines += [f"# {draw(COMMENTS)}", f"def f{function}( a ):"]
        indent = " " * draw(st.integers(1, 8))
        if draw(st.booleans()):
            lines.append(f"{indent}{draw(COMMENTS)!r}")
        value = draw(st.sampled_from([f"a+{number}", f"(a + {number})"]))
        lines.append(f"{indent}return {value}  # {draw(COMMENTS)}")
    return "\n".join(lines)


def hash_of_script(module, text):
    """Hash a script that imports the functions in `text` from `module`."""
    with TemporaryDirectory() as folder:
        path = Path(folder).joinpath("toxtune", *module.split(".")).with_suffix(".py")
        path.parent.mkdir(parents=True)
        path.write_text(text)
        script = f"from toxtune.{module} import f0\nprint(f0(1))\n"
        (Path(folder) / "script.py").write_text(script)
        with mock.patch.object(versions, "SCRIPTS", Path(folder)):
            return code_hash("script")


@given(numbers=st.lists(st.integers(0, 9), min_size=1, max_size=4), draws=st.data())
def test_spelling_and_place_do_not_count_and_every_number_does(numbers, draws):
    def draw_hash(numbers):
        place = ".".join(draws.draw(st.lists(NAMES, min_size=1, max_size=3)))
        return hash_of_script(place, draws.draw(spellings(numbers)))

    first = draw_hash(numbers)
    assert draw_hash(numbers) == first
    edited = draws.draw(st.integers(0, len(numbers) - 1))
    assert draw_hash([n + (i == edited) for i, n in enumerate(numbers)]) != first


def test_package_is_refused(tree):
    with pytest.raises(ValueError, match="toxtune.models is a package"):
        code_hash("toxtune.models")


def test_circle_of_imports_is_refused(tree):
    with pytest.raises(RuntimeError, match="circle: .*deep -> .*middle"):
        tree("toxtune/models/deep.py", "", "\nfrom toxtune.middle import middle as m\n")


def test_import_that_would_not_be_followed_is_refused(tree):
    with pytest.raises(ValueError, match="write `from toxtune"):
        tree("train.py", "", "import toxtune.colours\n")


def test_module_that_moves_changes_no_hash(tree, tmp_path):
    before = tree()
    moved = tmp_path / "toxtune/wing/elsewhere/deeper.py"
    moved.parent.mkdir(parents=True)
    (tmp_path / "toxtune/models/deep.py").rename(moved)
    for package in (moved.parent, moved.parent.parent):
        (package / "__init__.py").write_text('"""A wing."""\n')
    after = tree(
        "toxtune/middle.py", "toxtune.models.deep", "toxtune.wing.elsewhere.deeper"
    )
    assert after == before
    edited = tree("toxtune/wing/elsewhere/deeper.py", "3", "4")
    assert edited["train"] != before["train"]


def test_order_and_grouping_of_imports_do_not_count(tree, tmp_path):
    (tmp_path / "train.py").write_text(
        "from toxtune.colours import RED\n"
        "from toxtune.middle import middle\n"
        "middle(RED)\n"
    )
    before = tree()
    (tmp_path / "train.py").write_text(
        "from toxtune.middle import middle\n\n"
        "from toxtune.colours import RED\n"
        "middle(RED)\n"
    )
    assert tree() == before


PLACES = {
    "branches": (
        """
        if FAST:
            from toxtune.colours import RED as f
        else:
            from toxtune.middle import middle as f
        """,
        """
        if FAST:
            from toxtune.middle import middle as f
        else:
            from toxtune.colours import RED as f
        """,
    ),
    "before or after a name is set": (
        "from toxtune.middle import middle as f\nf = 3\n",
        "f = 3\nfrom toxtune.middle import middle as f\n",
    ),
    "functions": (
        """
        def a():
            from toxtune.middle import middle
        def b():
            pass
        """,
        """
        def a():
            pass
        def b():
            from toxtune.middle import middle
        """,
    ),
}


@pytest.mark.parametrize(("one", "other"), PLACES.values(), ids=PLACES)
def test_place_of_an_import_counts(tree, tmp_path, one, other):
    (tmp_path / "train.py").write_text(dedent(one))
    before = tree()
    (tmp_path / "train.py").write_text(dedent(other))
    assert tree()["train"] != before["train"]


@pytest.mark.parametrize("line", ["from . import a\n", "from .a import b\n"])
def test_relative_import_is_refused(tree, line):
    with pytest.raises(ValueError, match="write `from toxtune"):
        tree("toxtune/middle.py", "", line)


@pytest.mark.parametrize(
    "line",
    [
        "from toxtune.colours import RED as middle",
        "from toxtune.middle import middle as again",
        "from toxtune.middle import other",
    ],
)
def test_what_is_imported_and_its_name_count(tree, line):
    before = tree()
    after = tree("train.py", "from toxtune.middle import middle", line)
    assert after["train"] != before["train"]


def reachable(*names):
    """Return the files of the real tree that the hash of `names` is made of."""
    paths = set().union(*(versions.reached_files(name) for name in names))
    names = {path.relative_to(versions.SCRIPTS).as_posix() for path in paths}
    return {name.removeprefix("toxtune/") for name in names}


@pytest.mark.parametrize("family", MODULES)
def test_trainings_depend_on_their_own_family_alone(family):
    files = reachable("train_replicate", MODULES[family])
    families = {f"models/{name}.py" for name in MODULES}
    assert files & families == {f"models/{family}.py"}


# Modules of `models` that more than one family could share.
SHARED = {
    "dense": ("dense_heads", "dense_loop", "dense_network", "devices"),
    "extra_trees": ("per_task", "forests"),
    "gaussian_process": (),
    "lightgbm": ("per_task", "lightgbm_text"),
    "random_forest": ("per_task", "forests"),
}


@pytest.mark.parametrize("names", [["train_replicate"], ["toxtune.training.fitting"]])
@pytest.mark.parametrize("family", MODULES)
def test_trainings_do_not_depend_on_how_they_are_judged_or_shown(family, names):
    shared = SHARED.get(family, ("per_task",))
    needed = {
        "features/arrays.py",
        "io/files.py",
        "tasks.py",
        "models/base.py",
        "models/hyperparameters.py",
        f"models/{family}.py",
        *(f"models/{module}.py" for module in shared),
        "data/subsets.py",
        "training/fitting.py",
        *(["errors.py"] if family in ("dense", "lightgbm") else []),
    }
    bookkeeping = {
        "train_replicate.py",
        "versions.py",
        "errors.py",
        "features/definitions.py",
        "workers/child.py",
        "identity.py",
        "jobs.py",
        "training/model_archive.py",
        "training/outputs.py",
        "training/replicates.py",
        "workers/cost.py",
        "models/registry.py",
        "statuses.py",
        "training/result_files.py",
        "training/store.py",
        "workers/supervision.py",
        "text.py",
        "training/execution.py",
        "search/trials.py",
        "search/proposal_file.py",
        "workers/server.py",
        "io/integrity.py",
        "splits/training_set.py",
    }
    expected = needed | (bookkeeping if "train_replicate" in names else set())
    assert reachable(*names, MODULES[family]) == expected


def test_summaries_reach_the_code_that_they_are_made_of():
    assert {"report/summary.py", "evaluation/ledger.py"} <= reachable("write_summary")
    assert "stats/bootstrap.py" in reachable("summarize_test")


def test_imports_are_absolute_so_that_they_are_followed():
    files = sorted(versions.SCRIPTS.rglob("*.py"))
    assert len(files) > 30
    for path in files:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            assert not getattr(node, "level", 0), f"relative import in {path}"
