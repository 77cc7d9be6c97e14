"""What a configuration determines before any job has run, and where it lies."""

from dataclasses import dataclass, field
from functools import cached_property

from toxtune.config.budget import Budget
from toxtune.config.ledger_file import ledger_file, prospective_ledger_file
from toxtune.config.own_features import planned_features
from toxtune.config.sections import Config, DatasetSettings
from toxtune.data.column_settings import ColumnSettings, copy_reading
from toxtune.features.definitions import (
    Definition,
    definitions_of,
    features_name,
    is_scaled,
)
from toxtune.models.registry import device_of, get_family, module_of
from toxtune.search.proposal_settings import Promotion, ProposalSettings
from toxtune.search.selection_file import GREEDY, POOL_PER_FAMILY, model_name
from toxtune.search.trials import Trial
from toxtune.splits.settings import NO_REFIT, SplitSettings, training_set_names
from toxtune.splits.training_set import ALL, WHOLE, TrainingSet
from toxtune.tasks import TaskType


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
    settings: ProposalSettings

    @property
    def resumes(self) -> bool:
        """Whether its trainings may go on from those that it waits for."""
        return isinstance(self.settings.method, Promotion)


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
    config
        The checked configuration.
    splits
        Run of each split of the configuration to the split's id, sorted.
    prospective
        Name to SHA-256 of each dataset that the final model is evaluated on.
    budget
        What the search was cut to, ``None`` if it was not.
    """

    run: str
    task_type: TaskType
    dataset: DatasetSettings
    dataset_id: str
    split: SplitSettings
    split_id: str
    features: dict[str, Definition]
    trials: dict[str, Trial]
    replicates: list[tuple[str, str]]
    stages: dict[str, PlannedStage]
    config: Config
    splits: dict[str, str] = field(default_factory=dict)
    prospective: dict[str, str] = field(default_factory=dict)
    budget: Budget | None = None

    @property
    def columns(self) -> ColumnSettings:
        """How the dataset's columns are read; its settings without checksums."""
        columns: ColumnSettings = {
            "smiles_column": self.dataset["smiles_column"],
            "id_column": self.dataset["id_column"],
            "part_column": self.dataset["part_column"],
            "tasks": self.dataset["tasks"],
            "task_type": self.task_type,
            "standardize": self.config["dataset"]["standardize"],
            "merge": self.config["dataset"]["merge"],
        }
        if "labels" in self.dataset:
            columns["labels"] = self.dataset["labels"]
        if "bounds" in self.dataset:
            columns["bounds"] = self.dataset["bounds"]
        copy_reading(columns, self.config["dataset"])
        if "permute_labels" in self.dataset:
            columns["permute_labels"] = self.dataset["permute_labels"]
        if "not_tasks" in self.dataset:
            columns["not_tasks"] = self.dataset["not_tasks"]
        return columns

    @property
    def checksums(self) -> dict[str, str]:
        """SHA-256 of the dataset's files, uncompressed."""
        sums = {"sha256": self.dataset["sha256"]}
        if "test_sha256" in self.dataset:
            sums["test_sha256"] = self.dataset["test_sha256"]
        return sums

    @property
    def families(self) -> list[str]:
        """The families that have trials, sorted."""
        return sorted({trial.family for trial in self.trials.values()})

    @property
    def modules(self) -> list[str]:
        """Names of the families' modules."""
        return [module_of(family) for family in self.families]

    @property
    def seeds(self) -> list[int]:
        """The seeds that trials are trained with, sorted."""
        return sorted(self.config["training"]["seeds"])

    def device(self, family: str) -> str:
        """Return what a family is trained on: only networks use a GPU."""
        return device_of(family, self.config["training"]["device"])

    @property
    def feature_names(self) -> dict[str, str]:
        """The configuration's names of representations to those that trials have."""
        features = planned_features(self.config)
        return {
            name: features_name(*definitions_of(features, name)) for name in features
        }

    @cached_property
    def resumed(self) -> set[str]:
        """Ids of the trials whose trainings a later stage may go on from."""
        return {
            id
            for stage in self.stages.values()
            if stage.resumes
            for id, _ in stage.start
        }

    @property
    def models(self) -> list[str]:
        """The models in the results' folder: of each winner, one per seed.

        A greedy ensemble may need those of other trials, which only the search tells. A
        model for each that it may pick is planned; what is not needed repeats the
        winner's.
        """
        n_ranks = POOL_PER_FAMILY if self.config["ensemble"] == GREEDY else 1
        return [
            f"models/{model_name(family, rank)}/seed-{seed}"
            f".{get_family(family).model_format}"
            for family in self.families
            for rank in range(1, n_ranks + 1)
            for seed in self.seeds
        ]

    @property
    def is_refit(self) -> bool:
        """Whether winners are retrained on training and validation set together."""
        return self.config["final"]["refit"] != NO_REFIT

    @property
    def refits(self) -> list[str]:
        """The winners' models after that retraining, if there is one."""
        models = self.models if self.is_refit else []
        return [model.replace("models/", "refit/") for model in models]

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
    def sources(self) -> str:
        """Path of the record of where the dataset's files came from."""
        return f"{self.dataset_folder}/sources.json"

    @property
    def raw_files(self) -> list[str]:
        """Paths of the user's files as they are kept, and of the record of them."""
        names = ("raw", "raw_test", "sources.json")
        return [f"{self.dataset_folder}/{name}" for name in names]

    def computed_features(self, name: str) -> str:
        """Path of features of all of the dataset's molecules; not of own features."""
        return f"{self.dataset_folder}/features/{name}.npz"

    @property
    def curation(self) -> str:
        """Path of the counts of molecules and labels that curation kept and dropped."""
        return f"{self.dataset_folder}/curation.json"

    @property
    def assignment(self) -> str:
        """Path of the table that says where each molecule belongs."""
        return f"{self.dataset_folder}/{self.split_id}/assignment.tsv"

    @property
    def settled(self) -> str:
        """Path of the table of the labels that are not as they were measured."""
        return f"{self.dataset_folder}/{self.split_id}/settled.tsv"

    @property
    def recipe(self) -> str:
        """Path of what the split is: settings, sizes of its sets, warnings."""
        return f"{self.dataset_folder}/{self.split_id}/split.json"

    def training_set(self, name: str) -> TrainingSet:
        """Return one of the split's training sets."""
        return TrainingSet(self.dataset_id, self.split_id, name)

    @property
    def whole(self) -> TrainingSet:
        """The training set of the split."""
        return self.training_set(WHOLE)

    @property
    def joined(self) -> TrainingSet:
        """Training and validation set together, for a refit."""
        return self.training_set(ALL)

    @property
    def search_sets(self) -> list[TrainingSet]:
        """What trials are trained on: a set per fold, or the whole for hold-out."""
        return [self.training_set(name) for name in training_set_names(self.split)]

    @property
    def first_search_set(self) -> TrainingSet:
        """The first of them; features are as many in all."""
        return self.search_sets[0]

    @property
    def final_set(self) -> TrainingSet:
        """What the final model is trained on."""
        return self.joined if self.is_refit else self.whole

    @property
    def is_cross_validated(self) -> bool:
        """Whether trials are scored fold by fold."""
        return self.search_sets != [self.whole]

    @property
    def model_subsets(self) -> list[str]:
        """The subsets that the winners' models are made with."""
        return ["train"] if self.is_cross_validated else ["train", "valid"]

    def search_files(self, subset: str) -> list[str]:
        """Paths of the molecules of a subset in each training set of the search."""
        return [training_set.subset(subset) for training_set in self.search_sets]

    def features_files(self, training_set: TrainingSet, *subsets: str) -> list[str]:
        """Paths of the subsets' features, of all kinds that a trial may ask for."""
        return [
            file
            for subset in subsets
            for name in sorted(self.features)
            for file in training_set.features(subset, name)
        ]

    def transform_files(self, training_set: TrainingSet) -> list[str]:
        """Paths of the transforms that scale features of a training set."""
        return [
            training_set.transform(name) for name in filter(is_scaled, self.features)
        ]

    @property
    def ledger(self) -> str:
        """Path of the ledger of the test set; see `toxtune.config.ledger_file`."""
        return ledger_file(self.dataset)

    def prospective_ledger(self, name: str) -> str:
        """Path of the ledger of prospective data."""
        return prospective_ledger_file(self.dataset, self.prospective[name])
