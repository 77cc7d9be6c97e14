"""Score the stored test predictions, train and validation beside them."""

import json
from pathlib import Path

import numpy as np

from toxtune.data.subsets import read_subset
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.evaluation.refits_and_ensembles import score_variants, variant_rows
from toxtune.evaluation.scores import evaluate, flat_table
from toxtune.io.files import write_json
from toxtune.io.tsv import read_tsv, write_tsv
from toxtune.jobs import log_to
from toxtune.models.registry import get_family
from toxtune.search.selection_file import Selection, read_selection
from toxtune.selection.tables import valid_scores
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import class_weights


def main(
    selection: Selection,
    subsets: dict[str, Path],
    models: Path,
    search_scores: Path,
    test_predictions: dict[str, Path],
    resampling: Resampling,
    report: Path,
    table: Path,
) -> None:
    """Read parts and predictions, evaluate each winner, write the scores.

    `test_predictions` has those before a refit by the name ``none``, and those after.
    """
    seeds = selection.seeds
    task_type = selection.objective.task_type
    read_subsets = {name: read_subset(path) for name, path in subsets.items()}
    searched = read_tsv(search_scores)
    weights = class_weights(read_subsets["train"].labels)
    tested = {
        refit: read_test_predictions(path, seeds)
        for refit, path in test_predictions.items()
    }
    tasks = read_subsets["test"].tasks
    families, variants = {}, {}
    for family, winner in sorted(selection.winners.items()):
        by_refit = {refit: tested[refit][family] for refit in tested}
        scored = score_variants(
            read_subsets["test"], weights, by_refit, resampling, task_type
        )
        families[family] = evaluate(
            read_subsets["train"],
            read_train_predictions(models, family, seeds),
            valid_scores(searched, winner.trial.id, seeds, tasks),
            tested=scored[NO_REFIT, False],
            tasks=tasks,
            confidence=resampling.confidence,
        )
        variants[family] = variant_rows(scored, tasks, resampling.confidence)
    scores = {
        "selection": selection.id,
        "overall": selection.overall,
        "objective": selection.objective.to_dict(),
        "molecules": {name: len(subset.ids) for name, subset in read_subsets.items()},
        "confidence": resampling.confidence,
        "resamples": resampling.resamples,
        "families": families,
        "variants": variants,
    }
    write_json(report, scores)
    write_tsv(table, flat_table(families))


def read_train_predictions(models: Path, family: str, seeds: list[int]) -> np.ndarray:
    """Read one family's predictions: n_seeds x n_molecules x n_outputs."""
    ending = get_family(family).model_format
    names = [f"seed-{seed}.{ending}.train.npy" for seed in seeds]
    return np.stack([np.load(models / family / name) for name in names])


if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    test_predictions = {NO_REFIT: Path(snakemake.input.test_predictions)}
    if snakemake.input.refit_predictions:
        test_predictions[settings["refit"]] = Path(snakemake.input.refit_predictions)
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        subsets={
            subset: Path(snakemake.input[subset])
            for subset in ("train", "valid", "test")
        },
        models=Path(snakemake.input.selection).parent / "models",
        search_scores=Path(snakemake.input.scores),
        test_predictions=test_predictions,
        resampling=Resampling(**settings["resampling"]),
        report=Path(snakemake.output.report),
        table=Path(snakemake.output.table),
    )
