"""Every overlay in examples/ is legal, and its search can be laid out."""

from pathlib import Path

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_config
from toxtune.config.overlay import overlaid, read_overlay

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted(path.name for path in ROOT.glob("examples/*.yaml"))


@pytest.mark.parametrize("name", EXAMPLES)
def test_example_can_be_planned(name):
    config = read_overlay(ROOT / "config.yaml")
    config = overlaid(config, read_overlay(ROOT / "examples" / name))
    config = complete_config(config)
    assert all(plan.trials for plan in load_plans(config))
    assert config["run"] == Path(name).stem
