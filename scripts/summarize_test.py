"""Score the stored test predictions, train and validation beside them."""

import json
from pathlib import Path
from typing import Any

import numpy as np

from toxtune.evaluation import Resampling, evaluate, flat_table
from toxtune.files import read_json, write_json
from toxtune.logs import log_to
from toxtune.metrics import METRICS
from toxtune.models.registry import family_module
from toxtune.opening import read_test_predictions
from toxtune.parts import read_part
from toxtune.tables import read_tsv, valid_scores, write_tsv


def main(
    selection: dict[str, Any],
    parts: dict[str, Path],
    models: Path,
    search_scores: Path,
    test_predictions: Path,
    resampling: Resampling,
    report: Path,
    table: Path,
) -> None:
    """Read parts and predictions, evaluate each winner, write the scores."""
    seeds = selection["seeds"]
    kind = METRICS[selection["objective"]["metric"]].kind
    read_parts = {name: read_part(path) for name, path in parts.items()}
    searched = read_tsv(search_scores)
    families = {}
    for family, winner in sorted(selection["winners"].items()):
        ending = family_module(family).MODEL_FORMAT
        fitted = [
            np.load(models / family / f"seed-{seed}.{ending}.train.npy")
            for seed in seeds
        ]
        predictions = {
            "train": np.stack(fitted),
            "test": read_test_predictions(test_predictions, family, seeds),
        }
        tasks = read_parts["test"].tasks
        valid = valid_scores(searched, winner["trial"]["id"], seeds, tasks)
        judged = {part: read_parts[part] for part in predictions}
        families[family] = evaluate(judged, predictions, valid, resampling, kind)
    scores = {
        "selection": selection["id"],
        "overall": selection["overall"],
        "objective": selection["objective"],
        "molecules": {name: len(part.ids) for name, part in read_parts.items()},
        "confidence": resampling.confidence,
        "resamples": resampling.resamples,
        "families": families,
    }
    write_json(report, scores)
    write_tsv(table, flat_table(families))


if __name__ == "__main__":
    log_to(snakemake.log[0])
    main(
        selection=read_json(snakemake.input.selection),
        parts={
            part: Path(snakemake.input[part]) for part in ("train", "valid", "test")
        },
        models=Path(snakemake.input.selection).parent / "models",
        search_scores=Path(snakemake.input.scores),
        test_predictions=Path(snakemake.input.test_predictions),
        resampling=Resampling(**json.loads(snakemake.params.resampling)),
        report=Path(snakemake.output.report),
        table=Path(snakemake.output.table),
    )
