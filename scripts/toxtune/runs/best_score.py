"""The best validation score so far, for the person who waits."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from toxtune.stats.metrics import Objective


@dataclass(frozen=True)
class BestTrial:
    """The trial with the best mean validation score so far."""

    trial: str
    score: float
    trainings: int
    metric: str


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
        self._labels: dict[Path, Any] = {}

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
            replicates = self._scores.setdefault(result["trial"]["id"], {})
            replicates[result_folder.name] = score

    def best(self) -> BestTrial | None:
        """Return the best trial; ties go to the first by id."""
        means = {
            trial: sum(scores.values()) / len(scores)
            for trial, scores in self._scores.items()
        }
        if not means:
            return None
        trial = min(means, key=lambda id: (-self._sign * means[id], id))
        return BestTrial(trial, means[trial], len(self._scores[trial]), self.metric)

    def _read_labels(self, subset: Path) -> Any:
        from toxtune.data.subsets import read_subset

        if subset not in self._labels:
            self._labels[subset] = read_subset(subset).labels
        return self._labels[subset]
