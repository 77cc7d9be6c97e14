"""What a configuration determines before any job has run, and where it lies."""

from dataclasses import dataclass
from typing import Any

from toxtune.features.definitions import features_files, is_scaled
from toxtune.search.trials import Trial
from toxtune.splits.settings import fold_folder, fold_numbers


@dataclass(frozen=True)
class PlannedStage:
    """A stage of one space's search on one split.

    Attributes
    ----------
    family
        Name of the model family.
    size
        Number of slots.
    replicates
        Names of the trainings of each slot, see `toxtune.search.trials`.
    start
        Pairs of trial id and replicate whose scores the proposals wait for.
    after
        Names of the stages whose scores they wait for.
    settings
        All else that they depend on.
    """

    family: str
    size: int
    replicates: list[str]
    start: list[tuple[str, str]]
    after: list[str]
    settings: dict[str, Any]


@dataclass(frozen=True)
class Plan:
    """All that a configuration determines, for one split, before any job has run.

    Attributes
    ----------
    run
        Folder of the results below ``results/``.
    task_type
        Of the tasks, see `toxtune.tasks`.
    dataset, split
        Settings that decide the dataset and the split.
    dataset_id, split_id
        Their short hashes.
    features
        Name to definition of each representation that a trial may ask for; what
        stands side by side is taken apart.
    trials
        Id to trial, sorted by id: those that the search starts with.
    replicates
        Pairs of trial id and name of the replicate: the trainings that the search
        starts with.
    stages
        Name to stage: the trainings whose trials are proposed from earlier scores.
        The name has the space's number, as in ``space-0/rung-1``.
    """

    run: str
    task_type: str
    dataset: dict[str, Any]
    dataset_id: str
    split: dict[str, Any]
    split_id: str
    features: dict[str, dict[str, Any]]
    trials: dict[str, Trial]
    replicates: list[tuple[str, str]]
    stages: dict[str, PlannedStage]

    @property
    def columns(self) -> dict[str, Any]:
        """How the dataset's columns are read; its settings without checksums."""
        sums = self.checksums
        columns = {key: self.dataset[key] for key in self.dataset if key not in sums}
        return {**columns, "task_type": self.task_type}

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the dataset's files, uncompressed."""
        keys = ("sha256", "test_sha256")
        return {key: self.dataset[key] for key in keys if key in self.dataset}

    @property
    def families(self) -> list[str]:
        """The families that have trials, sorted."""
        return sorted({trial.family for trial in self.trials.values()})

    @property
    def results(self) -> list[str]:
        """The folders of all trainings of the search."""
        started = [self._started(id, name) for id, name in self.replicates]
        slots = [slot for name in self.stages for slot in self.slots(name)]
        return started + slots

    def results_before(self, stage: str) -> list[str]:
        """Return the folders of the trainings that a stage's proposals wait for."""
        planned = self.stages[stage]
        started = [self._started(id, name) for id, name in planned.start]
        return started + [slot for name in planned.after for slot in self.slots(name)]

    def _started(self, id: str, replicate: str) -> str:
        return f"{self.trials[id].folder}/{replicate}"

    def slots(self, stage: str) -> list[str]:
        """Return the folders of a stage's trainings."""
        planned = self.stages[stage]
        return [
            f"results/{self.run}/search/{stage}/slot-{slot}/{replicate}"
            for slot in range(planned.size)
            for replicate in planned.replicates
        ]

    @property
    def dataset_folder(self) -> str:
        """Where the dataset is."""
        return f"data/{self.dataset_id}"

    @property
    def split_folder(self) -> str:
        """Where the parts of the split are."""
        return f"{self.dataset_folder}/{self.split_id}"

    @property
    def folds(self) -> list[int | None]:
        """The folds of the cross-validation; ``[None]`` for hold-out."""
        return fold_numbers(self.split)

    @property
    def is_cross_validated(self) -> bool:
        """Whether trials are judged fold by fold."""
        return self.folds != [None]

    @property
    def model_subsets(self) -> list[str]:
        """The parts that the winners' models are made with."""
        return ["train"] if self.is_cross_validated else ["train", "valid"]

    def subset_file(self, subset: str, fold: int | str | None = None) -> str:
        """Path of a part's molecules."""
        return f"{fold_folder(self.split_folder, fold)}/{subset}.csv"

    def validation_files(self, subset: str) -> list[str]:
        """Paths of the molecules of a part in each training set of the search."""
        return [self.subset_file(subset, fold) for fold in self.folds]

    def features_files(self, *subsets: str, fold: int | str | None = None) -> list[str]:
        """Paths of the parts' features, of all kinds that a trial may ask for."""
        return [
            f"{fold_folder(self.split_folder, fold)}/{subset}/{file}"
            for subset in subsets
            for name in sorted(self.features)
            for file in features_files(name)
        ]

    def transform_files(self, fold: int | str | None = None) -> list[str]:
        """Paths of the transforms that scale features of a training set."""
        folder = f"{fold_folder(self.split_folder, fold)}/transforms"
        return [f"{folder}/{name}.npz" for name in filter(is_scaled, self.features)]

    @property
    def ledger(self) -> str:
        """Path of the split's ledger."""
        return f"results/ledger/{self.dataset_id}-{self.split_id}.jsonl"
