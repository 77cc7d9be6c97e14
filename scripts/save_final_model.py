"""Write the model for use, of the family selected overall, to one file."""

import json
from pathlib import Path
from typing import Any

from toxtune.data.subsets import read_subset
from toxtune.features.definitions import JOINT, is_scaled
from toxtune.io.files import read_json
from toxtune.jobs import log_to
from toxtune.models.registry import family_module
from toxtune.prediction.final_file import final_card, write_final
from toxtune.selection.predictions import read_pooled
from toxtune.selection.selection_file import read_selection
from toxtune.splits.settings import NO_REFIT


def main(
    selection: dict[str, Any],
    subsets: dict[str, list[Path]],
    trained_on: list[Path],
    models: Path,
    transforms: Path,
    settings: dict[str, Any],
    path: Path,
) -> None:
    """Fit thresholds and domain, and put everything together."""
    family = selection["overall"]
    judged = read_pooled(
        selection["winners"][family],
        selection["seeds"],
        subsets["valid"],
        settings["cross_validated"],
    )
    train, valid = (
        [read_subset(one) for one in subsets[n]] for n in ("train", "valid")
    )
    card = final_card(selection, settings, judged, (train, valid))
    ending = family_module(family).MODEL_FORMAT
    scaled = filter(is_scaled, card["trial"]["features"].split(JOINT))
    members = [models / family / f"seed-{seed}.{ending}" for seed in card["seeds"]]
    keys = [read_json(Path(f"{member}.json"))["store_key"] for member in members]
    write_final(
        path,
        {**card, "store_keys": keys},
        models=members,
        transforms={name: transforms / f"{name}.npz" for name in scaled},
        trained_on=[smiles for one in trained_on for smiles in read_subset(one).smiles],
    )


if __name__ == "__main__":
    log_to(snakemake.log[0])
    settings = json.loads(snakemake.params.settings)
    trained_on = [Path(path) for path in snakemake.input.trained_on]
    is_refit = settings["refit"] != NO_REFIT
    main(
        selection=read_selection(Path(snakemake.input.selection)),
        subsets={
            subset: [Path(path) for path in snakemake.input[subset]]
            for subset in ("train", "valid")
        },
        trained_on=trained_on,
        models=Path(snakemake.output.model).with_name(
            "refit" if is_refit else "models"
        ),
        transforms=trained_on[0].with_name("transforms"),
        settings=settings,
        path=Path(snakemake.output.model),
    )
