"""What a search still costs, by what trainings on the same dataset have cost."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from toxtune.config.plan import Plan
from toxtune.models.registry import get_family
from toxtune.runs.finished_training import FinishedTraining
from toxtune.search.proposal_settings import Promotion


@dataclass(frozen=True)
class CostEstimate:
    """The trainings of a configuration, and what they take.

    Attributes
    ----------
    done
        Number of trainings that have a result.
    resources
        Family to the resource (epochs, trees; 1 where there is none) of each training
        that has no result yet.
    rates
        Family to the median seconds per unit of resource of finished trainings on the
        same dataset; a family without any is missing.
    """

    done: int
    resources: dict[str, list[float]]
    rates: dict[str, float]

    def describe(self) -> str:
        """Return a line for the user."""
        count = sum(len(amounts) for amounts in self.resources.values())
        text = f"Trainings: {count} to do, {self.done} done already"
        timed = [family for family in self.resources if family in self.rates]
        seconds = sum(
            self.rates[family] * sum(self.resources[family]) for family in timed
        )
        if timed:
            text += (
                f"; about {seconds / 60:.1f} core-minutes of training for "
                f"{', '.join(timed)}"
            )
        if untimed := sorted(set(self.resources) - set(timed)):
            text += (
                f"; no estimate yet for {', '.join(untimed)}, of which no training on "
                "this dataset is done"
            )
        return text


def estimate_cost(plans: Iterable[Plan]) -> CostEstimate:
    """Count the trainings that are planned, and estimate what is left of them."""
    plans, done = list(plans), 0
    resources: dict[str, list[float]] = {}
    for plan in plans:
        for family, hyperparameters, folder in _trainings(plan):
            if (folder / "result.json").is_file():
                done += 1
            else:
                amounts = resources.setdefault(family, [])
                amounts.append(_resource(family, hyperparameters))
    datasets = {plan.dataset_id for plan in plans}
    rates = {family: _rate(family, datasets) for family in resources}
    known_rates = {family: rate for family, rate in rates.items() if rate is not None}
    return CostEstimate(done, resources, known_rates)


def _trainings(plan: Plan) -> Iterator[tuple[str, Mapping[str, Any], Path]]:
    """Yield family, hyperparameters and folder of each training."""
    for id, replicate in plan.replicates:
        trial = plan.trials[id]
        yield trial.family, trial.hyperparameters, Path(trial.folder, replicate)
    for name, stage in plan.stages.items():
        # Which trial a slot will hold is not known yet, only how long it is trained.
        method = stage.settings.method
        hyperparameters = (
            {method.resource: method.amount} if isinstance(method, Promotion) else {}
        )
        for folder in plan.slots(name):
            yield stage.family, hyperparameters, Path(folder)


def _resource(name: str, hyperparameters: Mapping[str, Any]) -> float:
    family = get_family(name)
    if family.resource is None:
        return 1
    default = family.hyperparameters[family.resource].default
    return hyperparameters.get(family.resource, default)


def _rate(family: str, datasets: Collection[str]) -> float | None:
    """Return the median seconds per unit of resource, None without a training.

    Other datasets tell nothing: they have other numbers of molecules and tasks.
    """
    rates = []
    for path in Path("results/trials").glob(f"{family}/*/*seed-*"):
        training = FinishedTraining.read(path)
        if training and training.trial.get("dataset") in datasets:
            amount = _resource(family, training.trial.get("hyperparameters", {}))
            rates.append(training.seconds / amount)
    return median(rates) if rates else None
