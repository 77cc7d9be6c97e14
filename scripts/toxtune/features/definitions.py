"""Molecular representations: their names and their files.

A definition is a mapping with a ``kind`` and the settings of that kind. Its name spells
all of them, so that equal features share a file and different ones never do. Several
definitions side by side are a representation too, which has no file of its own.
"""

from typing import Required, TypedDict

from toxtune.identity import short_id

JOINT = "+"

# Numbers of the user's own, which are read and not computed: from columns of the
# dataset's table, or from a file keyed by id. Their settings, and whether each must be
# given.
COLUMNS, FILE = "columns", "file"
OWN = {
    COLUMNS: {"columns": True},
    FILE: {"path": True, "columns": False, "id_column": False},
}


# Kinds of which models get the values scaled by a transform of the training set.
SCALED = frozenset({"descriptors", "erg", *OWN})


class Definition(TypedDict, total=False):
    """A representation, as a configuration defines it: its kind, and its settings.

    A plan adds to own features ``name``, what the user calls them, and ``sha256``, of
    the file's content.
    """

    kind: Required[str]
    radius: int
    size: int
    count: bool
    use_features: bool
    include_chirality: bool
    columns: list[str]
    path: str
    id_column: str
    name: str
    sha256: str


# ``features`` of a configuration: a definition each, or names of those to join.
DefinedFeatures = dict[str, Definition | list[str]]


def definitions_of(features: DefinedFeatures, name: str) -> list[Definition]:
    """Return what a name stands for: one definition, or several side by side.

    Parameters
    ----------
    features
        ``features`` of a checked configuration.
    name
        One of its keys.
    """
    setting = features[name]
    if not isinstance(setting, list):
        return [setting]
    # A checked list names no other list.
    return [found for name in setting for found in definitions_of(features, name)]


def features_name(*definitions: Definition) -> str:
    """Name definitions after all their settings.

    Several stand in the order of their names, however they were listed: the order of
    columns says nothing about a molecule.

    Examples
    --------
    >>> features_name({"kind": "maccs"}, {"kind": "circular", "radius": 2})
    'circular-radius-2+maccs'
    """
    return JOINT.join(sorted(map(_name, definitions)))


def features_files(name: str) -> list[str]:
    """Return the files, in a subset's folder, that make up the named features."""
    return [
        f"{single}.scaled.npz" if is_scaled(single) else f"{single}.npz"
        for single in name.split(JOINT)
    ]


def paths_of_files(features: DefinedFeatures) -> dict[str, str]:
    """Map names of own features to the path of the file that has them, if one has."""
    return {
        name: setting["path"]
        for name, setting in features.items()
        if not isinstance(setting, list) and "path" in setting
    }


def is_own(definition: Definition) -> bool:
    """Whether features are numbers of the user's own."""
    return definition["kind"] in OWN


def is_scaled(single: str) -> bool:
    """Whether models get the named features scaled by a transform."""
    return single.split("-")[0] in SCALED


def _name(definition: Definition) -> str:
    if is_own(definition):
        return _name_of_own(definition)
    settings = [
        key if value is True else f"{key}-{value}"
        for key, value in sorted(definition.items())
        if key != "kind" and value is not False
    ]
    return "-".join([definition["kind"], *settings])


def _name_of_own(definition: Definition) -> str:
    """Name own features after what decides them: columns, and content of a file.

    Names of columns may be anything, so that a hash stands for them. The order in which
    they are listed says nothing.
    """
    decisive = {
        "columns": sorted(definition.get("columns", [])),
        "content": definition.get("sha256", definition.get("path")),
        "id_column": definition.get("id_column"),
    }
    return f"{definition['kind']}-{short_id(decisive)}"
