"""The picture of the rules, which Snakemake drew, is of the rules that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Not in the demo: folds, own, joint and scaled features, adaptive searches, refits,
# several splits, later data, and targets.
ELSEWHERE = {
    "evaluate_prospective",
    "fit_transform",
    "join_features",
    "join_subsets",
    "propose_trials",
    "rank_simplicity",
    "read_own_features",
    "refit_winner",
    "summarize_splits",
    "take_fold",
    "take_fold_features",
    "train_slot",
    "transform_subset",
}


def test_the_picture_has_the_rules_of_the_demo():
    text = "\n".join(path.read_text("utf-8") for path in (ROOT / "rules").glob("*.smk"))
    rules = set(re.findall(r"^\s*rule (\w+):", text, flags=re.MULTILINE))
    svg = (ROOT / "docs/pictures/rules.svg").read_text("utf-8")
    drawn = set(re.findall(r"<text[^>]*>(\w+)</text>", svg))
    assert len(drawn) > 15
    assert drawn - {"all"} == rules - ELSEWHERE
