"""From the selected winners to test scores and the final model."""

import platform
from pathlib import Path

import numpy as np

from toxtune.config.job_settings import told
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.data.subsets import read_subset, read_table
from toxtune.evaluation.baselines import score_baselines
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
from toxtune.io.tsv import write_tsv
from toxtune.prediction.final_file import FinalSettings, save_final_model
from toxtune.prediction.final_model import load
from toxtune.prediction.metadata import FinalModelMetadata
from toxtune.prediction.own_numbers import OwnNumbers
from toxtune.search.selection_file import Selection, read_selection
from toxtune.stats.bootstrap import Resampling
from toxtune.verification.findings import Rebuild
from toxtune.verification.models import (
    SavedModel,
    WinnersModels,
    all_models,
    verify_models,
)
from toxtune.verification.retraining import largest_difference
from toxtune.verification.trust import verify_trust

TEST, FINAL = "test results", "final models"
# Between processors, and between features that are computed in other chunks.
TOLERANCE = 1e-5


def verify_outcome(
    config: Config, plan: Plan, rebuild: Rebuild, host: str
) -> list[SavedModel]:
    """Verify models, ledger, test predictions and scores, and the final model.

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
    """
    results = Path("results", plan.run)
    path = rebuild.path(results / "selection.json")
    if not path.is_file():
        rebuild.findings.notes.append(
            f"{results}: nothing that follows from the selection was checked"
        )
        return []
    selection, exact = read_selection(path), host == platform.node()
    kinds, saved = all_models(config, plan), []
    for models in kinds:
        saved += verify_models(plan, selection, models, host, rebuild)
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
    predictions = {}
    for models in kinds:
        if table := _verify_predictions(plan, selection, models, rebuild, exact):
            predictions[models.refit] = table
    if len(predictions) == len(kinds):
        _verify_scores(config, plan, selection, predictions, rebuild)
        verify_trust(plan, selection, predictions, rebuild)
        _verify_baselines(plan, selection, rebuild)
    # The final model is a refit, if there is one.
    _verify_final_model(plan, selection, kinds[-1], rebuild)
    return saved


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


def _verify_baselines(plan: Plan, selection: Selection, rebuild: Rebuild) -> None:
    path = Path("results", plan.run, "baselines.json")

    def make() -> None:
        searched = (
            [read_subset(each) for each in rebuild.paths(plan.search_files(subset))]
            for subset in ("train", "valid")
        )
        baselines = score_baselines(
            searched=list(zip(*searched, strict=True)),
            train=read_subset(rebuild.path(plan.whole.subset("train"))),
            test=read_subset(rebuild.path(plan.whole.subset("test"))),
            objective=selection.objective,
            resampling=Resampling(**told("resampling", plan)),
        )
        write_json(rebuild.path(path), baselines.to_dict())

    rule = "must be what simple models score that are fitted to the training set"
    rebuild.check(TEST, rule, [str(path)], make)


def _verify_final_model(
    plan: Plan,
    selection: Selection,
    models: WinnersModels,
    rebuild: Rebuild,
) -> None:
    """Write the final model again, and let it predict the test set from SMILES."""
    path = Path("results", plan.run, "final.zip")
    # For the card. Scores that could not be rebuilt are a fault already.
    test = rebuild.path(path.with_name("test.json"))
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
            test=test if test.is_file() else path.with_name("test.json"),
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
