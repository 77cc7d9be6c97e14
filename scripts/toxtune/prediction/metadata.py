"""What a final model is, and what predicting needs besides its models: ``final.json``.

A final model may come from elsewhere, so `read_metadata` checks all that it reads.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from toxtune.config.plain_values import refuse_unplain
from toxtune.config.schema import SCHEMAS, read_schema, schema_faults
from toxtune.errors import UserError
from toxtune.features.definitions import JOINT, Definition, is_own
from toxtune.io.files import read_json
from toxtune.prediction.applicability_domain import ApplicabilityDomain
from toxtune.prediction.descriptor_domain import DescriptorDomain
from toxtune.prediction.fallback import Fallback
from toxtune.prediction.label_reading import LabelReading
from toxtune.prediction.metadata_faults import faults_of
from toxtune.prediction.own_numbers import OwnFeatures
from toxtune.search.trials import Trial
from toxtune.stats.metrics import Objective
from toxtune.tasks import TaskType
from toxtune.text import shown

METADATA_FILE = "final.json"


FORMAT = 4


# Who has an older model needs the version that reads it.
READ_BY = {
    1: "toxtune 0.1",
    2: "toxtune 0.2",
    3: "the commit that made it, which provenance.json beside it names",
}


MAX_VALUES = 1_000_000


SCHEMA = SCHEMAS / "final.schema.yaml"


@dataclass(frozen=True)
class Member:
    """One of the models that the prediction is a mean of.

    Attributes
    ----------
    trial
        The id of the trial that it is a training of.
    seed
        What it was trained with.
    file
        Its file in the final model.
    store_key
        The key of its training in the store.
    weight
        How often it counts in the mean.
    """

    trial: str
    seed: int
    file: str
    store_key: str
    weight: int = 1


@dataclass(frozen=True)
class TaskThreshold:
    """How a binary task's probability is scaled, and from where on it is active.

    Attributes
    ----------
    temperature
        Divides the log odds; ``None`` where none could be fitted.
    threshold
        Lowest scaled probability of the class 1; ``None`` where none could be fitted.
    """

    temperature: float | None
    threshold: float | None


@dataclass(frozen=True)
class FinalModelMetadata:
    """What a final model is, as its ``final.json`` says.

    Attributes
    ----------
    run
        The run that made it.
    selection
        Id of the selection that chose it.
    objective
        What ranked the trials.
    trials
        The trials that the members are trainings of: the winner, or those of an
        ensemble.
    tasks
        Names of the tasks.
    n_outputs
        Numbers that a member predicts for a molecule.
    smiles_column
        The dataset's column with the SMILES.
    standardize, merge
        What features are made of, and which rows are one compound; see
        `toxtune.molecules.compounds`.
    features
        Name of each representation to its definition.
    refit
        ``none``, or what the members were trained on again.
    members
        The models: of each trial, one per seed.
    transforms
        Name of scaled features to the file with their transform.
    training_molecules
        How many molecules the members were trained on.
    threshold_criterion
        What thresholds maximize; ``None`` for tasks that are not binary.
    thresholds
        Binary task to its temperature and threshold.
    applicability_domain
        Which molecules the scores say something about.
    descriptor_domain
        The same by another method.
    versions
        Library to the version that made the model.
    labels
        How labels of its tasks are read, and what their classes are called.
    tasks_left_out
        Tasks of the dataset that could not be learned, with the reason.
    fallback
        Task to what stands in place of a prediction, in the order of the tasks; see
        `toxtune.prediction.fallback`.
    validation_score
        By the objective's metric, mean over seeds and tasks: what it was selected by.
    """

    run: str
    selection: str
    objective: Objective
    trials: tuple[Trial, ...]
    tasks: list[str]
    n_outputs: int
    smiles_column: str
    standardize: str
    merge: str
    features: Mapping[str, Definition]
    refit: str
    members: tuple[Member, ...]
    transforms: Mapping[str, str]
    training_molecules: int
    threshold_criterion: str | None
    thresholds: Mapping[str, TaskThreshold]
    applicability_domain: ApplicabilityDomain
    descriptor_domain: DescriptorDomain
    versions: Mapping[str, str]
    labels: LabelReading = field(default_factory=LabelReading)
    tasks_left_out: Mapping[str, str] = field(default_factory=dict)
    fallback: Fallback = field(default_factory=dict)
    validation_score: float | None = None

    @property
    def task_type(self) -> TaskType:
        """The type of the tasks."""
        return self.trials[0].task_type

    @property
    def selected_by(self) -> str:
        """The metric and the score that selected it, such as ``RMSE / SD 0.61``."""
        is_scaled = self.objective.divides(self.objective.metric, len(self.tasks))
        title = self.objective.title + (" / SD" if is_scaled else "")
        if self.validation_score is None:
            return title
        is_small = abs(self.validation_score) < 0.1
        return f"{title} {self.validation_score:{'.3g' if is_small else '.3f'}}"

    @property
    def outputs_per_task(self) -> int:
        """Numbers that a member predicts for a task: 1, or one per class."""
        return self.n_outputs // len(self.tasks)

    @property
    def feature_names(self) -> list[str]:
        """Names of the representations that the trials use, each once."""
        names = [name for t in self.trials for name in t.features.split(JOINT)]
        return list(dict.fromkeys(names))

    @property
    def families(self) -> list[str]:
        """The families of the members, each once."""
        return list(dict.fromkeys(trial.family for trial in self.trials))

    @property
    def own_features(self) -> list[OwnFeatures]:
        """The numbers of the user's own that a prediction needs, beside SMILES."""
        own = [dict[str, Any](each) for each in self.features.values() if is_own(each)]
        return [
            OwnFeatures(
                each["name"],
                each["columns"],
                each.get("id_column"),
                # Files of earlier versions have one name for both.
                each.get("table_id_column", each.get("id_column")),
            )
            for each in own
        ]

    @property
    def computed_features(self) -> dict[str, Definition]:
        """The representations that the trials use and that are made from SMILES."""
        return {
            name: self.features[name]
            for name in self.feature_names
            if not is_own(self.features[name])
        }

    @property
    def seeds(self) -> list[int]:
        """The members' seeds, each once."""
        return list(dict.fromkeys(member.seed for member in self.members))

    def trial_of(self, member: Member) -> Trial:
        """Return the trial that a member is a training of."""
        return next(trial for trial in self.trials if trial.id == member.trial)

    @property
    def files(self) -> list[str]:
        """The files that belong to the model besides ``final.json``."""
        return [*(member.file for member in self.members), *self.transforms.values()]

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``final.json``."""
        return {
            "format": FORMAT,
            **asdict(self),
            "objective": self.objective.to_dict(),
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "FinalModelMetadata":
        """Make metadata of the content of ``final.json``; see `read_metadata`."""
        thresholds = values["thresholds"].items()
        return cls(
            run=values["run"],
            selection=values["selection"],
            objective=Objective(**values["objective"]),
            trials=tuple(Trial.from_dict(trial) for trial in values["trials"]),
            tasks=values["tasks"],
            n_outputs=values["n_outputs"],
            smiles_column=values["smiles_column"],
            standardize=values["standardize"],
            merge=values["merge"],
            features=values["features"],
            refit=values["refit"],
            members=tuple(Member(**member) for member in values["members"]),
            transforms=values["transforms"],
            training_molecules=values["training_molecules"],
            threshold_criterion=values["threshold_criterion"],
            thresholds={task: TaskThreshold(**fitted) for task, fitted in thresholds},
            applicability_domain=ApplicabilityDomain.from_dict(
                values["applicability_domain"]
            ),
            descriptor_domain=DescriptorDomain.from_dict(values["descriptor_domain"]),
            versions=values["versions"],
            labels=LabelReading(**values["labels"]),
            tasks_left_out=values["tasks_left_out"],
            # Files are written with sorted keys.
            fallback={task: values["fallback"][task] for task in values["tasks"]},
            validation_score=values["validation_score"],
        )


def read_metadata(folder: Path, path: Path) -> FinalModelMetadata:
    """Read and check ``final.json``.

    Parameters
    ----------
    folder
        Where it is.
    path
        The final model, for messages.

    Raises
    ------
    UserError
        If it is not there, has another format, or is not what the schema and the
        rest of the file ask for; a line for each fault.
    """
    if not (folder / METADATA_FILE).is_file():
        raise UserError(f"{path}: is not a final model: it has no {METADATA_FILE}")
    try:
        values = read_json(folder / METADATA_FILE)
    except (OSError, ValueError, RecursionError) as error:
        raise UserError(f"{path}: {METADATA_FILE} is damaged: {error}") from None
    refuse_unplain(values, f"{path}: {METADATA_FILE}", MAX_VALUES)
    if isinstance(values, dict) and values.get("format") != FORMAT:
        raise UserError(f"{path}: {_other_format(values.get('format'))}")
    faults = schema_faults(read_schema(SCHEMA), values, "all of it")
    faults = faults or faults_of(values)
    if faults:
        raise UserError(
            "\n".join(f"{path}: {METADATA_FILE}: {fault}" for fault in faults)
        )
    return FinalModelMetadata.from_dict(values)


def _other_format(found: Any) -> str:
    """Say what to do about a final model of another format."""
    rule = f"has format {shown(found)}, but this toxtune reads {FORMAT}"
    # True is 1 to a dictionary.
    if type(found) is int and found in READ_BY:
        return f"{rule}; predict with {READ_BY[found]}, or run again to make a new one"
    return rule
