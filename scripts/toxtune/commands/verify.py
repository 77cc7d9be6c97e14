"""Verify a finished run: from the raw file to the test scores, nothing has changed.

Data, tables, selection, test scores, final model, figures and pages are made again and
compared, and some trainings, drawn at random, are repeated. No file of the run is
written to.
The exit status is 1 if something differs.
"""

import argparse
import logging
import platform
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from toxtune.commands.configfiles import BASE, add_configfile
from toxtune.commands.option_types import whole_number
from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.errors import UserError
from toxtune.io.files import read_json
from toxtune.models.quiet_imports import import_quietly
from toxtune.runs.lock import keep_runs_out
from toxtune.verification.data import verify_data
from toxtune.verification.findings import Findings, Rebuild
from toxtune.verification.models import SavedModel
from toxtune.verification.outcome import verify_outcome
from toxtune.verification.rerun import Remade, remake
from toxtune.verification.retraining import Repeatable, draw_all, retrain
from toxtune.verification.search import Training, verify_search

EXAMPLE = "verify --configfile examples/demo.yaml --trainings 1"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_configfile(parser)
    parser.add_argument(
        "--trainings",
        type=whole_number,
        default=3,
        metavar="K",
        help="how many to repeat (default: 3)",
    )
    parser.add_argument(
        "--seed",
        type=whole_number,
        default=0,
        help="draws which trainings are repeated (default: 0)",
    )


def main(options: argparse.Namespace) -> int:
    """Verify what config.yaml and its overlays say; return 1 if something differs."""
    level = logging.root.manager.disable
    # What jobs log while their files are computed again is in the logs already.
    logging.disable(logging.WARNING)
    try:
        with keep_runs_out():
            findings = verify(options.configfile, options.trainings, options.seed)
    finally:
        logging.disable(level)
    _report(findings)
    return 1 if findings.faults else 0


def verify(configfiles: Sequence[Path], count: int, seed: int) -> Findings:
    """Verify all splits of a configuration, and repeat `count` of all trainings.

    Parameters
    ----------
    configfiles
        Laid over ``config.yaml``.
    count
        How many trainings to repeat.
    seed
        Draws them.

    Raises
    ------
    UserError
        If a split has no selection yet.
    """
    config = load_config([BASE, *configfiles])
    plans = load_plans(config)
    for plan in plans:
        if not Path("results", plan.run, "selection.json").is_file():
            raise UserError(
                f"results/{plan.run}: has no selection.json; only a finished run can "
                "be verified"
            )
    findings = Findings()
    import_quietly({family for plan in plans for family in plan.families})
    with tempfile.TemporaryDirectory() as folder:
        rebuild = Rebuild(Path(folder), findings)
        trainings: list[Training] = []
        models: list[SavedModel] = []
        runs: list[Remade] = []
        for plan in plans:
            of_search, of_winners, remade = _verify(config, plan, rebuild)
            trainings += of_search
            models += of_winners
            runs += remade
        if runs:
            _tell("tables, figures and pages are made again by the workflow's rules")
            remake(runs, configfiles, len(runs) == len(plans), rebuild)
        drawn = draw_all(trainings, models, count, seed)
        if drawn:
            _tell(f"trainings are repeated: {len(drawn)}")
        for training in drawn:
            if words := retrain(training, Path(folder, "store"), findings):
                print(words, flush=True)
    everything: list[Repeatable] = [*trainings, *models]
    if of_others := sum(training.is_of_another_user for training in everything):
        repeated = sum(training.is_of_another_user for training in drawn)
        findings.notes.append(
            f"trainings that the store has from other users: {of_others}; repeated: "
            f"{repeated}, the others are taken on trust (K=... repeats more)"
        )
    return findings


def _verify(
    config: Config, plan: Plan, rebuild: Rebuild
) -> tuple[list[Training], list[SavedModel], list[Remade]]:
    """Verify one split up to its test predictions.

    Returns
    -------
    list of Training, list of SavedModel
        What can be repeated.
    list of Remade
        The run, if the rest of its files can be made again.
    """
    print(f"results/{plan.run}", flush=True)
    _tell("its data, sets and features are made again")
    data_match = verify_data(config, plan, rebuild)
    if not rebuild.path(plan.whole.subset("test")).is_file():
        rebuild.findings.notes.append(f"results/{plan.run}: only its data were checked")
        return [], [], []
    _tell("its scores and its selection are made again")
    trainings = verify_search(config, plan, rebuild)
    models: list[SavedModel] = []
    remade: list[Remade] = []
    if Path("results", plan.run, "test.json").is_file():
        _tell("its test predictions and its final model are made again")
        host = _host(plan, trainings)
        models, remade = verify_outcome(config, plan, rebuild, host)
    else:
        rebuild.findings.notes.append(
            f"results/{plan.run}: its test set is still closed"
        )
    if not data_match:
        rebuild.findings.notes.append(
            f"results/{plan.run}: its data differ, so that no training was repeated"
        )
        return [], [], remade
    trained = [training for training in trainings if training.has_result]
    if n_failed := len(trainings) - len(trained):
        rebuild.findings.notes.append(
            f"results/{plan.run}: {n_failed} trainings failed and have no result"
        )
    return trained, models, remade


def _host(plan: Plan, trainings: Sequence[Training]) -> str:
    """Return where a run was done: here, or the first of the other hosts."""
    hosts = {
        training.scored.cost["host"] for training in trainings if training.has_result
    }
    with suppress(OSError, ValueError, KeyError):
        hosts.add(read_json(Path("results", plan.run, "provenance.json"))["host"])
    return min(hosts - {platform.node()}, default=platform.node())


def _tell(step: str) -> None:
    """Say what is being done, since it takes its time."""
    print(f"  {step}", flush=True)


def _report(findings: Findings) -> None:
    print("Checked:")
    for checked, count in sorted(findings.checked.items()):
        print(f"  {count:>6} {checked}")
    for note in findings.notes:
        print(f"Note: {note}")
    for fault in findings.faults:
        print(f"Fault: {fault}")
    print(f"{len(findings.faults)} faults" if findings.faults else "Everything matches")
