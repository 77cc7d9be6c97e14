"""Several representations side by side, each computed once and shared by all trials."""

import csv
from collections import Counter

OVERLAY = """
features:
  counts: {size: 64}
  keys_and_more: [maccs, descriptors, counts]
  keys: {kind: maccs}
  fewer: [counts, keys]
search:
  spaces:
    - family: dense
      features: keys_and_more
      hyperparameters: {neurons: 8, epochs: 2}
    - family: random_forest
      features: fewer
      hyperparameters: {n_estimators: 3}
"""
COUNTS = "circular-count-radius-2-size-64"


def test_each_representation_is_computed_once_and_shared(project):
    overlay = project.overlay(OVERLAY)
    planned = Counter(job["rule"] for job in project.planned(*overlay))
    assert (planned["featurize_molecules"], planned["take_features"]) == (3, 3 * 3)
    assert (planned["fit_transform"], planned["transform_subset"]) == (1, 3)
    scores = "results/tiny/test.json"
    project.run(scores, *overlay)
    assert not project.planned_rules(scores, *overlay)
    (split,) = (project.folder / "data").glob("*/*/assignment.tsv")
    for subset in ("train", "valid", "test"):
        names = sorted(
            path.name for path in (split.parent / "whole" / subset).iterdir()
        )
        assert names == [
            f"{COUNTS}.npz",
            "descriptors.npz",
            "descriptors.scaled.npz",
            "maccs.npz",
        ]
    with open(project.folder / "results" / "tiny" / "trials.tsv") as stream:
        features = {
            row["family"]: row["features"]
            for row in csv.DictReader(stream, delimiter="\t")
        }
    assert features == {
        "dense": f"{COUNTS}+descriptors+maccs",
        "random_forest": f"{COUNTS}+maccs",
    }
