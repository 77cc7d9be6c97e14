"""From the frozen winners to test scores and the model for use."""

import filecmp
from pathlib import Path
from typing import Any

import numpy as np

import summarize_test
from toxtune.config.job_settings import final_settings
from toxtune.config.plan import Plan
from toxtune.data.subsets import read_subset, read_table
from toxtune.evaluation.ledger import opening_id, read_openings
from toxtune.evaluation.predictions import predict_test, read_test_predictions
from toxtune.io.integrity import read_written
from toxtune.models.registry import get_family
from toxtune.prediction.final_file import FinalSettings, save_final_model
from toxtune.prediction.final_model import load
from toxtune.search.selection_file import Selection, read_selection
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import ALL, WHOLE
from toxtune.stats.bootstrap import Resampling
from toxtune.training.replicates import model_key
from toxtune.training.store import default_store
from toxtune.verification.findings import Rebuild
from toxtune.verification.retraining import largest_difference
from toxtune.verification.store_entries import is_key, verify_entry

MODELS, TEST, FINAL = "models of the winners", "test results", "final models"
SUBSETS = ("train", "valid", "test")
FOLDERS = {"model": "models", "refit": "refit"}
PREDICTIONS = {WHOLE: "test_predictions.csv", ALL: "refit_test_predictions.csv"}
# Between processors, and between features that are computed in other chunks.
TOLERANCE = 1e-5


def verify_outcome(
    config: dict[str, Any], plan: Plan, rebuild: Rebuild, exact: bool
) -> None:
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
            f"{results}: nothing behind the selection was checked"
        )
        return
    selection = read_selection(path)
    refit = config["final"]["refit"]
    kinds = [NO_REFIT] if refit == NO_REFIT else [NO_REFIT, refit]
    cards = []
    for kind in kinds:
        cards += _verify_models(selection, results, kind, rebuild)
    ledger = Path(plan.ledger)
    with rebuild.findings.attempt(TEST, ledger):
        known = {line["selection"] for line in read_openings(ledger)}
        rule = f"must have a line for the selection and models of {plan.run}"
        rebuild.findings.expect(
            TEST, ledger, opening_id(selection.id, cards) in known, rule
        )
    predictions = {
        kind: _predict(plan, selection.seeds, kind, rebuild, exact) for kind in kinds
    }
    if all(predictions.values()):
        _score(config, plan, selection, predictions, rebuild)
    _finish(config, plan, selection, rebuild)


def _verify_models(
    selection: Selection, results: Path, refit: str, rebuild: Rebuild
) -> list[dict[str, Any]]:
    """Verify the winners' models against selection and store; return their cards."""
    cards, findings = [], rebuild.findings
    name = "model" if refit == NO_REFIT else "refit"
    for family, winner in sorted(selection.winners.items()):
        ending = get_family(family).model_format
        for seed in selection.seeds:
            path = results / FOLDERS[name] / family / f"seed-{seed}.{ending}"
            with findings.attempt(MODELS, path):
                card = read_written(Path(f"{path}.json"))
                trial = winner.model if refit == NO_REFIT else winner.refit
                is_winner = card["trial"] == trial.to_dict() and card["seed"] == seed
                rule = f"must be of the selected trial {trial.id}"
                is_sound = is_winner and is_key(card["store_key"])
                if findings.expect(MODELS, path, is_sound, rule):
                    cards.append(card)
                    _verify_model(path, card["store_key"], rebuild)
    return cards


def _verify_model(path: Path, key: str, rebuild: Rebuild) -> None:
    """Compare a model with the one that the store has, if it has one."""
    entry = default_store().entry(model_key(key))
    verify_entry(entry, rebuild.findings)
    copies = {path: f"model{path.suffix}", Path(f"{path}.train.npy"): "train.npy"}
    for copy, name in copies.items():
        stored = entry / name
        if copy.is_file() and stored.is_file():
            holds = filecmp.cmp(copy, stored, shallow=False)
            rebuild.findings.expect(
                MODELS, copy, holds, f"must have the bytes of {stored}"
            )


def _predict(
    plan: Plan, seeds: list[int], refit: str, rebuild: Rebuild, exact: bool
) -> Path | None:
    """Predict the test set again; return predictions that scores can be made of."""
    results = Path("results", plan.run)
    training_set = plan.whole if refit == NO_REFIT else plan.joined
    path = results / PREDICTIONS[training_set.name]
    with rebuild.findings.attempt(TEST, path):
        predict_test(
            selection=str(rebuild.path(results / "selection.json")),
            models=str(results / FOLDERS["model" if refit == NO_REFIT else "refit"]),
            test=str(rebuild.path(plan.whole.subset("test"))),
            features=str(rebuild.path(Path(training_set.folder, "test"))),
            predictions=str(rebuild.path(path)),
        )
        difference = _difference(path, rebuild.path(path), seeds)
        bound = 0.0 if exact else TOLERANCE
        rebuild.findings.expect(
            TEST,
            path,
            difference <= bound,
            "must be what the winners' models predict; differs by up to "
            f"{difference:.3g}, which may be {bound:g}",
        )
        return rebuild.path(path) if exact else path
    return None


def _difference(path: Path, made: Path, seeds: list[int]) -> float:
    """Compare tables of predictions; infinite if more than the numbers differ."""
    if path.read_bytes() == made.read_bytes():
        return 0.0
    (header, rows), (other_header, other_rows) = read_table(path), read_table(made)
    keys, others = ([row[:3] for row in table] for table in (rows, other_rows))
    if header != other_header or keys != others:
        return float("inf")
    tables = [read_test_predictions(one, seeds) for one in (path, made)]
    found = max(
        largest_difference(tables[0][family], tables[1][family]) for family in tables[1]
    )
    # Equal numbers in another spelling are no equal files.
    return found or float("inf")


def _score(
    config: dict[str, Any],
    plan: Plan,
    selection: Selection,
    predictions: dict[str, Path],
    rebuild: Rebuild,
) -> None:
    results = Path("results", plan.run)
    outputs = [f"{results}/test.json", f"{results}/test.tsv"]
    rebuild.check(
        TEST,
        "must be what the stored predictions of the test set give",
        outputs,
        lambda: summarize_test.main(
            selection,
            {subset: rebuild.path(plan.whole.subset(subset)) for subset in SUBSETS},
            results / FOLDERS["model"],
            rebuild.path(results / "scores.tsv"),
            predictions,
            Resampling(**config["test"]),
            *rebuild.paths(outputs),
        ),
    )


def _finish(
    config: dict[str, Any],
    plan: Plan,
    selection: Selection,
    rebuild: Rebuild,
) -> None:
    """Write the final model again, and let it predict the test set from SMILES."""
    results = Path("results", plan.run)
    settings = FinalSettings(**final_settings(config, plan))
    training_set = plan.joined if settings.is_refit else plan.whole
    path = results / "final.zip"
    trained_on = rebuild.path(training_set.subset("train"))
    rebuild.check(
        FINAL,
        "must be made of the selected models",
        [str(path)],
        lambda: save_final_model(
            selection=selection,
            settings=settings,
            train=rebuild.paths(plan.search_files("train")),
            valid=rebuild.paths(plan.search_files("valid")),
            trained_on=trained_on,
            models=results / FOLDERS["refit" if settings.is_refit else "model"],
            transforms=trained_on.with_name("transforms"),
            destination=rebuild.path(path),
        ),
    )
    with rebuild.findings.attempt(FINAL, path):
        model = load(path)
        table = PREDICTIONS[training_set.name]
        stored = read_test_predictions(results / table, model.metadata.seeds)
        smiles = read_subset(rebuild.path(plan.whole.subset("test"))).smiles
        members, failures = model.predict_members(smiles)
        known = [row for row in range(len(smiles)) if row not in failures]
        expected = stored[selection.overall]
        difference = largest_difference(members[:, known], expected[:, known])
        scale = max(1.0, float(np.abs(expected).max()))
        rebuild.findings.expect(
            FINAL,
            path,
            difference <= TOLERANCE * scale,
            f"must predict what {table} has; differs by up to {difference:.3g}",
        )
