"""From the selected winners to predictions of the test set and the final model."""

import platform
import shutil
from pathlib import Path

import numpy as np

from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.data.subsets import read_subset, read_table
from toxtune.evaluation.ledger import Opened, opening_id, read_openings_of
from toxtune.evaluation.predictions import (
    predict_test,
    read_test_predictions,
)
from toxtune.features.arrays import read_features
from toxtune.features.definitions import is_own
from toxtune.prediction.final_model import load
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers
from toxtune.search.selection_file import Selection, read_selection
from toxtune.verification.findings import TOLERANCE, Rebuild
from toxtune.verification.models import (
    SavedModel,
    WinnersModels,
    all_models,
    verify_models,
)
from toxtune.verification.rerun import Remade
from toxtune.verification.retraining import largest_difference

TEST, FINAL = "test results", "final models"


def verify_outcome(
    config: Config, plan: Plan, rebuild: Rebuild, host: str
) -> tuple[list[SavedModel], list[Remade]]:
    """Verify models, ledger, test predictions, and what the final model predicts.

    Parameters
    ----------
    config, plan
        Of the run.
    rebuild
        Has its selection and its test set.
    host
        Where the run was done. On this one predictions must have the same bytes; else
        they may differ by `TOLERANCE`.

    Returns
    -------
    list of SavedModel
        The models that are sound.
    list of Remade
        The run, if what follows from these models can be made again.
    """
    results = Path("results", plan.run)
    path = rebuild.path(results / "selection.json")
    if not path.is_file():
        rebuild.findings.notes.append(
            f"{results}: nothing that follows from the selection was checked"
        )
        return [], []
    selection, exact = read_selection(path), host == platform.node()
    kinds, saved = all_models(config, plan), []
    before = len(rebuild.findings.faults)
    for models in kinds:
        saved += verify_models(plan, selection, models, host, rebuild)
    are_sound = len(rebuild.findings.faults) == before
    ledger = Path(plan.ledger)
    with rebuild.findings.attempt(TEST, ledger):
        groups = read_subset(rebuild.path(plan.whole.subset("test"))).groups
        test_set = Opened(plan.dataset_id, plan.split_id, frozenset(groups))
        lines = read_openings_of(ledger, test_set)
        opened = {line["selection"] for line in lines if line["own"]}
        store_keys = [model.store_key for model in saved]
        holds = opening_id(selection.id, store_keys) in opened
        rule = f"must have a line for the selection and models of {plan.run}"
        rebuild.findings.expect(TEST, ledger, holds, rule)
    predicted = [
        _verify_predictions(plan, selection, models, rebuild, exact) for models in kinds
    ]
    # The final model is a refit, if there is one.
    _verify_final_model(plan, selection, kinds[-1], rebuild)
    if are_sound and all(predicted):
        return saved, [Remade(plan, exact)]
    rebuild.findings.notes.append(
        f"{results}: what follows from its models was not checked, since they are "
        "damaged"
    )
    return saved, []


def _verify_predictions(
    plan: Plan,
    selection: Selection,
    models: WinnersModels,
    rebuild: Rebuild,
    exact: bool,
) -> bool:
    """Predict the test set again; return whether there is something to score."""
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
        if not exact:
            # What follows is made of what the run has.
            shutil.copyfile(path, rebuilt)
        return exact or difference <= bound
    return False


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


def _verify_final_model(
    plan: Plan,
    selection: Selection,
    models: WinnersModels,
    rebuild: Rebuild,
) -> None:
    """Let the final model predict the test set from SMILES."""
    path = Path("results", plan.run, "final.zip")
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
