"""What several unit tests share."""

from collections.abc import Callable
from functools import reduce
from typing import Any

import pytest
import yaml

from helpers.disk import Disk
from toxtune.config.check import complete_config
from toxtune.config.overlay import overlaid
from toxtune.config.schema import ROOT


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    """Watch what is flushed to the disk, and what is renamed before it is."""
    return Disk(monkeypatch)


@pytest.fixture
def merged() -> Callable[..., dict[str, Any]]:
    """Return a function that lays overlays, written in YAML, over config.yaml."""
    shipped = (ROOT / "config.yaml").read_text("utf-8")

    def configure(*overlays: str) -> dict[str, Any]:
        layers = [yaml.safe_load(text) or {} for text in (shipped, *overlays)]
        return reduce(overlaid, layers)

    return configure


@pytest.fixture
def configured(merged) -> Callable[..., dict[str, Any]]:
    """Return a function that does that, and checks and completes the whole."""
    return lambda *overlays: complete_config(merged(*overlays))
