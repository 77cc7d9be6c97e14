"""What a search still costs, by what like trainings have cost."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

from toxtune.config.plan import Plan
from toxtune.io.files import read_json
from toxtune.models.registry import get_family
from toxtune.statuses import NO_RESULT


@dataclass(frozen=True)
class Effort:
    """The trainings of a configuration.

    Attributes
    ----------
    done
        Trainings whose results are there.
    new
        Family to the resource (epochs, trees; 1 where there is none) of each training
        whose result is not there.
    rates
        Family to the median seconds per unit of resource of recorded trainings.
    """

    done: int
    new: dict[str, list[float]]
    rates: dict[str, float]

    def describe(self) -> str:
        """Say it in a line or two."""
        count = sum(len(amounts) for amounts in self.new.values())
        text = f"Trainings: {count} new, {self.done} there already"
        known = [family for family in self.new if family in self.rates]
        seconds = sum(self.rates[family] * sum(self.new[family]) for family in known)
        if known:
            text += f"; about {seconds / 60:.1f} core-minutes for {', '.join(known)}"
        if unknown := sorted(set(self.new) - set(known)):
            text += f"; no record yet of what {', '.join(unknown)} costs"
        return text


def effort(plans: Iterable[Plan], results: Path = Path("results")) -> Effort:
    """Compare what is planned with what is there."""
    done = 0
    new: dict[str, list[float]] = {}
    for plan in plans:
        for family, hyperparameters, folder in _trainings(plan):
            if (folder / "result.json").is_file():
                done += 1
            else:
                new.setdefault(family, []).append(_resource(family, hyperparameters))
    rates = {family: _rate(results, family) for family in new}
    known = {family: rate for family, rate in rates.items() if rate is not None}
    return Effort(done, new, known)


def _trainings(plan: Plan) -> Iterable[tuple[str, dict[str, Any], Path]]:
    for id, replicate in plan.replicates:
        trial = plan.trials[id]
        yield trial.family, trial.hyperparameters, Path(trial.folder, replicate)
    for name, stage in plan.stages.items():
        # What a slot will hold is not known yet, only how long it is trained.
        resource = stage.settings.get("resource")
        given = {resource: stage.settings["to"]} if resource else {}
        for folder in plan.slots(name):
            yield stage.family, given, Path(folder)


def _resource(name: str, hyperparameters: dict[str, Any]) -> float:
    family = get_family(name)
    if family.resource is None:
        return 1
    default = family.hyperparameters[family.resource].default
    return hyperparameters.get(family.resource, default)


def _rate(results: Path, family: str) -> float | None:
    """Median seconds per unit of resource over the family's recorded trainings."""
    rates = []
    for path in results.glob(f"trials/{family}/*/*seed-*/result.json"):
        result = read_json(path)
        if result["status"] in NO_RESULT:
            continue
        hyperparameters = result["trial"]["hyperparameters"]
        seconds = read_json(path.with_name("cost.json"))["seconds"]
        rates.append(seconds / _resource(family, hyperparameters))
    return median(rates) if rates else None
