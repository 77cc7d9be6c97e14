"""Finished runs that are compared: all with the very same test set."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from toxtune.data.subsets import Subset, read_subset
from toxtune.errors import UserError
from toxtune.evaluation.baselines import Baselines, read_baselines
from toxtune.evaluation.comparison import compare
from toxtune.evaluation.evaluation_file import Evaluation, SetScores, read_evaluation
from toxtune.evaluation.ledger import Opened, read_openings_of
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.export.run import run_named
from toxtune.io.files import files_below, read_json
from toxtune.io.tsv import read_tsv
from toxtune.report.several_splits import refuse_several_splits
from toxtune.report.words import counted, listed
from toxtune.search.selection_file import Selection, read_selection
from toxtune.splits.training_set import TrainingSet
from toxtune.stats.bootstrap import Resampling
from toxtune.text import did_you_mean

RESULTS = Path("results")
_NEEDED = (
    *("selection.json", "test.json", "test_predictions.csv", "trials.tsv"),
    "provenance.json",
)
# The seed of the shipped configuration: a run does not write its own down.
_SEED = 0


@dataclass(frozen=True, eq=False)
class FinishedRun:
    """What is compared of a run.

    Attributes
    ----------
    name
        Folder of the run below ``results/``.
    selection, evaluation
        What was selected, and the winners' scores.
    n_trials
        Trials of the search.
    train, test
        The sets that the winners were trained on and tested with.
    predictions
        Of the selected model for the test set, n_seeds x n_molecules x n_outputs.
    permutation
        The seed that the labels were shuffled with; ``None`` if they were not.
    siblings
        Run of each other split of its configuration to the split's id.
    """

    name: str
    selection: Selection
    evaluation: Evaluation
    n_trials: int
    train: Subset
    test: Subset
    predictions: np.ndarray
    permutation: int | None
    siblings: Mapping[str, str]

    @property
    def folder(self) -> Path:
        """Where its files are."""
        return RESULTS / self.name

    @property
    def sets(self) -> str:
        """The dataset and the split of its training and validation set."""
        return f"dataset {self.selection.dataset}, split {self.selection.split}"

    def mean(self, metric: str) -> SetScores:
        """Return the selected model's scores, means over tasks and seeds."""
        return self.evaluation.families[self.selection.overall][metric].mean


def read_runs(names: Sequence[str]) -> list[FinishedRun]:
    """Read runs, in the order of their names.

    Raises
    ------
    UserError
        If one is not there, not finished or named twice, or if their test sets differ,
        the unit of their scores or the level of their intervals.
    """
    names = list(map(run_named, names))
    if len(set(names)) < 2 or len(set(names)) < len(names):
        raise UserError(
            "compare takes two or more different runs, with blanks between them (make "
            f"compare RUNS='a b'), got {listed(names) or 'none'}"
        )
    runs = [_read_run(name) for name in names]
    _refuse_different_test_sets(runs)
    _refuse_different_scores(runs)
    return runs


def by_sets(runs: Sequence[FinishedRun]) -> dict[str, list[FinishedRun]]:
    """Put the runs together that have one training and validation set."""
    groups: dict[str, list[FinishedRun]] = {}
    for run in runs:
        groups.setdefault(run.sets, []).append(run)
    return groups


def differences(runs: Sequence[FinishedRun], metric: str) -> pd.DataFrame:
    """Compare each run's selected model with that of the first, molecule by molecule.

    Parameters
    ----------
    runs
        Of one test set.
    metric
        The metric of the rows to return.

    Returns
    -------
    pd.DataFrame
        As `toxtune.evaluation.comparison.compare`; ``family`` and ``against`` are
        numbers of runs, as text.
    """
    first = runs[0]
    table = compare(
        train=first.train,
        test=first.test,
        predictions={str(number): run.predictions for number, run in enumerate(runs)},
        overall="0",
        resampling=Resampling(
            first.evaluation.resamples, _SEED, first.evaluation.confidence
        ),
        objective=first.selection.objective,
    )
    # Runs are sorted as text there: 10 before 2.
    of_metric = table[table["metric"] == metric]
    return of_metric.sort_values(
        "family", key=lambda numbers: numbers.astype(int), kind="stable"
    )


def openings(run: FinishedRun) -> list[dict[str, Any]]:
    """Return the openings of a run's test set, oldest first.

    Those of other splits of its configuration do not count; see
    `toxtune.evaluation.ledger.read_openings_of`.
    """
    opened = Opened(
        run.selection.dataset, run.selection.split, frozenset(run.test.groups)
    )
    for ledger in sorted((RESULTS / "ledger").glob("*.jsonl")):
        found = read_openings_of(ledger, opened, run.siblings)
        if any(line["own"] for line in found):
            return found
    return []


def baselines_of(runs: Sequence[FinishedRun]) -> Baselines | None:
    """Return the baselines of the first run that has some.

    They are those of all runs with one training and validation set.
    """
    for run in runs:
        path = run.folder / "baselines.json"
        if path.is_file():
            return read_baselines(path)
    return None


def _read_run(name: str) -> FinishedRun:
    folder = RESULTS / name
    if not folder.is_dir():
        known = sorted(
            path.parent.relative_to(RESULTS).as_posix()
            for path in files_below(RESULTS, "test.json")
        )
        raise UserError(
            f"{folder}: there is no such run{did_you_mean(name, known)}; finished runs "
            f"are {listed(known) or 'none yet'}"
        )
    lacking = [file for file in _NEEDED if not (folder / file).is_file()]
    splits = sorted(f"{name}/{path.parent.name}" for path in folder.glob("*/test.json"))
    refuse_several_splits(folder, splits, "test set", is_whole=not lacking)
    if lacking:
        raise UserError(
            f"{folder}: has no {listed(lacking)}; `make run` finishes a run first"
        )
    selection = read_selection(folder / "selection.json")
    sets = TrainingSet(selection.dataset, selection.split)
    train, test = (Path(sets.subset(subset)) for subset in ("train", "test"))
    for path in (train, test):
        if not path.is_file():
            raise UserError(f"{path}: is not there, and {folder} was made of it")
    predictions = read_test_predictions(
        folder / "test_predictions.csv", selection.seeds
    )
    provenance = read_json(folder / "provenance.json")
    return FinishedRun(
        name=name,
        selection=selection,
        evaluation=read_evaluation(folder / "test.json"),
        n_trials=len(read_tsv(folder / "trials.tsv")),
        train=read_subset(train),
        test=read_subset(test),
        predictions=predictions[selection.overall],
        permutation=provenance["dataset"].get("permute_labels"),
        # Runs of earlier versions do not name them.
        siblings=provenance.get("siblings", {}),
    )


def _refuse_different_test_sets(runs: Sequence[FinishedRun]) -> None:
    alike: list[list[FinishedRun]] = []
    for run in runs:
        same = next((group for group in alike if _have_one_test_set(group[0], run)), [])
        if not same:
            alike.append(same)
        same.append(run)
    if len(alike) == 1:
        return
    names = [listed([run.name for run in group]) for group in alike]
    raise UserError(
        "scores on different test sets cannot be compared, and these runs have "
        f"{len(alike)}: {_tell_apart(names, [group[0] for group in alike])}. Name runs "
        "of one split; for one configuration on several splits, "
        "results/RUN/report.html puts them side by side"
    )


def _refuse_different_scores(runs: Sequence[FinishedRun]) -> None:
    """Refuse what cannot stand in one column: other units, and other intervals."""
    metric = runs[0].selection.objective.metric
    for key, found in {
        "objective.scale": [run.evaluation.title(metric) for run in runs],
        "test.confidence": [f"{run.evaluation.level} intervals" for run in runs],
    }.items():
        if len(set(found)) > 1:
            names = [run.name for run in runs]
            each = [
                f"{name} has {what}" for name, what in zip(names, found, strict=True)
            ]
            raise UserError(
                f"scores that are compared need one `{key}`: {listed(each)}. Set it to "
                "the same in their configurations, and run them again"
            )


def _tell_apart(names: Sequence[str], runs: Sequence[FinishedRun]) -> str:
    """Say what differs among test sets, set by set, and then what does not.

    Parameters
    ----------
    names
        Those of all runs with a test set.
    runs
        The first run with each.
    """
    described = list(map(_describe_test_set, runs))
    common = [part for part in described[0] if all(part in each for each in described)]
    sets = "; ".join(
        f"{name} ({', '.join(part for part in parts if part not in common)})"
        for name, parts in zip(names, described, strict=True)
    )
    return f"{sets}; the same in all: {', '.join(common) or 'nothing'}"


def _describe_test_set(run: FinishedRun) -> list[str]:
    return [
        counted(len(run.test.ids), "molecule"),
        counted(len(run.test.tasks), "task"),
        f"task type {run.selection.objective.task_type}",
        f"dataset {run.selection.dataset}",
        f"split {run.selection.split}",
    ]


def _have_one_test_set(one: FinishedRun, other: FinishedRun) -> bool:
    """Tell whether molecules, their order, tasks and labels are the same."""
    a, b = one.test, other.test
    return (
        one.selection.objective.task_type == other.selection.objective.task_type
        and (a.ids, a.smiles, a.tasks) == (b.ids, b.smiles, b.tasks)
        and np.array_equal(a.labels, b.labels, equal_nan=True)
    )
