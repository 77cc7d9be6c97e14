"""The best validation score so far, for the person who waits."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from toxtune.text import shown

if TYPE_CHECKING:
    from toxtune.stats.metrics import Objective


@dataclass(frozen=True)
class BestTrial:
    """The trial with the best mean validation score of those compared so far.

    Attributes
    ----------
    trial
        Its id.
    score
        Mean over its trainings.
    trainings
        Their number.
    metric
        What the score is of.
    settings
        Its family, and the settings that set it apart from others of the family.
    """

    trial: str
    score: float
    trainings: int
    metric: str
    settings: str


class BestSoFar:
    """Validation scores of finished trainings, averaged over each trial's seeds.

    A trial that diverged has none. Nothing is selected by them.

    Parameters
    ----------
    objective
        What trials are ranked by.
    """

    def __init__(self, objective: "Objective") -> None:
        self.metric = objective.metric
        self._objective = objective
        self._sign = 1 if objective.maximize else -1
        self._scores: dict[str, dict[str, float]] = {}
        self._trials: dict[str, Mapping[str, Any]] = {}
        self._labels: dict[Path, Any] = {}

    def know(self, trial: Mapping[str, Any]) -> None:
        """Take in a trial, as `Trial.to_dict` gives it, to tell others apart from."""
        self._trials[trial["id"]] = trial

    def add(self, result_folder: Path, train: Path, valid: Path) -> None:
        """Score a replicate.

        Parameters
        ----------
        result_folder
            ``results/trials/{family}/{trial}/{replicate}``.
        train, valid
            Tables of the training and the validation set. The labels of the training
            set decide the weights of some metrics, and the units of tasks: here those
            of the fold alone.
        """
        # Heavy, and not needed by those who only count jobs.
        import numpy as np

        from toxtune.io.files import read_json
        from toxtune.stats.metrics import class_weights, mean_score
        from toxtune.stats.task_scales import task_scales

        result = read_json(result_folder / "result.json")
        if result["status"] != "ok":
            return
        predictions = np.load(result_folder / "valid_predictions.npy")
        learned, labels = self._read_labels(train), self._read_labels(valid)
        scales = task_scales([learned], self._objective)
        score = mean_score(
            self.metric,
            labels,
            predictions,
            class_weights(learned),
            scales.of(self.metric),
        )
        if np.isfinite(score):
            self.know(result["trial"])
            replicates = self._scores.setdefault(result["trial"]["id"], {})
            replicates[result_folder.name] = score

    def best(self) -> BestTrial | None:
        """Return the best of the trials with the most trainings so far.

        A mean over fewer seeds or folds owes more to luck. Ties go to the first by id.
        """
        if not self._scores:
            return None
        most = max(map(len, self._scores.values()))
        means = {
            trial: sum(scores.values()) / most
            for trial, scores in self._scores.items()
            if len(scores) == most
        }
        trial = min(means, key=lambda id: (-self._sign * means[id], id))
        return BestTrial(
            trial=trial,
            score=means[trial],
            trainings=len(self._scores[trial]),
            metric=self.metric,
            settings=self._settings(trial),
        )

    def _settings(self, id: str) -> str:
        """Say what sets a trial apart: ``dense, epochs 15, neurons 64``."""
        trial = self._trials[id]
        family = trial["family"]
        settings = [
            {"features": each["features"], **each["hyperparameters"]}
            for each in self._trials.values()
            if each["family"] == family
        ]
        own = {"features": trial["features"], **trial["hyperparameters"]}
        differing = [
            f"{name} {_spelled(value)}"
            for name, value in own.items()
            if any(other.get(name) != value for other in settings)
        ]
        return ", ".join([family, *differing])

    def _read_labels(self, subset: Path) -> Any:
        from toxtune.data.subsets import read_subset

        if subset not in self._labels:
            self._labels[subset] = read_subset(subset).labels
        return self._labels[subset]


def _spelled(value: Any) -> str:
    """Write a setting for the eye: texts without quotes, floats to three digits."""
    if isinstance(value, float):
        return f"{value:.3g}"
    return value if isinstance(value, str) else shown(value)
