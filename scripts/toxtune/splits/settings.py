"""From a configuration to the settings of its splits, which decide who is where."""

from typing import Any

from toxtune.data.subsets import SPLIT_COLUMN

# The validation set is cut off once; or every molecule of train is judged once per
# repeat; or that, and every molecule is in the test set once.
HOLDOUT, CROSS_VALIDATION, NESTED = "holdout", "cross_validation", "nested"


NO_REFIT = "none"


def split_settings(config: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Map the name of each split to its settings, which are its identity.

    A single split has the empty name. See `toxtune.splits.assign.assign` for the
    settings; what does not apply is left out, so that a new setting renames no split.
    """
    split, validation = config["split"], config["validation"]
    seeds = sorted(split["seeds"] or [None])
    nested = validation["scheme"] == NESTED
    settings = {}
    for seed in seeds:
        common = {**_method(config, seed), **_cross_validation(validation)}
        name = [f"split-{seed}"] if len(seeds) > 1 else []
        if not nested:
            settings["".join(name)] = common
            continue
        for fold in range(validation["outer_folds"]):
            outer = {"folds": validation["outer_folds"], "fold": fold}
            settings["-".join([*name, f"outer-{fold}"])] = {**common, "outer": outer}
    return settings


def fold_numbers(settings: dict[str, Any]) -> list[int | None]:
    """Return the folds that a trial is trained on; ``[None]`` for hold-out."""
    scheme = settings.get("cross_validation")
    return list(range(scheme["folds"] * scheme["repeats"])) if scheme else [None]


def _method(config: dict[str, Any], seed: int | None) -> dict[str, Any]:
    split = config["split"]
    method = {"method": split["method"]}
    if split["method"] not in {"column", "time"}:
        method["seed"] = seed
    if split["method"] != "column" and config["validation"]["scheme"] != NESTED:
        fractions = split["fractions"].items()
        method["fractions"] = {subset: float(share) for subset, share in fractions}
    if config["dataset"]["test_source"] is not None:
        method["column"] = SPLIT_COLUMN
    elif split["column"] is not None:
        method["column"] = split["column"]
    return method


def _cross_validation(validation: dict[str, Any]) -> dict[str, Any]:
    if validation["scheme"] == HOLDOUT:
        return {}
    folds = {key: validation[key] for key in ("folds", "repeats")}
    return {"cross_validation": folds}


# In place of a fold: the training set of a refit, which is train and valid together.
ALL = "all"


def fold_folder(split_folder: str, fold: int | str | None) -> str:
    """Folder of the parts of a fold or of `ALL`, or of the split's own."""
    if fold is None:
        return split_folder
    return f"{split_folder}/{ALL}" if fold == ALL else f"{split_folder}/fold-{fold}"
