"""The text of a LightGBM model: what is kept of it, and what is refused.

LightGBM takes what it reads for its own: a wrong number makes it read memory that is no
part of the model, or go round in a circle. So a text reaches it only after each of its
lines has been found to be what LightGBM writes of a model on numbers, and each tree to
be a tree. What prediction and further training do not need is left out, so that there
is less to check.
"""

import re

import numpy as np

# The lines of a tree that are kept, in LightGBM's order.
_PATTERNS = {
    "num_leaves": "[1-9][0-9]{0,5}",
    "num_cat": "0",
    "split_feature": "[0-9 ]*",
    "threshold": "[-+.0-9einf ]*",
    "decision_type": "[0-9 ]*",
    "left_child": "[-0-9 ]*",
    "right_child": "[-0-9 ]*",
    "leaf_value": "[-+.0-9e ]*",
    "is_linear": "0",
    "shrinkage": "[.0-9e-]+",
}
_TREE = re.compile(
    r"Tree=(?P<number>[0-9]{1,9})\n"
    + "".join(f"{key}=(?P<{key}>{value})\n" for key, value in _PATTERNS.items())
    + r"\n\n"
)
_END = "end of trees\n"
# Longer than any number that LightGBM writes.
_MAX_DIGITS = 32
# Bits of a split: 2 sends missing values left; 4 and 8 say what counts as missing. The
# lowest bit would be a split by categories.
_DECISIONS = range(0, 12, 2)


def header(objective: str, n_features: int, trees_per_round: int) -> str:
    """Return how a model's text begins, up to its first tree."""
    names = " ".join(f"Column_{number}" for number in range(n_features))
    return (
        "tree\nversion=v4\n"
        f"num_class={trees_per_round}\nnum_tree_per_iteration={trees_per_round}\n"
        f"label_index=0\nmax_feature_idx={n_features - 1}\nobjective={objective}\n"
        f"feature_names={names}\nfeature_infos={' '.join(['none'] * n_features)}\n\n"
    )


def trees_of(text: str) -> str:
    """Return the trees of a text that LightGBM wrote, by the lines that are kept."""
    kept = (*_PATTERNS, "")
    first = text.index("\nTree=") + 1
    lines = text[first : text.index(_END)].splitlines()
    return (
        "\n".join(
            line
            for line in lines
            if line.startswith("Tree=") or line.partition("=")[0] in kept
        )
        + f"\n{_END}"
    )


def check_trees(trees: str, n_features: int, trees_per_round: int) -> None:
    """Refuse what `trees_of` would not give of a model.

    Raises
    ------
    ValueError
        Says what is wrong with which tree.
    """
    place = number = 0
    while found := _TREE.match(trees, place):
        if int(found["number"]) != number:
            raise ValueError(f"tree {number} of a model is called {found['number']}")
        if fault := _fault(found, n_features):
            raise ValueError(f"tree {number} of a model has {fault}")
        place, number = found.end(), number + 1
    if trees[place:] != _END:
        raise ValueError(f"a model ends after tree {number} in what is no tree")
    if number == 0 or number % trees_per_round:
        raise ValueError(f"a model has {number} trees, {trees_per_round} in each round")


def _fault(found: re.Match[str], n_features: int) -> str | None:
    """Say what is wrong with one tree, if anything is."""
    leaves = int(found["num_leaves"])
    features, decisions, left, right = (
        _numbers(found[key], leaves - 1, np.int64)
        for key in ("split_feature", "decision_type", "left_child", "right_child")
    )
    thresholds = _numbers(found["threshold"], leaves - 1, np.float64)
    if np.isnan(thresholds).any() or not np.isin(decisions, _DECISIONS).all():
        return "a split that is none"
    if (features >= n_features).any():
        return "a split by a feature that is not there"
    if not np.isfinite(_numbers(found["leaf_value"], leaves, np.float64)).all():
        return "a value that is not finite"
    if not np.isfinite(_numbers(found["shrinkage"], 1, np.float64)).all():
        return "a shrinkage that is not finite"
    return None if _is_tree(left, right) else "branches that make no tree"


def _numbers(field: str, count: int, dtype: type) -> np.ndarray:
    words = field.split(" ") if field else []
    if len(words) != count or any(len(word) > _MAX_DIGITS for word in words):
        raise ValueError(f"a tree of a model has {len(words)} numbers, not {count}")
    try:
        return np.array(words, dtype=dtype)
    except (ValueError, OverflowError) as error:
        raise ValueError(
            f"a tree of a model has a number that is none: {error}"
        ) from None


def _is_tree(left: np.ndarray, right: np.ndarray) -> bool:
    """Whether each split and leaf has one parent, and each split an earlier one.

    A child ≥ 0 is a split, -1 the first leaf, -2 the second, and so on.
    """
    children = np.concatenate([left, right])
    parents = np.tile(np.arange(len(left)), 2)
    inner = children >= 0
    splits, leaves = np.sort(children[inner]), np.sort(~children[~inner])
    return (
        np.array_equal(splits, np.arange(1, len(left)))
        and np.array_equal(leaves, np.arange(len(left) + 1 if len(left) else 0))
        and bool((children[inner] > parents[inner]).all())
    )
