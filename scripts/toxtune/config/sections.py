"""The sections of a checked and completed configuration, as the schema has them.

They stay the mappings that YAML gives, since Snakemake and the names of datasets and
splits are made of these; the types are for readers and for mypy.
"""

from typing import Any, NotRequired, TypedDict

from toxtune.data.column_settings import ReadingSettings
from toxtune.features.definitions import DefinedFeatures
from toxtune.search.space import SpaceSection
from toxtune.splits.settings import SplitSection, ValidationSection


class DatasetSection(TypedDict):
    """``dataset``: where the table is, and how it is read."""

    source: str | list[str]
    sha256: str | None
    test_source: str | None
    smiles_column: str
    separator: str | None
    decimal: str | None
    encoding: str | None
    id_column: str | None
    tasks: list[str]
    standardize: str
    merge: str
    labels: dict[str, Any]
    bounds: str
    permute_labels: int | None


class ObjectiveSection(TypedDict):
    """``objective``: what trials are ranked by."""

    metric: str
    direction: str
    scale: NotRequired[str]


class StrategySection(TypedDict):
    """``search.strategy``: a name, and the settings of that strategy alone."""

    name: str
    trials: NotRequired[int]
    seed: NotRequired[int]
    rounds: NotRequired[int]
    batch: NotRequired[int]
    candidates: NotRequired[str]
    min_resource: NotRequired[int]
    eta: NotRequired[int]


class BudgetSection(TypedDict):
    """``search.budget``: how much computing time the search may take."""

    core_minutes: float


class SearchSection(TypedDict):
    """``search``: what is tried."""

    strategy: StrategySection
    budget: BudgetSection | None
    spaces: list[SpaceSection]


class TrainingSection(TypedDict):
    """``training``: how each trial is trained."""

    seeds: list[int]
    device: str
    workers: str
    keep_models: str


class SelectSection(TypedDict):
    """``select``: how winners are chosen among the ranked trials."""

    rule: str


class FinalSection(TypedDict):
    """``final``: how the final model is made of the winner."""

    refit: str
    seeds: str


class ProspectiveSection(TypedDict):
    """One entry of ``prospective``: data that came later."""

    name: str
    source: str


class TestSection(TypedDict):
    """``test``: the bootstrap of all intervals."""

    resamples: int
    seed: int
    confidence: float


class DatasetSettings(ReadingSettings):
    """All that decides a dataset, and so its id; what does not apply is left out."""

    sha256: str
    smiles_column: str
    id_column: str | None
    tasks: list[str]
    part_column: str | None
    test_sha256: NotRequired[str]
    kind: NotRequired[str]
    standardize: NotRequired[str]
    merge: NotRequired[str]
    labels: NotRequired[dict[str, Any]]
    bounds: NotRequired[str]
    permute_labels: NotRequired[int]
    not_tasks: NotRequired[list[str]]


class Config(TypedDict):
    """A configuration with nothing left out."""

    run: str
    dataset: DatasetSection
    objective: ObjectiveSection
    preset: str
    models: list[str]
    search: SearchSection
    training: TrainingSection
    split: SplitSection
    validation: ValidationSection
    features: DefinedFeatures
    select: SelectSection
    ensemble: str
    calibration: str
    final: FinalSection
    prospective: list[ProspectiveSection]
    test: TestSection
