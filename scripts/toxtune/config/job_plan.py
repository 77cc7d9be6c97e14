"""Inputs and parameters of rules: functions of a job's wildcards."""

import inspect
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any

from toxtune.config.job_settings import told
from toxtune.config.plan import Plan
from toxtune.features.definitions import COLUMNS, OWN
from toxtune.identity import canonical_json
from toxtune.models.base import GPU
from toxtune.models.registry import module_of
from toxtune.search.selection_file import family_of
from toxtune.search.trials import Trial, set_name_of
from toxtune.splits.training_set import TrainingSet
from toxtune.versions import code_hash

SEARCHED = ("train", "valid")

# Names of features that are read, and of those that are computed, as regular
# expressions; see `toxtune.features.definitions.features_name`.
OWN_FEATURES = f"(?:{'|'.join(OWN)})-[0-9a-f]+"
COMPUTED_FEATURES = f"(?!(?:{'|'.join(OWN)})-)[a-z0-9_-]+"

# Snakemake's, with an attribute for each wildcard of the job.
Wildcards = Any
Paths = Callable[[Wildcards], list[str]]


def signed(function: Callable[..., Any]) -> Callable[..., Any]:
    """Keep a function's signature, which Snakemake asks for once for each job and use.

    With thousands of jobs it takes a tenth of the time of planning to find it again.
    """

    @wraps(function)
    def call(*arguments: Any, **named: Any) -> Any:
        return function(*arguments, **named)

    # Where `inspect.signature` looks first.
    call.__signature__ = inspect.signature(function)  # type: ignore[attr-defined]
    return call


# What rules ask for each training.
_OF_TRAININGS = ("trial_files", "trial", "saves_state", "device", "gpus")


class JobPlan:
    """The plan of a job's run, asked before it is known which job that is.

    Methods that take `wildcards` are for a rule's input, parameter or resource as they
    are; the others return such a function. `of` is the name of one of a plan's
    training sets: ``whole``, ``joined``, ``final_set`` or ``first_search_set``.

    Parameters
    ----------
    plans
        Run to plan.
    """

    def __init__(self, plans: Mapping[str, Plan]) -> None:
        self._by_run = plans
        self._by_split = {plan.split_id: plan for plan in plans.values()}
        self._any = next(iter(plans.values()))
        self._trials: dict[str, Trial] = {}
        self._resumed: set[str] = set()
        for plan in plans.values():
            self._trials |= plan.trials
            self._resumed |= plan.resumed
        for name in _OF_TRAININGS:
            setattr(self, name, signed(getattr(self, name)))

    def subset(self, subset: str, of: str = "whole") -> Callable[[Wildcards], str]:
        """Give the molecules of ``train``, ``valid`` or ``test``."""
        return lambda wildcards: self._set(wildcards, of).subset(subset)

    def search_sets(self, subset: str) -> Paths:
        """Give a subset of each training set of the search: of each fold."""
        return lambda wildcards: self._plan(wildcards).search_files(subset)

    def features(self, *subsets: str, of: str = "whole") -> Paths:
        """Give subsets' features, of all kinds that a trial may ask for."""
        return lambda wildcards: self._plan(wildcards).features_files(
            self._set(wildcards, of), *subsets
        )

    def transforms(self, of: str) -> Paths:
        """Give the transforms that scale features of a training set."""
        return lambda wildcards: self._plan(wildcards).transform_files(
            self._set(wildcards, of)
        )

    def told(self, job: str) -> Callable[[Wildcards], str]:
        """Give a job's settings, see `toxtune.config.job_settings`, as JSON."""
        return lambda wildcards: canonical_json(
            told(job, self._plan(wildcards), dict(wildcards.items()))
        )

    def training_code(self, script: str) -> Callable[[Wildcards], str]:
        """Give the hash of a script's code and that of the job's family, no other."""
        of_family = cache(lambda family: code_hash(script, module_of(family)))
        return signed(lambda wildcards: of_family(self._family(wildcards)))

    def trial_files(self, wildcards: Wildcards) -> list[str]:
        """List what a training reads."""
        # One function for all: each costs time for each of thousands of jobs.
        trial, name = self._trials[wildcards.trial], set_name_of(wildcards.replicate)
        return [file for subset in SEARCHED for file in trial.files(subset, name)]

    def slot_files(self, wildcards: Wildcards) -> list[str]:
        """List what the training of a slot may read."""
        plan = self._plan(wildcards)
        training_set = plan.training_set(set_name_of(wildcards.replicate))
        subsets = [training_set.subset(subset) for subset in SEARCHED]
        return [*plan.features_files(training_set, *SEARCHED), *subsets]

    def model_files(self, wildcards: Wildcards) -> list[str]:
        """List what the training of a winner's model may read."""
        plan = self._plan(wildcards)
        subsets = [plan.whole.subset(subset) for subset in SEARCHED]
        return [*plan.features_files(plan.whole, *plan.model_subsets), *subsets]

    def refit_files(self, wildcards: Wildcards) -> list[str]:
        """List what the retraining of a winner on both sets may read."""
        plan = self._plan(wildcards)
        subsets = [plan.joined.subset(subset) for subset in SEARCHED]
        return [*plan.features_files(plan.joined, "train"), *subsets]

    def winner_record(self, folder: str) -> Paths:
        """Give the record of the winner's model that a model may have to repeat.

        It is trained first, so that the store has it; a winner waits for none.
        """

        def records(wildcards: Wildcards) -> list[str]:
            family = family_of(wildcards.model)
            if wildcards.model == family:
                return []
            file = f"seed-{wildcards.seed}.{wildcards.format}.json"
            return [f"results/{wildcards.run}/{folder}/{family}/{file}"]

        return records

    def earlier_results(self, wildcards: Wildcards) -> list[str]:
        """List the results that a stage's proposals are made of."""
        folders = self._plan(wildcards).results_before(wildcards.stage)
        return [f"{folder}/result.json" for folder in folders]

    def results(self, wildcards: Wildcards) -> list[str]:
        """List the results of all trainings of the search."""
        return [f"{folder}/result.json" for folder in self._plan(wildcards).results]

    def sources(self, wildcards: Wildcards) -> str:
        """Path of the record of where the dataset's files came from."""
        return self._plan(wildcards).sources

    def tables_with_features(self, wildcards: Wildcards) -> list[str]:
        """List the dataset's files, where columns of theirs are the job's features."""
        plan = self._plan(wildcards)
        is_column = plan.features[wildcards.features]["kind"] == COLUMNS
        return plan.raw_files if is_column else []

    def curation(self, wildcards: Wildcards) -> str:
        """Give the counts of what curation kept and dropped."""
        return self._plan(wildcards).curation

    def assignment(self, wildcards: Wildcards) -> str:
        """Give the table that says where each molecule belongs."""
        return self._plan(wildcards).assignment

    def recipe(self, wildcards: Wildcards) -> str:
        """Give the file that says what the split is, with its warnings."""
        return self._plan(wildcards).recipe

    def settled(self, wildcards: Wildcards) -> str:
        """Give the table of the labels that are no longer the measured ones."""
        return self._plan(wildcards).settled

    def ledger(self, wildcards: Wildcards) -> str:
        """Give the path of the ledger that the split's openings are recorded in."""
        return self._plan(wildcards).ledger

    def prospective_ledger(self, wildcards: Wildcards) -> str:
        """Give the path of the ledger of looks at prospective data."""
        return self._plan(wildcards).prospective_ledger(wildcards.name)

    def trial(self, wildcards: Wildcards) -> str:
        """Spell the job's trial as canonical JSON."""
        return self._trials[wildcards.trial].json()

    def saves_state(self, wildcards: Wildcards, output: Any) -> bool:
        """Say whether a longer training may go on from that of the job's trial.

        Snakemake reruns no job for a parameter that knows of `output`. Nothing is to be
        trained again for a state: without one, a longer training starts afresh.
        """
        return wildcards.trial in self._resumed

    def device(self, wildcards: Wildcards) -> str:
        """Say what the job's family is trained on."""
        return self._any.device(self._family(wildcards))

    def gpus(self, wildcards: Wildcards) -> int:
        """Count the GPUs that a training needs."""
        return int(self.device(wildcards) == GPU)

    def _plan(self, wildcards: Wildcards) -> Plan:
        if run := getattr(wildcards, "run", None):
            return self._by_run[run]
        # What is below data/ is shared by runs.
        return self._by_split.get(getattr(wildcards, "split", ""), self._any)

    def _set(self, wildcards: Wildcards, of: str) -> TrainingSet:
        return getattr(self._plan(wildcards), of)

    def _family(self, wildcards: Wildcards) -> str:
        if stage := getattr(wildcards, "stage", None):
            return self._plan(wildcards).stages[stage].family
        if model := getattr(wildcards, "model", None):
            return family_of(model)
        return wildcards.family


def features_to_join(wildcards: Wildcards) -> list[str]:
    """List the features that those for a refit are joined from."""
    whole = TrainingSet(wildcards.dataset, wildcards.split)
    subsets = SEARCHED if wildcards.subset == "train" else (wildcards.subset,)
    return [f"{whole.folder}/{name}/{wildcards.features}.npz" for name in subsets]
