"""Show which jobs `run` would start and why, and about what the trainings cost.

The cost is estimated from trainings of the same family that are done already.
"""

import argparse

from toxtune.commands.launch import add_launch_arguments, read_launch
from toxtune.runs.launcher import dry_run

EXAMPLE = "plan --configfile examples/tpe.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_launch_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print the jobs and the cost; return snakemake's exit status."""
    launch = read_launch(options)
    status = dry_run(launch.arguments)
    if status == 0:
        # Slow to import, and of no use if the configuration is refused.
        from toxtune.config.build_plan import load_plans
        from toxtune.config.check import complete_layers
        from toxtune.runs.cost_estimate import estimate_cost

        plans = load_plans(complete_layers(launch.layers))
        print(estimate_cost(plans).describe())
    return status
