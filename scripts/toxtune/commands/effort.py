"""Say how many trainings a configuration still needs, and about what they cost."""

import argparse
import sys
from pathlib import Path

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.errors import UserError
from toxtune.runs.cost_estimate import effort


def main(arguments: list[str]) -> None:
    """Print the effort of config.yaml with its overlays."""
    parser = argparse.ArgumentParser(prog="effort", description=__doc__)
    parser.add_argument("--configfile", nargs="+", type=Path, default=[])
    overlays = parser.parse_args(arguments).configfile
    config = load_config([Path("config.yaml"), *overlays])
    print(effort(load_plans(config)).describe())


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
