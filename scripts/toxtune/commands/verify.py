"""Verify a finished run: from the raw file to the test scores, nothing has changed.

Data, tables, selection, test scores and final model are made anew and compared; some
trainings, drawn at random, are done once more. Nothing of the run is written to.
"""

import argparse
import logging
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.plan import Plan
from toxtune.errors import UserError
from toxtune.io.files import read_json
from toxtune.runs.lock import no_run_beside
from toxtune.verification.data import verify_data
from toxtune.verification.findings import Findings, Rebuild
from toxtune.verification.outcome import verify_outcome
from toxtune.verification.retraining import drawn, retrain
from toxtune.verification.search import Training, verify_search


def main(arguments: Sequence[str]) -> int:
    """Verify what config.yaml and its overlays say; return the exit status."""
    parser = argparse.ArgumentParser(prog="verify", description=__doc__)
    parser.add_argument("--configfile", nargs="+", type=Path, default=[])
    parser.add_argument(
        "--trainings", type=int, default=3, help="how many to do once more"
    )
    parser.add_argument("--seed", type=int, default=0, help="draws those trainings")
    options = parser.parse_args(arguments)
    config = load_config([Path("config.yaml"), *options.configfile])
    with no_run_beside():
        findings = verify(config, options.trainings, options.seed)
    _report(findings)
    return 1 if findings.faults else 0


def verify(config: dict[str, Any], count: int, seed: int) -> Findings:
    """Verify all splits of a configuration, and train `count` of all trainings anew.

    Raises
    ------
    UserError
        If a split has no selection yet.
    """
    plans = load_plans(config)
    for plan in plans:
        if not Path("results", plan.run, "selection.json").is_file():
            raise UserError(
                f"results/{plan.run}: has no selection.json; only a finished run can "
                "be verified"
            )
    findings = Findings()
    with tempfile.TemporaryDirectory() as folder:
        anew = Rebuild(Path(folder), findings)
        trainings = [
            training for plan in plans for training in _verify(config, plan, anew)
        ]
        for training in drawn(trainings, count, seed):
            if words := retrain(training, Path(folder, "store"), findings):
                print(words, flush=True)
    return findings


def _verify(config: dict[str, Any], plan: Plan, anew: Rebuild) -> list[Training]:
    """Verify one split; return the trainings that can be done anew."""
    print(f"results/{plan.run}", flush=True)
    data_hold = verify_data(config, plan, anew)
    if not anew.path(plan.whole.subset("test")).is_file():
        anew.findings.notes.append(f"results/{plan.run}: nothing but data was checked")
        return []
    trainings = verify_search(config, plan, anew)
    if Path("results", plan.run, "test.json").is_file():
        verify_outcome(config, plan, anew, _is_of_this_host(plan, trainings))
    else:
        anew.findings.notes.append(f"results/{plan.run}: its test set is closed")
    if not data_hold:
        anew.findings.notes.append(
            f"results/{plan.run}: nothing was trained on data that do not hold"
        )
        return []
    trained = [training for training in trainings if training.has_result]
    if without := len(trainings) - len(trained):
        anew.findings.notes.append(
            f"results/{plan.run}: {without} trainings have a status and no result"
        )
    return trained


def _is_of_this_host(plan: Plan, trainings: Sequence[Training]) -> bool:
    hosts = {
        training.scored.cost["host"] for training in trainings if training.has_result
    }
    with suppress(OSError, ValueError, KeyError):
        hosts.add(read_json(Path("results", plan.run, "provenance.json"))["host"])
    return hosts == {platform.node()}


def _report(findings: Findings) -> None:
    print("Checked:")
    for kind, count in sorted(findings.checked.items()):
        print(f"  {count:>6} {kind}")
    for note in findings.notes:
        print(f"Note: {note}")
    for fault in findings.faults:
        print(f"Fault: {fault}")
    print(f"{len(findings.faults)} faults" if findings.faults else "All of it holds")


if __name__ == "__main__":
    # What the jobs logged stands in their logs.
    logging.disable(logging.WARNING)
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        sys.exit(f"Error: {error}")
