"""From the raw file to the features: everything is made again and compared."""

import os
from functools import partial
from pathlib import Path

from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.data.curation import curate, write_curation
from toxtune.data.kept_files import kept_files
from toxtune.data.subsets import read_subset
from toxtune.features.arrays import read_features, save_features
from toxtune.features.compute import featurize_watched
from toxtune.features.definitions import is_own, is_scaled
from toxtune.features.own import own_features
from toxtune.features.rows import join_features, take_molecules
from toxtune.features.transforms import fit_transform, read_transform, save_transform
from toxtune.io.files import sha256_of_file
from toxtune.splits.files import join_subsets, write_fold, write_split
from toxtune.splits.make import make_split
from toxtune.splits.settings import NO_REFIT
from toxtune.splits.training_set import TrainingSet
from toxtune.verification.findings import Rebuild

DATASET, SUBSETS, FEATURES = "files of the dataset", "files of the split", "features"


def verify_data(config: Config, plan: Plan, rebuild: Rebuild) -> bool:
    """Rebuild dataset, subsets and features; return whether all is as it was.

    If the raw file is another one, nothing that follows from it is checked.
    """
    before = len(rebuild.findings.faults)
    is_refit = config["final"]["refit"] != NO_REFIT
    if _verify_raw(plan, rebuild) and _verify_curation(plan, rebuild):
        _verify_split(plan, rebuild, is_refit)
        for name in sorted(plan.features):
            _verify_features(plan, rebuild, name, is_refit)
    return len(rebuild.findings.faults) == before


def _verify_raw(plan: Plan, rebuild: Rebuild) -> bool:
    """Compare the files that were kept with their checksums."""
    holds = True
    for key, name in (("sha256", "raw"), ("test_sha256", "raw_test")):
        if key not in plan.checksums:
            continue
        raw, is_right = Path(plan.dataset_folder, name), False
        with rebuild.findings.attempt(DATASET, raw):
            found, expected = sha256_of_file(raw), plan.checksums[key]
            rule = f"must have the SHA-256 {expected} (dataset.{key}), has {found}"
            is_right = rebuild.findings.expect(DATASET, raw, found == expected, rule)
        holds = holds and is_right
    return holds


def _verify_curation(plan: Plan, rebuild: Rebuild) -> bool:
    names = ("molecules.csv", "curation.tsv", "curation.json")
    outputs = [f"{plan.dataset_folder}/{name}" for name in names]

    def make() -> None:
        molecules, changes, counts = rebuild.paths(outputs)
        raw, raw_test, sources = (
            Path(plan.dataset_folder, name)
            for name in ("raw", "raw_test", "sources.json")
        )
        files = kept_files(raw, raw_test, sources)
        dataset = files.dataset
        write_curation(
            curate(
                dataset.path,
                plan.columns,
                dataset.name,
                files.test,
                workers=os.cpu_count() or 1,
            ),
            with_subset=plan.columns["part_column"] is not None,
            molecules=molecules,
            changes=changes,
            counts=counts,
        )

    holds = rebuild.check(
        DATASET, "must be what curation makes of the dataset's files", outputs, make
    )
    # Further checks need the files, right or wrong.
    return holds or all(path.is_file() for path in rebuild.paths(outputs))


def _verify_split(plan: Plan, rebuild: Rebuild, is_refit: bool) -> None:
    molecules = rebuild.path(f"{plan.dataset_folder}/molecules.csv")
    subsets = {name: plan.whole.subset(name) for name in ("train", "valid", "test")}
    rebuilt = {name: rebuild.path(path) for name, path in subsets.items()}
    rebuild.check(
        SUBSETS,
        "must be what the split's settings make of molecules.csv",
        [plan.assignment, plan.recipe, plan.settled, *subsets.values()],
        lambda: write_split(
            molecules,
            make_split(molecules, plan.split, plan.task_type),
            assignment=rebuild.path(plan.assignment),
            recipe=rebuild.path(plan.recipe),
            settled=rebuild.path(plan.settled),
            subsets=rebuilt,
        ),
    )
    if plan.is_cross_validated:
        for number, training_set in enumerate(plan.search_sets):
            _verify_fold(plan, rebuild, number, training_set)
    if is_refit:
        outputs = [plan.joined.subset(name) for name in ("train", "valid")]
        train, valid = rebuild.paths(outputs)
        rebuild.check(
            SUBSETS,
            "must be train and valid together",
            outputs,
            lambda: join_subsets(
                [rebuilt["train"], rebuilt["valid"]], train=train, valid=valid
            ),
        )


def _verify_fold(
    plan: Plan, rebuild: Rebuild, number: int, training_set: TrainingSet
) -> None:
    subsets = {name: training_set.subset(name) for name in ("train", "valid")}
    repeat, fold = divmod(number, plan.split.folds)
    rebuild.check(
        SUBSETS,
        "must be the fold that assignment.tsv says",
        list(subsets.values()),
        lambda: write_fold(
            rebuild.path(plan.whole.subset("train")),
            rebuild.path(plan.assignment),
            repeat=repeat,
            fold=fold,
            subsets={name: rebuild.path(path) for name, path in subsets.items()},
        ),
    )


def _verify_features(plan: Plan, rebuild: Rebuild, name: str, is_refit: bool) -> None:
    """Compute one representation, take the subsets' rows, and scale it."""
    whole = [*plan.model_subsets, "test"]
    if is_own(plan.features[name]):
        for subset in whole:
            _verify_own(plan, rebuild, name, subset)
    else:
        _verify_computed(plan, rebuild, name)
        for subset in whole:
            _verify_rows(plan, rebuild, name, plan.whole, subset)
    others = []
    if plan.is_cross_validated:
        others += [(fold, ["train", "valid"]) for fold in plan.search_sets]
    if is_refit:
        others.append((plan.joined, ["train", "test"]))
    for training_set, subsets in others:
        for subset in subsets:
            _verify_rows(plan, rebuild, name, training_set, subset)
    if is_scaled(name):
        for training_set, subsets in [(plan.whole, whole), *others]:
            _verify_scaled(rebuild, name, training_set, subsets)


def _features_file(training_set: TrainingSet, subset: str, name: str) -> str:
    """Path of features as they were computed, not scaled."""
    return f"{training_set.folder}/{subset}/{name}.npz"


def _verify_computed(plan: Plan, rebuild: Rebuild, name: str) -> None:
    output = plan.computed_features(name)

    def make() -> None:
        molecules = read_subset(rebuild.path(f"{plan.dataset_folder}/molecules.csv"))
        features = featurize_watched(
            plan.features[name], molecules.smiles, workers=os.cpu_count() or 1
        )
        save_features(rebuild.path(output), features)

    rule = f"must be what {name} makes of molecules.csv"
    rebuild.check(FEATURES, rule, [output], make)


def _verify_own(plan: Plan, rebuild: Rebuild, name: str, subset: str) -> None:
    output = _features_file(plan.whole, subset, name)

    def make() -> None:
        features = own_features(
            plan.features[name],
            rebuild.path(plan.whole.subset(subset)),
            raw=[Path(path) for path in plan.raw_files],
            columns=plan.columns,
        )
        save_features(rebuild.path(output), features)

    rule = f"must be the numbers of {name} for {subset}.csv"
    rebuild.check(FEATURES, rule, [output], make)


def _verify_rows(
    plan: Plan, rebuild: Rebuild, name: str, training_set: TrainingSet, subset: str
) -> None:
    """Put the features of a set together from those of all molecules, or of subsets."""
    output = _features_file(training_set, subset, name)

    def make() -> None:
        if training_set == plan.joined:
            subsets = ["train", "valid"] if subset == "train" else [subset]
            files = [_features_file(plan.whole, joined, name) for joined in subsets]
            features = join_features(rebuild.paths(files))
        else:
            source, molecules = _rows_of(plan, name, training_set)
            features = take_molecules(
                read_features(rebuild.path(source)),
                molecules=rebuild.path(molecules),
                subset=rebuild.path(training_set.subset(subset)),
            )
        save_features(rebuild.path(output), features)

    rule = "must be rows of the features that they are taken from"
    rebuild.check(FEATURES, rule, [output], make)


def _rows_of(plan: Plan, name: str, training_set: TrainingSet) -> tuple[str, str]:
    """Return paths of what a set's features are taken from, and of its molecules."""
    if training_set == plan.whole:
        return plan.computed_features(name), plan.assignment
    return _features_file(plan.whole, "train", name), plan.whole.subset("train")


def _verify_scaled(
    rebuild: Rebuild, name: str, training_set: TrainingSet, subsets: list[str]
) -> None:
    train = rebuild.path(_features_file(training_set, "train", name))
    transform = training_set.transform(name)
    rebuild.check(
        FEATURES,
        "must be what the training set's features give",
        [transform],
        lambda: save_transform(
            rebuild.path(transform), fit_transform(read_features(train))
        ),
    )
    for subset in subsets:
        computed = _features_file(training_set, subset, name)
        scaled = f"{computed.removesuffix('.npz')}.scaled.npz"
        rebuild.check(
            FEATURES,
            "must be the features scaled by the training set's",
            [scaled],
            partial(_write_scaled, *rebuild.paths([computed, transform, scaled])),
        )


def _write_scaled(features: Path, transform: Path, scaled: Path) -> None:
    save_features(scaled, read_transform(transform).apply(read_features(features)))
