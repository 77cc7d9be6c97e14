"""From the raw file to features: all of it is made anew."""

import os
from pathlib import Path
from typing import Any

import curate_dataset
import download_dataset
import featurize_part
import fit_transform
import split_dataset
import take_fold
import take_fold_features
import transform_part
from toxtune.config.plan import Plan
from toxtune.errors import UserError
from toxtune.features.arrays import save_features
from toxtune.features.definitions import is_scaled
from toxtune.features.rows import join_features
from toxtune.io.files import sha256_of_file
from toxtune.splits.files import join_parts
from toxtune.splits.settings import ALL, NO_REFIT
from toxtune.verification.findings import Anew

DATASET, PARTS, FEATURES = "files of the dataset", "files of the split", "features"


def verify_data(config: dict[str, Any], plan: Plan, anew: Anew) -> bool:
    """Make dataset, parts and features anew; return whether all is as it was.

    Nothing behind a raw file that is another one is looked at.
    """
    before = len(anew.findings.faults)
    is_refit = config["final"]["refit"] != NO_REFIT
    if _raw_holds(config, plan, anew) and _curate(plan, anew):
        _split(plan, anew, is_refit)
        for name in sorted(plan.features):
            _featurize(plan, anew, name, is_refit)
    return len(anew.findings.faults) == before


def _raw_holds(config: dict[str, Any], plan: Plan, anew: Anew) -> bool:
    raw, sums = Path(plan.dataset_folder, "raw.csv"), plan.checksums
    if "test_sha256" in sums:
        return _joined_raw_holds(config, plan, anew)
    with anew.findings.attempt(DATASET, raw):
        found = sha256_of_file(raw)
        rule = f"must have the SHA-256 {sums['sha256']} (dataset.sha256), has {found}"
        return anew.findings.expect(DATASET, raw, found == sums["sha256"], rule)
    return False


def _joined_raw_holds(config: dict[str, Any], plan: Plan, anew: Anew) -> bool:
    """Join the files of the dataset and of the test part once more."""
    raw, sums = f"{plan.dataset_folder}/raw.csv", plan.checksums
    made = anew.path(raw)
    if made.is_file():
        return True
    made.parent.mkdir(parents=True, exist_ok=True)
    try:
        download_dataset.main(config["dataset"], sums, made)
    except UserError as error:
        anew.findings.notes.append(
            f"{raw}: taken as it is, for want of sources: {error}"
        )
        return True
    return anew.same(
        DATASET, "must be dataset.source and dataset.test_source", Path(raw)
    )


def _curate(plan: Plan, anew: Anew) -> bool:
    folder = plan.dataset_folder
    outputs = [
        f"{folder}/{name}"
        for name in ("molecules.csv", "curation.tsv", "curation.json")
    ]
    return anew.check(
        DATASET,
        "must be what curation makes of raw.csv",
        outputs,
        lambda: curate_dataset.main(
            Path(folder, "raw.csv"), plan.columns, *anew.paths(outputs)
        ),
    ) or all(anew.path(output).is_file() for output in outputs)


def _split(plan: Plan, anew: Anew, is_refit: bool) -> None:
    assignment = f"{plan.split_folder}/assignment.tsv"
    molecules = anew.path(f"{plan.dataset_folder}/molecules.csv")
    parts = {part: plan.part_file(part) for part in ("train", "valid", "test")}
    made = {part: anew.path(path) for part, path in parts.items()}
    anew.check(
        PARTS,
        "must be what the split's settings make of molecules.csv",
        [assignment, *parts.values()],
        lambda: split_dataset.main(
            molecules, {"kind": plan.kind, **plan.split}, anew.path(assignment), made
        ),
    )
    for fold in plan.folds if plan.is_cross_validated else []:
        _fold(plan, anew, fold)
    if is_refit:
        outputs = [plan.part_file(part, ALL) for part in ("train", "valid")]
        anew.check(
            PARTS,
            "must be train and valid together",
            outputs,
            lambda: join_parts([made["train"], made["valid"]], *anew.paths(outputs)),
        )


def _fold(plan: Plan, anew: Anew, fold: int) -> None:
    parts = {part: plan.part_file(part, fold) for part in ("train", "valid")}
    anew.check(
        PARTS,
        "must be the fold that assignment.tsv says",
        list(parts.values()),
        lambda: take_fold.main(
            anew.path(plan.part_file("train")),
            anew.path(f"{plan.split_folder}/assignment.tsv"),
            fold,
            plan.split["cross_validation"]["folds"],
            {part: anew.path(path) for part, path in parts.items()},
        ),
    )


def _featurize(plan: Plan, anew: Anew, name: str, is_refit: bool) -> None:
    """Compute one kind of features of all parts, and scale them."""
    for part in [*plan.model_parts, "test"]:
        _compute(plan, anew, name, part)
    sets: list[tuple[int | str | None, list[str]]] = [
        (None, [*plan.model_parts, "test"])
    ]
    if plan.is_cross_validated:
        sets += [(fold, ["train", "valid"]) for fold in plan.folds]
    if is_refit:
        sets.append((ALL, ["train", "test"]))
    for fold, parts in sets:
        for part in parts if fold is not None else []:
            _take(plan, anew, name, fold, part)
        if is_scaled(name):
            _scale(plan, anew, name, fold, parts)


def _file(plan: Plan, name: str, part: str, fold: int | str | None = None) -> str:
    return f"{plan.part_file(part, fold).removesuffix('.csv')}/{name}.npz"


def _compute(plan: Plan, anew: Anew, name: str, part: str) -> None:
    path = _file(plan, name, part)
    anew.check(
        FEATURES,
        f"must be what {name} makes of {part}.csv",
        [path],
        lambda: featurize_part.main(
            anew.path(plan.part_file(part)),
            plan.features[name],
            anew.path(path),
            os.cpu_count() or 1,
        ),
    )


def _take(plan: Plan, anew: Anew, name: str, fold: int | str | None, part: str) -> None:
    """Put the features of a fold, or of a refit, together from those of the parts."""
    path = _file(plan, name, part, fold)
    joined = ["train", "valid"] if part == "train" else [part]

    def make() -> None:
        if fold == ALL:
            sources = [anew.path(_file(plan, name, one)) for one in joined]
            save_features(anew.path(path), join_features(sources))
            return
        take_fold_features.main(
            anew.path(plan.part_file("train")),
            anew.path(_file(plan, name, "train")),
            anew.path(plan.part_file(part, fold)),
            anew.path(path),
        )

    anew.check(FEATURES, "must be rows of the parts' features", [path], make)


def _scale(
    plan: Plan, anew: Anew, name: str, fold: int | str | None, parts: list[str]
) -> None:
    train = anew.path(_file(plan, name, "train", fold))
    transform = f"{Path(plan.part_file('train', fold)).parent}/transforms/{name}.npz"
    anew.check(
        FEATURES,
        "must be what the training set's features give",
        [transform],
        lambda: fit_transform.main(train, anew.path(transform)),
    )
    for part in parts:
        plain = _file(plan, name, part, fold)
        scaled = f"{plain.removesuffix('.npz')}.scaled.npz"
        anew.check(
            FEATURES,
            "must be the features scaled by the training set's",
            [scaled],
            lambda plain=plain, scaled=scaled: transform_part.main(
                anew.path(plain), anew.path(transform), anew.path(scaled)
            ),
        )
