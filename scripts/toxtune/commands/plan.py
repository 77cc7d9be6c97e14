"""Show which jobs `run` would start and why, and about what the trainings cost.

The cost is estimated from trainings of the same family that are done already.
"""

import argparse

from toxtune.commands.launch import Launch, add_launch_arguments, read_launch
from toxtune.runs.launcher import dry_run

EXAMPLE = "plan --configfile examples/tpe.yaml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_launch_arguments(parser)


def main(options: argparse.Namespace) -> int:
    """Print the jobs and the cost; return snakemake's exit status."""
    launch = read_launch(options)
    if launch.has_budget and not _describe_budget(launch):
        return 0
    status = dry_run(launch.arguments, launch.started)
    if status == 0:
        # Slow to import, and of no use if the configuration is refused.
        from toxtune.config.build_plan import load_plans
        from toxtune.config.check import complete_layers
        from toxtune.runs.cost_estimate import estimate_cost

        plans = load_plans(complete_layers(launch.layers))
        print(estimate_cost(plans).describe())
    return status


def _describe_budget(launch: Launch) -> bool:
    """Say what fits into the search's budget; return whether that is written down."""
    from toxtune.config.check import complete_layers
    from toxtune.runs.search_budget import look_up

    decision = look_up(complete_layers(launch.layers))
    if decision.budget is None:
        print(
            f"The budget is not decided yet. `{launch.command()}` first measures these "
            "trainings of the search, one for each space of unknown cost:"
        )
        print("\n".join(f"  {result}" for result in decision.unmeasured))
        return False
    print(decision.budget.describe())
    if decision.is_new:
        print(f"`{launch.command()}` writes that down, and then trains it")
    return not decision.is_new
