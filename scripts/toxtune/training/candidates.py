"""Models of the search that may win, kept until the winners' models are made of them.

So no winner is trained twice. What is kept decides no number: the model of a winner
that is not here is trained again, and has the same weights.
"""

import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from toxtune.io.files import read_json, write_json
from toxtune.labels.legal import scorable
from toxtune.models.base import CPU, Examples
from toxtune.splits.training_set import WHOLE
from toxtune.stats.metrics import METRICS, Objective, class_weights, of_task
from toxtune.stats.task_scales import task_scales
from toxtune.training.outputs import TrainingOutputs
from toxtune.training.replicates import Replicate
from toxtune.training.store import Store

FOLDER = Path("results/candidates")
SCORE = "score.json"
# The best so far of each family and seed. Most winners are among them: seeds differ by
# less than trials do. To save every forest would take a tenth of its training.
KEPT = 3
# Of all of them; and what has to be left on the disk for the run itself.
MOST_BYTES = 2 * 10**9
LEAST_FREE = 5 * 10**9


def may_win(replicate: Replicate) -> bool:
    """Whether a winner's model may be the very one that a training ends with.

    After a cross-validation, winners are trained on all folds together. What a GPU has
    trained predicts a little otherwise on the processor that the model is read by.
    """
    return replicate.set_name == WHOLE and replicate.device == CPU


def validation_score(
    examples: dict[str, Examples], predictions: np.ndarray, objective: Objective
) -> float:
    """Score predictions of ``valid`` as the selection does; NaN if no task has a score.

    By the definition of the metric, which needs no library beside a training's own.
    """
    train, labels = examples["train"].labels, examples["valid"].labels
    resampled_scores = METRICS[objective.metric].resampled_scores
    weights = class_weights(train)
    scores = np.full(labels.shape[1], np.nan)
    for task in np.flatnonzero(scorable(labels)).tolist():
        measured = ~np.isnan(labels[:, task])
        (scores[task],) = resampled_scores(
            labels[measured, task],
            of_task(predictions, task, labels.shape[1])[measured],
            weights[task],
            np.ones((1, measured.sum()), dtype=int),
        )
    scores /= task_scales([train], objective).of(objective.metric)
    return float(np.nanmean(scores)) if np.isfinite(scores).any() else float("nan")


@dataclass(frozen=True)
class _Kept:
    """The entry of a kept model, and how good the model is: more is better."""

    folder: Path
    gain: float

    def remove(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Candidates:
    """The kept models that a training's own competes with: of one family and seed.

    Attributes
    ----------
    replicate
        The training.
    """

    replicate: Replicate

    @cached_property
    def store(self) -> Store:
        """Where they are."""
        trial = self.replicate.trial
        folder = _folder(trial.dataset, trial.split) / trial.family
        return Store(folder / f"seed-{self.replicate.seed}")

    def find(self) -> Path | None:
        """Return the folder with the training's own model, if it is kept."""
        return self.store.find(self.replicate.keys["model"])

    def offer(
        self, save: Callable[[Path], None], score: float, objective: Objective
    ) -> None:
        """Keep the training's model, if it is among the best and there is room.

        Parameters
        ----------
        save
            Writes the model into a folder.
        score
            See `validation_score`.
        objective
            What the score is of.
        """
        gain = score if objective.maximize else -score
        rivals = self._rivals(objective)
        beaten = [rival for rival in rivals if rival.gain < gain]
        if not np.isfinite(gain) or len(rivals) - len(beaten) >= KEPT:
            return
        if len(rivals) >= KEPT:
            beaten.pop().remove()
        if _disk_is_short() or (_taken() >= MOST_BYTES and not beaten):
            return

        def write(folder: Path) -> None:
            save(folder)
            record = {"score": score, "objective": asdict(objective)}
            write_json(folder / SCORE, record)

        kept = _Kept(self.store.get(self.replicate.keys["model"], write), gain)
        for worst in (*reversed(beaten), kept):
            if _taken() > MOST_BYTES:
                worst.remove()

    def _rivals(self, objective: Objective) -> list[_Kept]:
        """List what is kept, best first; models ranked by another metric come last."""
        rivals = []
        for path in self.store.root.glob(f"*/*/{SCORE}"):
            gain = -np.inf
            # One that cannot be read is as good as none.
            with suppress(OSError, ValueError, KeyError, TypeError):
                record = read_json(path)
                if record["objective"] == asdict(objective):
                    sign = 1 if objective.maximize else -1
                    gain = sign * float(record["score"])
            rivals.append(_Kept(path.parent, gain))
        return sorted(rivals, key=lambda rival: (-rival.gain, rival.folder.name))


def offer(
    replicate: Replicate, written: TrainingOutputs, objective: Mapping[str, str]
) -> None:
    """Keep the model of a training that has a result, if it may win.

    Parameters
    ----------
    replicate
        The training.
    written
        What it gave.
    objective
        The configuration's, by which a winner will be selected.
    """
    aim = Objective(**objective)
    score = validation_score(written.examples, written.valid_predictions, aim)
    Candidates(replicate).offer(written.save_model, score, aim)


def forget(dataset: str, split: str) -> None:
    """Remove what is kept of the searches on a split; their winners have models."""
    shutil.rmtree(_folder(dataset, split), ignore_errors=True)
    # Where other splits have nothing left either.
    with suppress(OSError):
        (FOLDER / dataset).rmdir()
        FOLDER.rmdir()


def _folder(dataset: str, split: str) -> Path:
    return FOLDER / dataset / split


def _taken() -> int:
    """Count the bytes of all that is kept, of other families and splits too."""
    taken = 0
    for folder, _, names in os.walk(FOLDER):
        for name in names:
            with suppress(OSError):
                taken += os.lstat(os.path.join(folder, name)).st_size
    return taken


def _disk_is_short() -> bool:
    return shutil.disk_usage(".").free < LEAST_FREE
