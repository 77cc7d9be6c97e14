"""The settings that say what is one compound. Planning imports this: no RDKit."""

from enum import StrEnum


class Standardize(StrEnum):
    """What features, groups and compounds are of; ``dataset.standardize``."""

    PARENT = "parent"
    NONE = "none"


class Merge(StrEnum):
    """Which rows are one compound; ``dataset.merge``."""

    STEREO = "stereo"
    CONNECTIVITY = "connectivity"
