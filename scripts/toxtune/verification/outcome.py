"""From the selected winners to test scores and the final model."""

import filecmp
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.config.job_settings import told
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.data.subsets import read_subset, read_table
from toxtune.evaluation.ledger import Opened, opening_id, read_openings_of
from toxtune.evaluation.predictions import (
    predict_test,
    read_test_predictions,
    read_train_predictions,
)
from toxtune.evaluation.scores import flat_table, read_scores, score_test
from toxtune.features.arrays import read_features
from toxtune.features.definitions import is_own
from toxtune.io.files import write_json
from toxtune.io.integrity import read_written
from toxtune.io.tsv import write_tsv
from toxtune.models.registry import get_family
from toxtune.prediction.final_file import FinalSettings, save_final_model
from toxtune.prediction.final_model import load
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers
from toxtune.search.selection_file import Selection, Winner, read_selection
from toxtune.search.trials import Trial
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import TrainingSet
from toxtune.stats.bootstrap import Resampling
from toxtune.training.replicates import model_key
from toxtune.training.store import default_store
from toxtune.verification.findings import Rebuild
from toxtune.verification.retraining import largest_difference
from toxtune.verification.store_entries import is_key, verify_entry

MODELS, TEST, FINAL = "models of the winners", "test results", "final models"
# Between processors, and between features that are computed in other chunks.
TOLERANCE = 1e-5


@dataclass(frozen=True)
class WinnersModels:
    """The winners' models, or their refits.

    Attributes
    ----------
    refit
        Name of the refit, or ``none``.
    folder
        Where they are.
    predictions
        Their predictions of the test set.
    training_set
        What they were trained on.
    """

    refit: str
    folder: Path
    predictions: Path
    training_set: TrainingSet

    def trial(self, winner: Winner) -> Trial:
        """Return the trial that a winner's model is trained as."""
        return winner.model if self.refit == NO_REFIT else winner.refit


def verify_outcome(config: Config, plan: Plan, rebuild: Rebuild, exact: bool) -> None:
    """Verify models, ledger, test predictions and scores, and the final model.

    Parameters
    ----------
    config, plan
        Of the run.
    rebuild
        Has its selection and its test set.
    exact
        Whether predictions must have the same bytes; else they may differ by
        `TOLERANCE`.
    """
    results = Path("results", plan.run)
    path = rebuild.path(results / "selection.json")
    if not path.is_file():
        rebuild.findings.notes.append(
            f"{results}: nothing that follows from the selection was checked"
        )
        return
    selection = read_selection(path)
    all_models = _all_models(config, plan)
    records = []
    for models in all_models:
        records += _verify_models(selection, models, rebuild)
    ledger = Path(plan.ledger)
    with rebuild.findings.attempt(TEST, ledger):
        groups = read_subset(rebuild.path(plan.whole.subset("test"))).groups
        test_set = Opened(plan.dataset_id, plan.split_id, frozenset(groups))
        lines = read_openings_of(ledger, test_set)
        opened = {line["selection"] for line in lines if line["own"]}
        store_keys = [record["store_key"] for record in records]
        holds = opening_id(selection.id, store_keys) in opened
        rule = f"must have a line for the selection and models of {plan.run}"
        rebuild.findings.expect(TEST, ledger, holds, rule)
    predictions = {}
    for models in all_models:
        if table := _verify_predictions(plan, selection, models, rebuild, exact):
            predictions[models.refit] = table
    if len(predictions) == len(all_models):
        _verify_scores(config, plan, selection, predictions, rebuild)
    # The final model is a refit, if there is one.
    _verify_final_model(plan, selection, all_models[-1], rebuild)


def _all_models(config: Config, plan: Plan) -> list[WinnersModels]:
    results, refit = Path("results", plan.run), config["final"]["refit"]
    models = WinnersModels(
        NO_REFIT, results / "models", results / "test_predictions.csv", plan.whole
    )
    if refit == NO_REFIT:
        return [models]
    predictions = results / "refit_test_predictions.csv"
    refits = WinnersModels(refit, results / "refit", predictions, plan.joined)
    return [models, refits]


def _verify_models(
    selection: Selection, models: WinnersModels, rebuild: Rebuild
) -> list[dict[str, Any]]:
    """Verify the winners' models against selection and store; return their records."""
    records, findings = [], rebuild.findings
    for name, winner in sorted(selection.models.items()):
        trial = models.trial(winner)
        ending = get_family(trial.family).model_format
        for seed in selection.seeds:
            path = models.folder / name / f"seed-{seed}.{ending}"
            with findings.attempt(MODELS, path):
                record = read_written(Path(f"{path}.json"))
                is_winner = (record["trial"], record["seed"]) == (trial.to_dict(), seed)
                is_sound = is_winner and is_key(record["store_key"])
                rule = f"must be of the selected trial {trial.id}"
                if findings.expect(MODELS, path, is_sound, rule):
                    records.append(record)
                    _verify_model(path, record["store_key"], rebuild)
    return records


def _verify_model(path: Path, key: str, rebuild: Rebuild) -> None:
    """Compare a model with the one that the store has, if it has one."""
    copies = {path: f"model{path.suffix}", Path(f"{path}.train.npy"): "train.npy"}
    entries = default_store().entries(model_key(key))
    for entry in entries:
        verify_entry(entry, rebuild.findings)
    for copy, name in copies.items():
        stored = [entry / name for entry in entries if (entry / name).is_file()]
        if copy.is_file() and stored:
            # Several stores may have trained the same; the copy is of one of them.
            holds = any(filecmp.cmp(copy, file, shallow=False) for file in stored)
            rule = f"must have the bytes of {stored[0]}"
            rebuild.findings.expect(MODELS, copy, holds, rule)


def _verify_predictions(
    plan: Plan,
    selection: Selection,
    models: WinnersModels,
    rebuild: Rebuild,
    exact: bool,
) -> Path | None:
    """Predict the test set again; return predictions that can be scored."""
    path = models.predictions
    rebuilt = rebuild.path(path)
    with rebuild.findings.attempt(TEST, path):
        predict_test(
            selection=str(rebuild.path(f"results/{plan.run}/selection.json")),
            models=str(models.folder),
            test=str(rebuild.path(plan.whole.subset("test"))),
            features=str(rebuild.path(f"{models.training_set.folder}/test")),
            predictions=str(rebuilt),
        )
        difference = _difference(path, rebuilt, selection.seeds)
        bound = 0.0 if exact else TOLERANCE
        rebuild.findings.expect(
            TEST,
            path,
            difference <= bound,
            "must be what the winners' models predict; differs by up to "
            f"{difference:.3g}, which may be {bound:g}",
        )
        return rebuilt if exact else path
    return None


def _difference(path: Path, rebuilt: Path, seeds: list[int]) -> float:
    """Compare tables of predictions; infinite if more than the numbers differ."""
    if path.read_bytes() == rebuilt.read_bytes():
        return 0.0
    header, rows = read_table(path)
    rebuilt_header, rebuilt_rows = read_table(rebuilt)
    keys, rebuilt_keys = ([row[:3] for row in table] for table in (rows, rebuilt_rows))
    if header != rebuilt_header or keys != rebuilt_keys:
        return float("inf")
    stored = read_test_predictions(path, seeds)
    predicted = read_test_predictions(rebuilt, seeds)
    difference = max(
        largest_difference(stored[family], predicted[family]) for family in predicted
    )
    # The bytes differ: equal numbers in another spelling are a difference as well.
    return difference or float("inf")


def _verify_scores(
    config: Config,
    plan: Plan,
    selection: Selection,
    predictions: dict[str, Path],
    rebuild: Rebuild,
) -> None:
    results = Path("results", plan.run)
    outputs = [f"{results}/test.json", f"{results}/test.tsv"]

    def make() -> None:
        report, table = rebuild.paths(outputs)
        evaluation = score_test(
            selection=selection,
            subsets={
                name: read_subset(rebuild.path(plan.whole.subset(name)))
                for name in ("train", "valid", "test")
            },
            train_predictions=read_train_predictions(results / "models", selection),
            search_scores=read_scores(
                rebuild.path(results / "scores.tsv"),
                rebuild.path(results / "ensemble.tsv"),
            ),
            test_predictions={
                refit: read_test_predictions(path, selection.seeds)
                for refit, path in predictions.items()
            },
            resampling=Resampling(**config["test"]),
        )
        write_json(report, evaluation.to_dict())
        write_tsv(table, flat_table(evaluation.families))

    rule = "must be what the stored predictions of the test set give"
    rebuild.check(TEST, rule, outputs, make)


def _verify_final_model(
    plan: Plan,
    selection: Selection,
    models: WinnersModels,
    rebuild: Rebuild,
) -> None:
    """Write the final model again, and let it predict the test set from SMILES."""
    path = Path("results", plan.run, "final.zip")
    rebuild.check(
        FINAL,
        "must be made of the selected models",
        [str(path)],
        lambda: save_final_model(
            selection=selection,
            settings=FinalSettings(**told("save_final_model", plan)),
            train=rebuild.paths(plan.search_files("train")),
            valid=rebuild.paths(plan.search_files("valid")),
            trained_on=rebuild.path(models.training_set.subset("train")),
            curation=rebuild.path(plan.curation),
            recipe=rebuild.path(plan.recipe),
            models=models.folder,
            transforms=rebuild.path(f"{models.training_set.folder}/transforms"),
            destination=rebuild.path(path),
        ),
    )
    with rebuild.findings.attempt(FINAL, path):
        model = load(path)
        stored = read_test_predictions(models.predictions, model.metadata.seeds)
        smiles = read_subset(rebuild.path(plan.whole.subset("test"))).smiles
        members, failures = model.predict_members(
            smiles, _own_numbers(model.metadata, plan, rebuild)
        )
        featurized = [row for row in range(len(smiles)) if row not in failures]
        predicted = model.mean_by_seed(members)
        expected = stored[selection.overall]
        difference = largest_difference(
            predicted[:, featurized], expected[:, featurized]
        )
        scale = max(1.0, float(np.abs(expected).max()))
        rebuild.findings.expect(
            FINAL,
            path,
            difference <= TOLERANCE * scale,
            f"must predict what {models.predictions.name} has; differs by up to "
            f"{difference:.3g}",
        )


def _own_numbers(
    metadata: FinalModelMetadata, plan: Plan, rebuild: Rebuild
) -> OwnNumbers:
    """Return the test molecules' own numbers, as the run has read them."""
    files = {
        definition["name"]: rebuild.path(f"{plan.whole.folder}/test/{name}.npz")
        for name, definition in metadata.features.items()
        if is_own(definition)
    }
    return {name: read_features(path).values for name, path in files.items()}
