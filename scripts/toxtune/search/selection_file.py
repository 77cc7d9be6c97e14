"""What a search selected: the winners, what names them, and their file."""

from dataclasses import dataclass, field
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


# Kinds of ensembles: each winner counts the same; trials picked one after the other.
EQUAL, GREEDY, NO_ENSEMBLE = "equal", "greedy", "none"

# What stands beside the names of families where predictions and scores are listed.
ENSEMBLE = "ensemble"


# Trials of a family that a greedy ensemble may pick: its winner and the best others.
POOL_PER_FAMILY = 3


def model_name(family: str, rank: int) -> str:
    """Name a family's model: that of its winner, or of a trial that ranks behind it.

    Examples
    --------
    >>> model_name("dense", 1), model_name("dense", 3)
    ('dense', 'dense-3')
    """
    return family if rank == 1 else f"{family}-{rank}"


def family_of(model: str) -> str:
    """Read the family from what `model_name` returned."""
    return model.partition("-")[0]


@dataclass(frozen=True)
class Ensemble:
    """The mean of what several models predict, seed by seed.

    Attributes
    ----------
    members
        Name of each model, sorted, to how often it counts in the mean.
    mean, sd, per_seed
        Score on the validation set, as of a `Winner`.
    """

    members: dict[str, int]
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
        Of winners and, if it is a greedy one, of trials behind them; ``None`` where
        there is none.
    runners_up
        The members of the ensemble that are no winners, by the name of their model.
    """

    dataset: str
    split: str
    seeds: list[int]
    objective: Objective
    rule: str
    winners: dict[str, Winner]
    overall: str
    ensemble: Ensemble | None = None
    runners_up: dict[str, Winner] = field(default_factory=dict)

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
            content[ENSEMBLE] = self._ensemble_in_id(self.ensemble.members)
        return short_id(content)

    def _ensemble_in_id(self, counts: dict[str, int]) -> list[str] | dict[str, int]:
        """Spell the members of the ensemble; all winners, each once, by families."""
        if counts == dict.fromkeys(self.winners, 1):
            return list(counts)
        return {self.models[name].trial.id: count for name, count in counts.items()}

    @property
    def models(self) -> dict[str, Winner]:
        """Name of each model that the selection needs to what it is trained as."""
        return self.winners | self.runners_up

    def model_or_winner(self, name: str) -> Winner:
        """Return what a model is trained as; if it is not needed, the winner."""
        return self.models.get(name, self.winners[family_of(name)])

    @property
    def contenders(self) -> dict[str, Winner | Ensemble]:
        """The winners by family, and the ensemble by its name, if there is one."""
        return self.winners | ({ENSEMBLE: self.ensemble} if self.ensemble else {})

    @property
    def selected(self) -> Winner | Ensemble:
        """What was selected overall."""
        return self.contenders[self.overall]

    def members_of(self, contender: str) -> dict[str, int]:
        """Name the models of a winner or of the ensemble, and how often each counts."""
        won = self.contenders[contender]
        return won.members if isinstance(won, Ensemble) else {contender: 1}

    def id_of(self, contender: str) -> str:
        """Return the id of a family's winning trial; the ensemble's is its name."""
        won = self.contenders[contender]
        return won.trial.id if isinstance(won, Winner) else contender

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``selection.json``: each trial once, by its id."""
        trials = {
            trial.id: trial.to_dict()
            for winner in self.models.values()
            for trial in (winner.trial, winner.model, winner.refit)
        }
        return sealed(
            {
                **vars(self),
                "id": self.id,
                "objective": self.objective.to_dict(),
                "winners": _to_dicts(self.winners),
                "runners_up": _to_dicts(self.runners_up),
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
        trained = {
            part: {
                name: Winner.from_dict(winner, trials)
                for name, winner in content[part].items()
            }
            for part in ("winners", "runners_up")
        }
        ensemble = content[ENSEMBLE]
        return cls(
            **{
                **values,
                **trained,
                "objective": Objective(**content["objective"]),
                "ensemble": Ensemble(**ensemble) if ensemble else None,
            }
        )


def _to_dicts(winners: dict[str, Winner]) -> dict[str, Any]:
    return {name: winner.to_dict() for name, winner in winners.items()}


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
        is_complete = selection.overall in selection.contenders and all(
            selection.members_of(name).keys() <= selection.models.keys()
            for name in selection.contenders
        )
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
