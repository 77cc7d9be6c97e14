"""Small data to fit model families on, and ways to do it."""

import os
import subprocess
import sys
import textwrap
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from toxtune.models.base import Examples
from toxtune.models.registry import MODULES, get_family
from toxtune.tasks import TaskType
from toxtune.training.model_archive import settle_archive

N_MOLECULES, N_FEATURES, N_TASKS = 20, 64, 5
ALL_MISSING, ONE_CLASS = 3, 4
N_CLASSES = 3
QUICK = {
    "dense": {"neurons": 8, "epochs": 3, "batch_size": 6, "dropout": 0.25},
    "extra_trees": {"n_estimators": 5},
    "gaussian_process": {"max_molecules": 17},
    # Settings in which the seed matters; with others these families ignore it.
    "gradient_boosting": {
        "max_iter": 5,
        "min_samples_leaf": 1,
        "max_features": 0.3,
    },
    "lightgbm": {
        "n_estimators": 5,
        "min_child_samples": 1,
        "colsample_bytree": 0.3,
    },
    "logistic_regression": {"penalty": "l1"},
    "random_forest": {"n_estimators": 5},
    "ridge": {},
}
# A family of a user's own, held to the same by `python -m toxtune check-family`, and
# what its module says of it, see docs/own_families.md.
OWN = os.environ.get("TOXTUNE_CHECKED_FAMILY")
NAMES = [*MODULES, *([OWN] if OWN else [])]
CHECKS = sys.modules[get_family(OWN).name].CHECKS if OWN else {}


def with_own(of_families, check):
    """Add to a table by families what the user's own says."""
    return of_families | ({OWN: CHECKS[check]} if OWN and check in CHECKS else {})


QUICK = with_own(QUICK, "quick")
# Families that learn binary tasks. The other types of task are in test_task_types.py.
BINARY = [name for name in NAMES if TaskType.BINARY in get_family(name).task_types]
RESOURCEFUL = [name for name in NAMES if get_family(name).resource]
# What `check-family` selects of them, in a run for a family of a user's own.
SELECTED = [name for name in NAMES if not OWN or OWN in name]
families = pytest.mark.parametrize("family", BINARY)
resourceful = pytest.mark.parametrize("family", RESOURCEFUL)


def examples(seed):
    """Make 20 molecules with random bits, and five tasks with missing labels."""
    rng = np.random.default_rng(seed)
    features = rng.integers(0, 2, (N_MOLECULES, N_FEATURES)).astype(np.float32)
    labels = rng.integers(0, 2, (N_MOLECULES, N_TASKS)).astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    labels[:, ALL_MISSING] = np.nan
    labels[:, ONE_CLASS] = np.where(np.isnan(labels[:, ONE_CLASS]), np.nan, 1)
    return Examples(features, labels)


TRAIN, VALID = examples(1), examples(2)


def examples_of(task_type, seed):
    """Make the molecules of `examples` with labels of a type, some missing."""
    if task_type == TaskType.BINARY:
        return examples(seed)
    rng = np.random.default_rng([seed, 7])
    labels = {
        TaskType.MULTICLASS: rng.integers(0, N_CLASSES, (N_MOLECULES, N_TASKS)),
        TaskType.REGRESSION: rng.normal(50, 10, (N_MOLECULES, N_TASKS)),
    }[task_type].astype(np.float32)
    labels[rng.random(labels.shape) < 0.2] = np.nan
    labels[:, ALL_MISSING] = np.nan
    labels[:, ONE_CLASS] = np.where(np.isnan(labels[:, ONE_CLASS]), np.nan, 1)
    return Examples(examples(seed).features, labels, task_type)


def fit(family, seed=0, train=TRAIN, valid=VALID, state=None, **hyperparameters):
    """Fit a family; what is not named is as in `QUICK`."""
    settings = with_defaults(family, QUICK[family] | hyperparameters)
    return get_family(family).fit(train, valid, settings, seed, state)


@cache
def fitted_once(family, seed=0):
    """What `fit` gives, for tests that only look at it."""
    return fit(family, seed)


def with_defaults(family, hyperparameters):
    declared = get_family(family).hyperparameters
    typed = {
        name: declared[name].typed(hyperparameters[name]) for name in hyperparameters
    }
    return {name: axis.default for name, axis in declared.items()} | typed


def predicted(*arguments, **words):
    """Predictions for `VALID` after `fit`."""
    return fit(*arguments, **words).model.predict(VALID.features)


def bits(fitted):
    """All that a training gives, to be compared bit for bit."""
    predicted = (
        fitted.model.predict(TRAIN.features),
        fitted.model.predict(VALID.features),
    )
    return [*(predictions.tobytes() for predictions in predicted), fitted.curve]


def saved(fitted, family, folder):
    """Bytes of a model as a training leaves them."""
    path = Path(folder) / f"model.{get_family(family).model_format}"
    fitted.model.save(path)
    settle_archive(path)
    return path.read_bytes()


def trained_in_steps(family, amounts, folder, **hyperparameters):
    """Train to each amount of the resource in turn, each time from a saved state."""
    state = None
    for amount in amounts:
        resource = {get_family(family).resource: amount}
        fitted = fit(family, seed=3, state=state, **hyperparameters, **resource)
        state = folder / f"after-{amount}"
        fitted.save_state(state)
    return fitted


FOR_EACH = """
import os
from hashlib import sha256
from pathlib import Path
from helpers.families import VALID, bits, fit, predicted, saved
for family in {families}:
    if os.fork() == 0:
{program}
        print(family, said, flush=True)
        os._exit(0)
    os.wait()
"""


def in_fresh_processes(families, program):
    """Run a program for each of some families; return what it has said, by family.

    Each run is a fork of one new process in which nothing was trained. The program
    finds its family in `family`, and puts a word into `said`.
    """
    indented = textwrap.indent(textwrap.dedent(program), " " * 8)
    environment = os.environ | {
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).resolve().parents[1]), *sys.path]
        ),
        "PYTHONHASHSEED": "7",
    }
    done = subprocess.run(
        [sys.executable, "-c", FOR_EACH.format(families=families, program=indented)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    said = dict(line.split(maxsplit=1) for line in done.stdout.splitlines())
    return {family: said.get(family, done.stderr) for family in families}
