"""What a search selected: the winners, what names them, and their file."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.identity import short_id
from toxtune.io.integrity import CHECKSUM, damaged, read_written, sealed
from toxtune.search.trials import Trial, read_trial
from toxtune.stats.metrics import Objective
from toxtune.text import shown


@dataclass(frozen=True)
class BestTrial:
    """The trial with the best score, where a simpler one within one SE may win.

    Attributes
    ----------
    trial
        Its id.
    mean
        Its score on the validation set, mean over seeds.
    standard_error
        Of that score, over molecules.
    """

    trial: str
    mean: float
    standard_error: float


@dataclass(frozen=True)
class Winner:
    """The trial that won its family.

    Attributes
    ----------
    trial
        The trial that the search scored.
    model
        The trial that its model is trained as. After hold-out, `trial`; after a
        cross-validation, `refit`.
    refit
        `trial`, to be trained on the training and the validation set together: with a
        fixed number of epochs, since no molecules are left to stop early by.
    folders
        Name of each replicate of `trial` to its folder.
    mean
        Score on the validation set, mean over seeds.
    sd
        SD of the score over seeds; ``None`` for one seed.
    per_seed
        The score with each seed, in the order of the seeds.
    out_of
        Number of trials of the family that could have won.
    best
        The family's best trial; ``None`` where the best one wins by rule.
    """

    trial: Trial
    model: Trial
    refit: Trial
    folders: dict[str, str]
    mean: float
    sd: float | None
    per_seed: list[float]
    out_of: int
    best: BestTrial | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return the winner as in ``selection.json``: its trials by their ids."""
        return {
            **vars(self),
            "trial": self.trial.id,
            "model": self.model.id,
            "refit": self.refit.id,
            "best": vars(self.best) if self.best else None,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any], trials: dict[str, Trial]) -> "Winner":
        """Read what `to_dict` returned, given the trials by id."""
        best = content["best"]
        return cls(
            **{
                **content,
                **{name: trials[content[name]] for name in ("trial", "model", "refit")},
                "best": BestTrial(**best) if best else None,
            }
        )


# What stands beside the names of families where predictions and scores are listed.
ENSEMBLE = "ensemble"


@dataclass(frozen=True)
class Ensemble:
    """The mean of what the families' winners predict, seed by seed.

    Attributes
    ----------
    members
        The families, sorted; each counts the same.
    mean, sd, per_seed
        Score on the validation set, as of a `Winner`.
    """

    members: list[str]
    mean: float
    sd: float | None
    per_seed: list[float]

    def to_dict(self) -> dict[str, Any]:
        """Return the ensemble as in ``selection.json``."""
        return dict(vars(self))


@dataclass(frozen=True)
class Selection:
    """The winners of a search, frozen before the test set is used.

    Attributes
    ----------
    dataset, split
        Their ids.
    seeds
        The seeds that each trial that could win was trained with.
    objective
        What the trials were ranked by.
    rule
        How the winners were chosen, in words.
    winners
        Family to its winner.
    overall
        What was selected of all: a family, for its winner, or `ENSEMBLE`.
    ensemble
        Of all winners; ``None`` where there is none, or one family alone.
    """

    dataset: str
    split: str
    seeds: list[int]
    objective: Objective
    rule: str
    winners: dict[str, Winner]
    overall: str
    ensemble: Ensemble | None = None

    @property
    def id(self) -> str:
        """Name the selection by all that decides what is tested."""
        content = {
            "dataset": self.dataset,
            "split": self.split,
            "seeds": self.seeds,
            "winners": {
                family: winner.trial.id for family, winner in self.winners.items()
            },
            "overall": self.overall,
        }
        # Selections had their ids before there were ensembles.
        if self.ensemble:
            content[ENSEMBLE] = self.ensemble.members
        return short_id(content)

    @property
    def contenders(self) -> dict[str, Winner | Ensemble]:
        """The winners by family, and the ensemble by its name, if there is one."""
        return self.winners | ({ENSEMBLE: self.ensemble} if self.ensemble else {})

    @property
    def selected(self) -> Winner | Ensemble:
        """What was selected overall."""
        return self.contenders[self.overall]

    @property
    def selected_families(self) -> list[str]:
        """The families whose winners make the model that was selected overall."""
        selected = self.selected
        return selected.members if isinstance(selected, Ensemble) else [self.overall]

    def id_of(self, contender: str) -> str:
        """Return the id of a family's winning trial; the ensemble's is its name."""
        won = self.contenders[contender]
        return won.trial.id if isinstance(won, Winner) else contender

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``selection.json``: each trial once, by its id."""
        trials = {
            trial.id: trial.to_dict()
            for winner in self.winners.values()
            for trial in (winner.trial, winner.model, winner.refit)
        }
        return sealed(
            {
                **vars(self),
                "id": self.id,
                "objective": self.objective.to_dict(),
                "winners": {
                    family: winner.to_dict() for family, winner in self.winners.items()
                },
                "ensemble": self.ensemble.to_dict() if self.ensemble else None,
                "trials": trials,
            }
        )

    @classmethod
    def from_dict(
        cls, content: dict[str, Any], trials: dict[str, Trial]
    ) -> "Selection":
        """Read what `to_dict` returned, given its trials by id."""
        derived = ("id", "trials", CHECKSUM)
        values = {key: content[key] for key in content if key not in derived}
        winners = {
            family: Winner.from_dict(winner, trials)
            for family, winner in content["winners"].items()
        }
        ensemble = content[ENSEMBLE]
        return cls(
            **{
                **values,
                "objective": Objective(**content["objective"]),
                "winners": winners,
                "ensemble": Ensemble(**ensemble) if ensemble else None,
            }
        )


def read_selection(path: Path) -> Selection:
    """Read ``selection.json``.

    Raises
    ------
    UserError
        If the file is damaged, or what it says is not what its ids stand for.
    """
    content = read_written(path)
    try:
        trials = {
            id: read_trial(trial, path) for id, trial in content["trials"].items()
        }
        selection = Selection.from_dict(content, trials)
        id, recorded = selection.id, content["id"]
        is_complete = selection.overall in selection.contenders and set(
            selection.selected_families
        ) <= set(selection.winners)
    except (TypeError, KeyError, AttributeError):
        raise damaged(path, "is no selection") from None
    if not is_complete or any(id != trial.id for id, trial in trials.items()):
        raise damaged(path, "is no selection")
    if sealed(content) != content:
        raise damaged(path, "its checksum is not that of its content")
    if recorded != id:
        raise damaged(
            path, f"the winners give the id {id}, and it has {shown(recorded)}"
        )
    return selection
