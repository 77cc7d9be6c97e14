"""Reading and checking a configuration, before any job."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from toxtune.config.cross_checks import CHECKS, SPACES
from toxtune.config.defaults import with_defaults
from toxtune.config.layers import Layer, merge_layers, read_layers
from toxtune.config.own_features import own_feature_faults
from toxtune.config.places import place_sources
from toxtune.config.plain_values import refuse_unplain
from toxtune.config.presets import with_preset
from toxtune.config.schema import SCHEMA, Schema, read_schema, schema_faults
from toxtune.config.sections import Config
from toxtune.config.table_columns import find_columns
from toxtune.config.without_effect import settings_without_effect
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError
from toxtune.stats.metrics import METRICS


def load_config(paths: Iterable[Path]) -> Config:
    """Read configuration files, each laid over the ones before; check and complete.

    Mappings are merged, everything else is replaced, as Snakemake does it.
    """
    return complete_layers(read_layers(paths))


def complete_config(config: Mapping[str, Any]) -> Config:
    """Check a configuration that is one already; see `complete_layers`."""
    return complete_layers([Layer(dict(config))])


def complete_layers(layers: Sequence[Layer]) -> Config:
    """Lay configurations over each other, check them, and leave nothing out.

    Files that they name by relative paths are looked for; see `toxtune.config.places`.

    Raises
    ------
    UserError
        One line per fault, each with key, rule and value.
    """
    for layer in layers:
        refuse_unplain(layer.values, "config")
    schema = read_schema(SCHEMA)
    layers = with_preset(layers, schema)
    config = merge_layers(layers, schema)
    completed = with_defaults(schema, config)
    faults = schema_faults(schema, completed)
    sound = _sound_sections(schema, completed) if faults else {*completed, SPACES}
    faults += _complete_from_library(completed, sound)
    for sections, check in CHECKS:
        if sound.issuperset(sections):
            faults += check(*(_section(completed, name) for name in sections))
    if not faults:
        faults += settings_without_effect(completed, layers)
    if sound.issuperset({"dataset", "prospective", "features"}):
        faults += place_sources(completed, layers)
    # Last, since it reads files.
    if not faults:
        found = find_columns(completed)
        faults += found.faults or own_feature_faults(completed, found.tasks)
    if faults:
        raise UserError("\n".join(faults))
    return completed


def _sound_sections(schema: Schema, config: Mapping[str, Any]) -> set[str]:
    """Name the sections that obey the schema, and `SPACES` if those do.

    So a mistake in a strategy hides none in the spaces.
    """
    sections = schema["properties"]
    sound = {
        name
        for name in sections
        if name in config and not schema_faults(sections[name], config[name])
    }
    search = config.get("search")
    if isinstance(search, dict) and "spaces" in search:
        rules = sections["search"]["properties"]["spaces"]
        if not schema_faults(rules, search["spaces"]):
            sound.add(SPACES)
    return sound


def _section(config: Mapping[str, Any], name: str) -> Any:
    return config["search"]["spaces"] if name == SPACES else config[name]


def _complete_from_library(config: Config, sound: set[str]) -> list[str]:
    """Fill in what a metric and a known dataset bring; list what contradicts that."""
    if "objective" in sound:
        objective = config["objective"]
        objective.setdefault("direction", METRICS[objective["metric"]].direction)
    if "dataset" in sound:
        dataset = config["dataset"]
        source = dataset["source"]
        known = KNOWN_DATASETS.get(source) if isinstance(source, str) else None
        if known:
            if dataset["sha256"] not in {None, known.sha256}:
                return [
                    f"dataset.sha256: {source} brings its own; leave it out, got "
                    f"{dataset['sha256']!r}"
                ]
            dataset["source"] = list(known.sources)
            dataset["sha256"] = known.sha256
            dataset["id_column"] = dataset["id_column"] or known.id_column
    return []
