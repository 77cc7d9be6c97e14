"""How a stage's trials are proposed, and what that depends on beside scores."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from toxtune.search.space import SpaceSection
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType


@dataclass(frozen=True)
class Promotion:
    """The best trials of a rung are trained further.

    Attributes
    ----------
    resource
        The hyperparameter that grows, such as ``epochs``.
    amount
        How much of it the promoted trials have.
    save_state
        Whether a longer training may resume from these.
    """

    resource: str
    amount: int
    save_state: bool


@dataclass(frozen=True)
class TpeRound:
    """Trials are proposed by a model of the scores of all earlier rounds.

    Attributes
    ----------
    seed
        Of the search.
    number
        Of the round.
    """

    seed: int
    number: int


@dataclass(frozen=True)
class ProposalSettings:
    """What the proposals of a stage depend on, beside the scores.

    Attributes
    ----------
    method
        How the trials are proposed.
    size
        Number of trials.
    dataset, split
        Ids of both.
    objective
        What the scores are of.
    task_type
        Of the tasks.
    space
        The space as the configuration has it, without its budget.
    features
        The configuration's names of features to the names of their files.
    """

    method: Promotion | TpeRound
    size: int
    dataset: str
    split: str
    objective: Objective
    task_type: TaskType
    space: SpaceSection
    features: dict[str, str]

    def to_dict(self) -> dict[str, Any]:
        """Return it as a job is told it."""
        name = next(name for name in METHODS if isinstance(self.method, METHODS[name]))
        return {
            **vars(self),
            "method": {"name": name, **vars(self.method)},
            "objective": self.objective.to_dict(),
        }

    @classmethod
    def from_dict(cls, settings: Mapping[str, Any]) -> "ProposalSettings":
        """Read what `to_dict` returned."""
        method = dict(settings["method"])
        return cls(
            **{
                **settings,
                "method": METHODS[method.pop("name")](**method),
                "objective": Objective(**settings["objective"]),
                "task_type": TaskType(settings["task_type"]),
            }
        )


METHODS: dict[str, type[Promotion] | type[TpeRound]] = {
    "promotion": Promotion,
    "tpe": TpeRound,
}
