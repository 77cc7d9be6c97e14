"""Molecular representations: their names and their files.

A definition is a mapping with a ``kind`` and the settings of that kind. Its name spells
all of them, so that equal features share a file and different ones never do. Several
definitions side by side are a representation too, which has no file of its own.
"""

from typing import Required, TypedDict

JOINT = "+"


# Kinds of which models get the values scaled by a transform of the training set.
SCALED = frozenset({"descriptors", "erg"})


class Definition(TypedDict, total=False):
    """A representation, as a configuration defines it: its kind, and its settings."""

    kind: Required[str]
    radius: int
    size: int
    count: bool
    use_features: bool
    include_chirality: bool


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


def is_scaled(single: str) -> bool:
    """Whether models get the named features scaled by a transform."""
    return single.split("-")[0] in SCALED


def _name(definition: Definition) -> str:
    settings = [
        key if value is True else f"{key}-{value}"
        for key, value in sorted(definition.items())
        if key != "kind" and value is not False
    ]
    return "-".join([definition["kind"], *settings])
