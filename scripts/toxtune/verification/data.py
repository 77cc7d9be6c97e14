"""From the raw file to features: all of it is made anew."""

import os
from pathlib import Path
from typing import Any

import curate_dataset
import download_dataset
import featurize_subset
import fit_transform
import split_dataset
import take_fold
import take_fold_features
import transform_subset
from toxtune.config.plan import Plan
from toxtune.errors import UserError
from toxtune.features.arrays import save_features
from toxtune.features.definitions import is_scaled
from toxtune.features.rows import join_features
from toxtune.io.files import sha256_of_file
from toxtune.splits.files import join_subsets
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import TrainingSet
from toxtune.verification.findings import Rebuild

DATASET, SUBSETS, FEATURES = "files of the dataset", "files of the split", "features"


def verify_data(config: dict[str, Any], plan: Plan, anew: Rebuild) -> bool:
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


def _raw_holds(config: dict[str, Any], plan: Plan, anew: Rebuild) -> bool:
    raw, sums = Path(plan.dataset_folder, "raw.csv"), plan.checksums
    if "test_sha256" in sums:
        return _joined_raw_holds(config, plan, anew)
    with anew.findings.attempt(DATASET, raw):
        found = sha256_of_file(raw)
        rule = f"must have the SHA-256 {sums['sha256']} (dataset.sha256), has {found}"
        return anew.findings.expect(DATASET, raw, found == sums["sha256"], rule)
    return False


def _joined_raw_holds(config: dict[str, Any], plan: Plan, anew: Rebuild) -> bool:
    """Join the files of the dataset and of the test set once more."""
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


def _curate(plan: Plan, anew: Rebuild) -> bool:
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


def _split(plan: Plan, anew: Rebuild, is_refit: bool) -> None:
    assignment = plan.assignment
    molecules = anew.path(f"{plan.dataset_folder}/molecules.csv")
    subsets = {
        subset: plan.whole.subset(subset) for subset in ("train", "valid", "test")
    }
    made = {subset: anew.path(path) for subset, path in subsets.items()}
    anew.check(
        SUBSETS,
        "must be what the split's settings make of molecules.csv",
        [assignment, *subsets.values()],
        lambda: split_dataset.main(
            molecules,
            {"task_type": plan.task_type, **plan.split},
            anew.path(assignment),
            made,
        ),
    )
    if plan.is_cross_validated:
        for number, training_set in enumerate(plan.search_sets):
            _fold(plan, anew, number, training_set)
    if is_refit:
        outputs = [plan.joined.subset(subset) for subset in ("train", "valid")]
        anew.check(
            SUBSETS,
            "must be train and valid together",
            outputs,
            lambda: join_subsets([made["train"], made["valid"]], *anew.paths(outputs)),
        )


def _fold(plan: Plan, anew: Rebuild, number: int, training_set: TrainingSet) -> None:
    subsets = {subset: training_set.subset(subset) for subset in ("train", "valid")}
    anew.check(
        SUBSETS,
        "must be the fold that assignment.tsv says",
        list(subsets.values()),
        lambda: take_fold.main(
            anew.path(plan.whole.subset("train")),
            anew.path(plan.assignment),
            number,
            plan.split["cross_validation"]["folds"],
            {subset: anew.path(path) for subset, path in subsets.items()},
        ),
    )


def _featurize(plan: Plan, anew: Rebuild, name: str, is_refit: bool) -> None:
    """Compute one kind of features of all parts, and scale them."""
    of_whole = [*plan.model_subsets, "test"]
    for subset in of_whole:
        _compute(plan, anew, name, subset)
    others = [(one, ["train", "valid"]) for one in plan.search_sets]
    others = others if plan.is_cross_validated else []
    if is_refit:
        others.append((plan.joined, ["train", "test"]))
    for training_set, subsets in others:
        for subset in subsets:
            _take(plan, anew, name, training_set, subset)
    for training_set, subsets in [(plan.whole, of_whole), *others]:
        if is_scaled(name):
            _scale(anew, name, training_set, subsets)


def _file(training_set: TrainingSet, subset: str, name: str) -> str:
    return f"{training_set.folder}/{subset}/{name}.npz"


def _compute(plan: Plan, anew: Rebuild, name: str, subset: str) -> None:
    path = _file(plan.whole, subset, name)
    anew.check(
        FEATURES,
        f"must be what {name} makes of {subset}.csv",
        [path],
        lambda: featurize_subset.main(
            anew.path(plan.whole.subset(subset)),
            plan.features[name],
            anew.path(path),
            os.cpu_count() or 1,
        ),
    )


def _take(
    plan: Plan, anew: Rebuild, name: str, training_set: TrainingSet, subset: str
) -> None:
    """Put the features of a fold, or of a refit, together from those of the subsets."""
    path = _file(training_set, subset, name)
    joined = ["train", "valid"] if subset == "train" else [subset]

    def make() -> None:
        if training_set == plan.joined:
            sources = [anew.path(_file(plan.whole, one, name)) for one in joined]
            save_features(anew.path(path), join_features(sources))
            return
        take_fold_features.main(
            anew.path(plan.whole.subset("train")),
            anew.path(_file(plan.whole, "train", name)),
            anew.path(training_set.subset(subset)),
            anew.path(path),
        )

    anew.check(FEATURES, "must be rows of the subsets' features", [path], make)


def _scale(
    anew: Rebuild, name: str, training_set: TrainingSet, subsets: list[str]
) -> None:
    train = anew.path(_file(training_set, "train", name))
    transform = training_set.transform(name)
    anew.check(
        FEATURES,
        "must be what the training set's features give",
        [transform],
        lambda: fit_transform.main(train, anew.path(transform)),
    )
    for subset in subsets:
        plain = _file(training_set, subset, name)
        scaled = f"{plain.removesuffix('.npz')}.scaled.npz"
        anew.check(
            FEATURES,
            "must be the features scaled by the training set's",
            [scaled],
            lambda plain=plain, scaled=scaled: transform_subset.main(
                anew.path(plain), anew.path(transform), anew.path(scaled)
            ),
        )
