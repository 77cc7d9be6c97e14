"""A model family of a user's own: found, trusted, hashed, held to the contract."""

import os
import subprocess
import sys
from textwrap import dedent

import pytest

from toxtune import versions
from toxtune.commands.cli import run_command
from toxtune.config.searches import searched_spaces
from toxtune.errors import UserError
from toxtune.models.registry import MODULES, TRUSTED, get_family, trust
from toxtune.search.space import read_space
from toxtune.search.trial_columns import check_names
from toxtune.tasks import TaskType
from toxtune.versions import SCRIPTS, code_hash

EXAMPLE = "examples.nearest_neighbours"
ROOT = SCRIPTS.parent
FAMILY = """
    from dataclasses import replace
    from {package}.parts.settings import NEIGHBOURS
    from toxtune.models.random_forest import FAMILY as FOREST

    FAMILY = replace(FOREST, name=__name__)
    """


@pytest.fixture
def package(tmp_path, monkeypatch, request):
    """Write a package with a family into this folder; return its name."""
    name = f"mine_{abs(hash(request.node.name))}"
    for path, text in {
        "__init__.py": "",
        "family.py": FAMILY.format(package=name),
        "parts/__init__.py": "",
        "parts/settings.py": "NEIGHBOURS = 3\n",
    }.items():
        (tmp_path / name / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name / path).write_text(dedent(text))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setenv(TRUSTED, "")
    yield name
    versions._OWN.pop(name, None)


def test_family_in_the_folder_of_the_run_is_found_once_trusted(package):
    name = f"{package}.family"
    with pytest.raises(UserError, match="If you trust the code"):
        get_family(name)
    assert name not in sys.modules
    trust(name)
    assert get_family(name).name == name
    assert os.environ[TRUSTED] == name


def test_configuration_trusts_the_family_that_it_names(package):
    raw = {"family": f"{package}.family", "features": "ecfp", "hyperparameters": {}}
    assert read_space(raw, ["ecfp"], "search.spaces[0]").family == f"{package}.family"


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        (None, "there is no module"),
        ("import no_such_library", "there is no module no_such_library"),
        ("FAMILY = 3", "must have FAMILY = Family"),
        (
            "from toxtune.models.random_forest import FAMILY",
            "must have FAMILY = Family",
        ),
    ],
)
def test_what_is_no_family_is_refused_with_the_key(package, tmp_path, text, fragment):
    if text is None:
        (tmp_path / package / "family.py").unlink()
    else:
        (tmp_path / package / "family.py").write_text(f"{text}\n")
    raw = {"family": f"{package}.family", "features": "ecfp", "hyperparameters": {}}
    with pytest.raises(UserError, match=fragment) as refusal:
        read_space(raw, ["ecfp"], "search.spaces[0]")
    assert str(refusal.value).startswith(f"search.spaces[0].family: {package}.family: ")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("import os\ndef f(:\n    pass\n", "SyntaxError: .* line 2"),
        (
            "from toxtune.models.base import NoFamily",
            "ImportError: .*'NoFamily'.* line 1",
        ),
        (
            "X = 1\nraise RuntimeError('no licence')",
            "RuntimeError: no licence .* line 2",
        ),
        ("\nraise SystemExit(3)", "SystemExit: 3 .* line 2"),
        (
            "from toxtune.models.base import Family\nFAMILY = Family(name=__name__)",
            "TypeError: .* line 2",
        ),
        # As deep as it may lie.
        ("import json\njson.loads('{')", "JSONDecodeError: .* line 2"),
        (
            dedent(FAMILY).replace("{package}.parts", ".parts"),
            "line 3: from .parts.settings import NEIGHBOURS: write ",
        ),
        (
            dedent(FAMILY).replace("{package}", "toxtune")
            + "def later():\n    from toxtune.nowhere import X\n",
            "from toxtune.nowhere import X: there is no such module",
        ),
    ],
)
def test_faults_in_the_module_are_told_with_key_and_line(package, tmp_path, text, said):
    text = text.replace("from toxtune.parts.settings import NEIGHBOURS\n", "")
    (tmp_path / package / "family.py").write_text(text)
    name = f"{package}.family"
    raw = {"family": name, "features": "ecfp", "hyperparameters": {}}
    with pytest.raises(UserError, match=said) as refusal:
        read_space(raw, ["ecfp"], "search.spaces[0]")
    assert str(refusal.value).startswith(f"search.spaces[0].family: {name}: ")
    assert "\n" not in str(refusal.value)
    with pytest.raises(UserError, match=f"^{name}: .*{said}"):
        run_command(["check-family", name])
    with pytest.raises(UserError, match=rf"^models\[0\]: {name}: .*{said}"):
        searched_spaces([name], [])


PATIENT = """
from dataclasses import replace
from toxtune.models.hyperparameters import Hyperparameter
from toxtune.models.ridge import FAMILY as RIDGE

HYPERPARAMETERS = {{"epochs": Hyperparameter(int, 9, "epochs", 1), {declared}}}
FAMILY = replace(RIDGE, name=__name__, hyperparameters=HYPERPARAMETERS, space={{}})
"""


@pytest.mark.parametrize(
    ("declared", "is_legal"),
    [
        ("'patience': Hyperparameter(int, None, 'x', 1, optional=True)", True),
        ("'patience': Hyperparameter(int, 5, 'x', 1, optional=True)", False),
        ("'patience': Hyperparameter(int, 5, 'x', 1)", False),
        (
            "'patience': Hyperparameter(int, None, 'x', 1, optional=True), "
            "'epochs': Hyperparameter(float, 1.0, 'x')",
            False,
        ),
    ],
)
def test_patience_means_what_it_does_in_networks(package, tmp_path, declared, is_legal):
    text = PATIENT.format(declared=declared)
    (tmp_path / package / "family.py").write_text(text)
    raw = {"family": f"{package}.family", "features": "ecfp", "hyperparameters": {}}
    words = [raw, ["ecfp"], "search.spaces[0]", TaskType.REGRESSION]
    if is_legal:
        assert read_space(*words)
        return
    with pytest.raises(UserError, match="patience must be null by default") as refusal:
        read_space(*words)
    assert str(refusal.value).startswith(f"search.spaces[0].family: {package}.family: ")


@pytest.mark.parametrize(
    ("checks", "missing"),
    [("", "add quick, thorough, other_values"), ("CHECKS = {'quick': {}}", "add thor")],
)
def test_check_needs_what_a_family_is_tried_with(package, tmp_path, checks, missing):
    text = f"{dedent(FAMILY).format(package=package)}\n{checks}\n"
    (tmp_path / package / "family.py").write_text(text)
    with pytest.raises(UserError, match=f"must have CHECKS, .*{missing}"):
        run_command(["check-family", f"{package}.family"])


NAMED = """
from dataclasses import replace
from toxtune.models.ridge import FAMILY as RIDGE

NAMES = {names}
FAMILY = replace(
    RIDGE,
    name=__name__,
    hyperparameters=dict.fromkeys(NAMES, RIDGE.hyperparameters["alpha"]),
    space={{}},
)
"""
TAKEN = [
    *("trial", "family", "features", "status", "seeds", "epochs_trained"),
    *("rank", "score", "r2_penalty", "roc_auc_mean", "mae_", "f1_macro_seed-0"),
]
# They only begin like a column.
FREE = ["trials_per_leaf", "statuses", "seeds_", "r2", "maestro", "accuracy", "scores"]


@pytest.mark.parametrize("taken", TAKEN)
def test_hyperparameter_with_the_name_of_another_column(package, tmp_path, taken):
    text = NAMED.format(names=["alpha", taken])
    (tmp_path / package / "family.py").write_text(text)
    raw = {"family": f"{package}.family", "features": "ecfp", "hyperparameters": {}}
    with pytest.raises(UserError, match=f"got {taken!r}; rename it") as refusal:
        read_space(raw, ["ecfp"], "search.spaces[0]", TaskType.REGRESSION)
    assert str(refusal.value).startswith(f"search.spaces[0].family: {package}.family: ")
    with pytest.raises(UserError, match=f"got {taken!r}; rename it"):
        run_command(["check-family", f"{package}.family"])


def test_hyperparameter_that_begins_like_a_column(package, tmp_path):
    (tmp_path / package / "family.py").write_text(NAMED.format(names=FREE))
    values = dict.fromkeys(FREE, [1.0, 2.0])
    raw = {"family": f"{package}.family", "features": "ecfp", "hyperparameters": values}
    space = read_space(raw, ["ecfp"], "search.spaces[0]", TaskType.REGRESSION)
    assert [*space.axes] == sorted(FREE)


@pytest.mark.parametrize("name", MODULES)
def test_no_family_of_toxtune_has_such_a_name(name):
    check_names(get_family(name))


def hashes(package):
    versions._digest.cache_clear()
    versions._parse.cache_clear()
    sys.path.append(os.getcwd())
    return [
        code_hash("train_replicate", name)
        for name in (f"{package}.family", "toxtune.models.random_forest")
    ]


def test_hash_follows_the_imports_of_the_familys_own_package(package, tmp_path):
    before = hashes(package)
    own = tmp_path / package
    assert versions.reached_files(f"{package}.family") >= {
        (own / "family.py").resolve(),
        (own / "parts/settings.py").resolve(),
        SCRIPTS / "toxtune/models/base.py",
    }
    (own / "parts/settings.py").write_text("# Three.\nNEIGHBOURS = 3\n")
    assert hashes(package) == before
    (own / "parts/settings.py").write_text("NEIGHBOURS = 4\n")
    mine, theirs = hashes(package)
    assert mine != before[0]
    assert theirs == before[1]
    (own / "parts/settings.py").write_text("NEIGHBOURS = 3\n")
    assert hashes(package) == before
    (own / "parts/__init__.py").write_text("import os\n")
    assert hashes(package)[0] != before[0]


def check_family(name, folder=ROOT, *paths):
    return subprocess.run(
        [sys.executable, "-m", "toxtune", "check-family", name],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(SCRIPTS), *paths])},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_example_keeps_the_contract():
    checked = check_family(EXAMPLE)
    assert checked.returncode == 0, checked.stdout
    assert "26 passed" in checked.stdout


GROWING = """
from dataclasses import replace
from pathlib import Path

from examples.nearest_neighbours import CHECKS, FAMILY as NEIGHBOURS
from examples.nearest_neighbours import NearestNeighbours, load
from toxtune.models.base import CPU, Fitted
from toxtune.models.hyperparameters import Hyperparameter
from toxtune.tasks import TaskType


class Growing(NearestNeighbours):
    rounds = 0

    def predict(self, features):
        values = super().predict(features) * (1 - 0.5**self.rounds)
        return values.astype("float32")

    def save(self, path):
        self.neighbours += 1000 * self.rounds
        super().save(path)
        self.neighbours %= 1000


def grown(model, rounds):
    model.__class__, model.rounds = Growing, rounds
    return model


def read(path):
    model = load(path)
    rounds, model.neighbours = divmod(model.neighbours, 1000)
    return grown(model, rounds)


def fit(train, valid, hyperparameters, seed, state=None, device=CPU):
    rounds = hyperparameters["rounds"]
    if state is not None and int(Path(state).read_text()) > rounds:
        raise ValueError("rounds: must be at least those of the state")
    model = grown(NEIGHBOURS.fit(train, valid, hyperparameters, seed).model, rounds)
    return Fitted(model, save_state=lambda path: Path(path).write_text(str(rounds)))


# Binary alone, with a resource of another name, which the space leaves out.
ROUNDS = {"rounds": Hyperparameter(int, 10, "rounds", 1)}
FAMILY = replace(
    NEIGHBOURS,
    name=__name__,
    task_types=(TaskType.BINARY,),
    hyperparameters=NEIGHBOURS.hyperparameters | ROUNDS,
    resource="rounds",
    fit=fit,
    load=read,
)
CHECKS["other_values"]["rounds"] = [1, 3]
"""


@pytest.mark.slow
def test_binary_family_with_a_resource_of_its_own_keeps_the_contract(package, tmp_path):
    (tmp_path / package / "family.py").write_text(GROWING)
    checked = check_family(f"{package}.family", tmp_path, str(ROOT))
    assert checked.returncode == 0, checked.stdout


def test_check_of_no_family_says_so_in_one_line():
    checked = check_family("examples.nothing")
    assert checked.returncode == 1
    assert checked.stderr.startswith("Error: examples.nothing: there is no module")
    assert len(checked.stderr.splitlines()) == 1
