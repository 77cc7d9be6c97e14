"""Compare the strategies on Tox21 by their best validation scores, for equal epochs.

In the repository's root, with the environment that `make install` makes:

    PYTHONPATH=scripts .venv/bin/python benchmarks/compare_strategies.py

It runs the workflow itself, takes less than an hour on 2 slow cores, goes on
where it was after a stop, and writes its tables into docs/strategies.md, between the
lines that say so. ``--cores N`` is as in ``make run``.

Equal epochs: each strategy searches the same space, each trial is trained with one
seed, which is the seed of the proposals as well, and budgets are chosen so that the
epochs come out as alike as the strategy's plan allows. `hyperband` has no budget but
its plan, so that it sets the amount. The grid has no seed of its own; it varies with
the seed of the trainings. Its values span the ranges of the others.

Halving against a full grid: the 48 networks of examples/halving.yaml.
"""

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, stdev
from typing import Any

import pandas as pd
import yaml

from toxtune.commands.cli import run_command
from toxtune.identity import canonical_json
from toxtune.io.files import read_json, write_text
from toxtune.report.markdown import markdown_table

PAGE = Path("docs/strategies.md")
EXAMPLE = Path("examples/halving.yaml")
METRIC = "roc_auc"
SEEDS = [0, 1, 2]

RANGES = {
    "hidden_layers": [1, 2],
    "neurons": {"low": 16, "high": 128, "log": True},
    "dropout": {"low": 0.0, "high": 0.5},
    "learning_rate": {"low": 3.0e-4, "high": 1.0e-2, "log": True},
    "epochs": 16,
}
# The ends and middles of the ranges; of the neurons the middle alone, since 18 is what
# the budget affords.
VALUES = {
    **RANGES,
    "neurons": 45,
    "dropout": [0.0, 0.25, 0.5],
    "learning_rate": [3.0e-4, 1.7e-3, 1.0e-2],
}
BUDGETS = {
    "grid": {},
    "random": {"trials": 18},
    "sobol": {"trials": 18},
    "tpe": {"rounds": 6, "batch": 3},
    "halving": {"trials": 36, "min_resource": 4, "eta": 2},
    "hyperband": {"min_resource": 1, "eta": 2},
}


@dataclass(frozen=True)
class Outcome:
    """What one search found, and what it took.

    Attributes
    ----------
    best
        The winner's score on the validation set, mean over its seeds.
    settings
        Number of settings that were tried.
    epochs
        Epochs that were trained; of a training that went on, its epochs once.
    """

    best: float
    settings: int
    epochs: int


def main() -> None:
    """Run all searches and write the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cores", default="all")
    cores = parser.parse_args().cores
    page = PAGE.read_text(encoding="utf-8")
    page = with_table(page, "equal epochs", equal_epochs_table(cores))
    page = with_table(page, "full grid", full_grid_table(cores))
    write_text(PAGE, page)


def equal_epochs_table(cores: str) -> str:
    """Compare all strategies with the grid, seed by seed."""
    outcomes = {
        strategy: [equal_epochs_search(strategy, seed, cores) for seed in SEEDS]
        for strategy in BUDGETS
    }
    grid = outcomes["grid"]
    rows = []
    for strategy, own in outcomes.items():
        gains = [one.best - base.best for one, base in zip(own, grid, strict=True)]
        rows.append(
            [
                f"`{strategy}`",
                str(own[0].settings),
                str(own[0].epochs),
                *(f"{one.best:.3f}" for one in own),
                spread([one.best for one in own]),
                "" if strategy == "grid" else spread(gains, sign="+"),
            ]
        )
    seeds = [f"seed {seed}" for seed in SEEDS]
    head = ["strategy", "settings", "epochs", *seeds, "mean ± SD", "against grid"]
    return markdown_table(head, rows)


def equal_epochs_search(strategy: str, seed: int, cores: str) -> Outcome:
    """Search with one seed; open the test set for the first seed alone."""
    space = {
        "family": "dense",
        "features": "ecfp",
        "hyperparameters": VALUES if strategy == "grid" else RANGES,
    }
    draws = {} if strategy == "grid" else {"seed": seed}
    run = f"compare-{strategy}-{seed}"
    overlay = {
        "run": run,
        "search": {
            "strategy": {"name": strategy, **BUDGETS[strategy], **draws},
            "spaces": [space],
        },
        "training": {"seeds": [seed]},
    }
    run_workflow(overlay, cores, "all" if seed == SEEDS[0] else "search")
    return outcome(run)


def full_grid_table(cores: str) -> str:
    """Compare halving with the whole grid, for each seed in the lower rungs.

    Each trial that halving trained to the end is in the full grid as well, with all
    seeds, bit for bit: those scores are compared, whichever seed promoted it.
    """
    full = "compare-full-grid"
    run_example(full, cores, SEEDS, {"name": "grid"})
    trials = trials_of(full).set_index("trial")
    scores, noise = trials[f"{METRIC}_mean"], trials[f"{METRIC}_sd"].median()
    all_epochs = outcome(full).epochs
    rows = [["all 48, 3 seeds", all_epochs, f"{scores.max():.4f}", ""]]
    for seed in SEEDS:
        name = f"compare-halving-48-{seed}"
        # The lower rungs have the first seed of a search.
        run_example(name, cores, SEEDS if seed == SEEDS[0] else [seed])
        if seed == SEEDS[0]:
            epochs = outcome(name).epochs
        best = scores.reindex(trials_of(name)["trial"]).max()
        label = f"halving, seed {seed} in the lower rungs"
        share = f"{epochs} ({epochs / all_epochs:.0%})"
        rows.append([label, share, f"{best:.4f}", f"{best - scores.max():+.4f}"])
    head = ["search", "epochs", "best validation score", "against the full grid"]
    table = markdown_table(head, rows)
    return f"{table}\nSD over seeds of one trial: {noise:.4f} (median of 48).\n"


def run_example(
    name: str,
    cores: str,
    seeds: list[int],
    strategy: dict[str, Any] | None = None,
) -> None:
    """Search the networks of the example; leave the test set closed.

    `strategy` takes the place of the example's.
    """
    search = yaml.safe_load(EXAMPLE.read_text("utf-8"))["search"]
    if strategy:
        search["strategy"] = strategy
    overlay = {"run": name, "search": search, "training": {"seeds": seeds}}
    run_workflow(overlay, cores, "search")


def run_workflow(overlay: dict[str, Any], cores: str, target: str) -> None:
    """Run the workflow with `overlay` laid over config.yaml."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "overlay.yaml")
        file.write_text(yaml.safe_dump(overlay), encoding="utf-8")
        command = ["run", target, "--cores", cores, "--configfile", str(file)]
        status = run_command(command)
    if status != 0:
        raise SystemExit(f"Error: the run {overlay['run']} failed; see logs/")


def outcome(name: str) -> Outcome:
    """Read what a run found."""
    longest: dict[tuple[str, str], int] = {}
    specs = read_json(Path("results", name, "trials.json"))
    for spec in specs.values():
        values = {**spec["trial"]["hyperparameters"], "epochs": None}
        for seed, folder in spec["folders"].items():
            epochs = read_json(Path(folder, "result.json"))["epochs"]
            training = (canonical_json(values), seed)
            longest[training] = max(epochs, longest.get(training, 0))
    selection = read_json(Path("results", name, "selection.json"))
    settings = {values for values, _ in longest}
    best = selection["winners"][selection["overall"]]["mean"]
    return Outcome(best, len(settings), sum(longest.values()))


def trials_of(name: str) -> pd.DataFrame:
    """Read a run's table of trials."""
    return pd.read_csv(Path("results", name, "trials.tsv"), sep="\t")


def spread(numbers: list[float], sign: str = "") -> str:
    """Write mean and standard deviation."""
    return f"{mean(numbers):{sign}.3f} ± {stdev(numbers):.3f}"


def with_table(page: str, name: str, table: str) -> str:
    """Put a table between the two lines of a page that name it."""
    start, end = f"<!-- made by a script: {name} -->\n", f"<!-- end: {name} -->"
    before, _, rest = page.partition(start)
    _, _, after = rest.partition(end)
    return f"{before}{start}\n{table}\n{end}{after}"


if __name__ == "__main__":
    main()
