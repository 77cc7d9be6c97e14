"""A search whose winner is an ensemble, of families that are quick to train."""

from helpers.project import Project

KINDS = ("equal", "greedy")
# Three that err in different ways. The greedy ensemble has a trial that is no winner.
SPACES = """
search:
  spaces:
    - {family: gaussian_process, features: maccs, hyperparameters: {}}
    - family: extra_trees
      features: ecfp
      hyperparameters: {n_estimators: 5, min_samples_leaf: [1, 3]}
    - {family: lightgbm, features: ecfp, hyperparameters: {n_estimators: 5}}
"""


def search_with(project: Project, kind: str, more: str = "") -> list[str]:
    """Lay the search over the tiny configuration; return the arguments."""
    return project.overlay(f"ensemble: {kind}\n{SPACES}{more}")
