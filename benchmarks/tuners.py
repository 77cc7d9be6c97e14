"""The same grid with other tuners, as people write it.

    python benchmarks/tuners.py NAME --grid benchmarks/grid.yaml --arrays arrays.npz

`compare_tuners.py` runs this with the packages of requirements/bench.lock. It imports
nothing of toxtune. Prints one JSON object: the best setting, its validation score and,
with ``--csv`` in place of ``--arrays``, its test score.
"""

import argparse
import itertools
import json
import math
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import yaml

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

Arrays = dict[str, np.ndarray]
"""``train_x``, ``train_y`` and so on; -1 stands for a label that is missing."""

DRAWN = ("neurons", "hidden_layers", "epochs")
WORKERS = 2


def read_grid(path: Path) -> tuple[dict[str, list[Any]], dict[str, Any], list[int]]:
    """Read the axes, what is fixed, and the seeds."""
    config = yaml.safe_load(path.read_text("utf-8"))
    settings = config["search"]["spaces"][0]["hyperparameters"]
    axes = {name: settings[name] for name in DRAWN}
    fixed = {name: settings[name] for name in settings if name not in DRAWN}
    return axes, fixed, config["training"]["seeds"]


def settings_of(axes: dict[str, list[Any]]) -> list[dict[str, Any]]:
    """List every combination."""
    combinations = itertools.product(*axes.values())
    return [dict(zip(axes, values, strict=True)) for values in combinations]


def train(arrays: Arrays, setting: dict[str, Any], seed: int, in_one_call: bool) -> Any:
    """Train one network with Keras' own `fit`."""
    import keras

    def masked_loss(labels: Any, predicted: Any) -> Any:
        measured = keras.ops.cast(labels >= 0, "float32")
        losses = keras.losses.binary_crossentropy(
            keras.ops.expand_dims(keras.ops.maximum(labels, 0), -1),
            keras.ops.expand_dims(predicted, -1),
        )
        return keras.ops.sum(losses * measured) / keras.ops.sum(measured)

    keras.backend.clear_session()
    keras.utils.set_random_seed(seed)
    model = keras.Sequential([keras.Input((arrays["train_x"].shape[1],))])
    for _ in range(setting["hidden_layers"]):
        model.add(keras.layers.Dense(setting["neurons"], activation="relu"))
        model.add(keras.layers.Dropout(setting["dropout"]))
    model.add(keras.layers.Dense(arrays["train_y"].shape[1], activation="sigmoid"))
    n_steps = math.ceil(len(arrays["train_x"]) / setting["batch_size"])
    model.compile(
        keras.optimizers.Adam(setting["learning_rate"]),
        masked_loss,
        steps_per_execution=n_steps if in_one_call else 1,
    )
    model.fit(
        arrays["train_x"],
        arrays["train_y"],
        batch_size=setting["batch_size"],
        epochs=setting["epochs"],
        verbose=0,
    )
    return model


def score(model: Any, arrays: Arrays, subset: str) -> float:
    """Mean over tasks of the ROC-AUC."""
    from sklearn.metrics import roc_auc_score

    labels = arrays[f"{subset}_y"]
    predicted = model.predict(arrays[f"{subset}_x"], verbose=0)
    measured = labels >= 0
    areas = [
        roc_auc_score(labels[rows, task], predicted[rows, task])
        for task, rows in enumerate(measured.T)
    ]
    return float(np.mean(areas))


class Grid:
    """What each tuner gets: the axes, and a score for a setting and a seed."""

    def __init__(self, path: Path, arrays: Arrays, in_one_call: bool) -> None:
        self.axes, self.fixed, self.seeds = read_grid(path)
        self.arrays = arrays
        self.in_one_call = in_one_call

    def score(self, setting: dict[str, Any], seed: int, subset: str = "valid") -> float:
        """Train with one seed and score."""
        own = {**self.fixed, **setting}
        return score(
            train(self.arrays, own, seed, self.in_one_call), self.arrays, subset
        )

    def mean(self, setting: dict[str, Any], subset: str = "valid") -> float:
        """Mean score over the seeds."""
        return float(
            np.mean([self.score(setting, seed, subset) for seed in self.seeds])
        )


Best = tuple[dict[str, Any], float]


def plain_loop(grid: Grid) -> Best:
    """Try one setting after another."""
    scored = [(setting, grid.mean(setting)) for setting in settings_of(grid.axes)]
    return max(scored, key=lambda pair: pair[1])


def keras_tuner(grid: Grid) -> Best:
    """KerasTuner's GridSearch, with a `HyperModel` that trains and returns a score."""
    import tempfile

    import keras_tuner

    class Search(keras_tuner.GridSearch):
        def run_trial(self, trial: Any, **kwargs: Any) -> float:
            hp = trial.hyperparameters
            setting = {
                name: hp.Choice(name, values) for name, values in grid.axes.items()
            }
            return grid.mean(setting)

    with tempfile.TemporaryDirectory() as folder:
        tuner = Search(
            objective=keras_tuner.Objective("score", "max"),
            directory=folder,
            max_trials=len(settings_of(grid.axes)),
        )
        tuner.search(verbose=0)
        best = tuner.oracle.get_best_trials(1)[0]
    return best.hyperparameters.values, best.score


def optuna(grid: Grid) -> Best:
    """Optuna's grid sampler."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.WARNING)

    def objective(trial: Any) -> float:
        return grid.mean(
            {
                name: trial.suggest_categorical(name, values)
                for name, values in grid.axes.items()
            }
        )

    study = optuna.create_study(
        direction="maximize", sampler=optuna.samplers.GridSampler(grid.axes, seed=0)
    )
    study.optimize(objective)
    return study.best_params, study.best_value


def ray_tune(grid: Grid) -> Best:
    """Ray Tune's grid, two workers with one core each."""
    import tempfile

    import ray
    from ray import tune

    def trainable(setting: dict[str, Any], arrays: Arrays) -> None:
        import tensorflow as tf

        # Else each worker would start a thread for every core of the machine.
        if tf.config.threading.get_intra_op_parallelism_threads() != 1:
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)
        grid.arrays = arrays
        tune.report({"score": grid.mean(setting)})

    arrays, grid.arrays = grid.arrays, {}
    ray.init(num_cpus=WORKERS, include_dashboard=False, log_to_driver=False)
    with tempfile.TemporaryDirectory() as folder:
        results = tune.Tuner(
            tune.with_parameters(trainable, arrays=arrays),
            param_space={name: tune.grid_search(v) for name, v in grid.axes.items()},
            tune_config=tune.TuneConfig(metric="score", mode="max"),
            run_config=tune.RunConfig(storage_path=folder, verbose=0),
        ).fit()
        best = results.get_best_result()
    ray.shutdown()
    grid.arrays = arrays
    return best.config, best.metrics["score"]


TUNERS: dict[str, Callable[[Grid], Best]] = {
    "plain-loop": plain_loop,
    "keras-tuner": keras_tuner,
    "optuna": optuna,
    "ray-tune": ray_tune,
}


def arrays_of(csv: Path) -> Arrays:
    """Featurize and split a raw file with DeepChem, as its tutorials do."""
    import deepchem
    import pandas as pd

    tasks = [
        name
        for name in pd.read_csv(csv, nrows=1).columns
        if name not in {"smiles", "mol_id"}
    ]
    loader = deepchem.data.CSVLoader(
        tasks,
        feature_field="smiles",
        featurizer=deepchem.feat.CircularFingerprint(radius=2, size=1024),
    )
    subsets = deepchem.splits.RandomSplitter().train_valid_test_split(
        loader.create_dataset(str(csv)), seed=0
    )
    arrays = {}
    for name, subset in zip(("train", "valid", "test"), subsets, strict=True):
        arrays[f"{name}_x"] = subset.X.astype(np.float32)
        arrays[f"{name}_y"] = np.where(subset.w > 0, subset.y, -1).astype(np.float32)
    return arrays


def main() -> None:
    """Search, and print what was found."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("tuner", choices=TUNERS)
    parser.add_argument("--grid", type=Path, required=True)
    parser.add_argument("--in-one-call", action="store_true")
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--arrays", type=Path)
    source.add_argument("--csv", type=Path)
    options = parser.parse_args()
    if options.csv:
        arrays = arrays_of(options.csv)
    else:
        with np.load(options.arrays) as file:
            arrays = dict(file)
    grid = Grid(options.grid, arrays, options.in_one_call)
    setting, best = TUNERS[options.tuner](grid)
    found = {"setting": {name: setting[name] for name in DRAWN}, "score": best}
    if options.csv:
        found["test"] = grid.mean(setting, "test")
    print(json.dumps(found))


if __name__ == "__main__":
    main()
