"""What follows from the test set's predictions, made again by the rules themselves.

Snakemake runs in the folder of the rebuild, where each rule makes what is missing. So a
new rule is verified as soon as it is there.
"""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.config.plan import Plan
from toxtune.evaluation.ledger import read_openings
from toxtune.io.files import read_json, write_text
from toxtune.report.words import counted
from toxtune.runs.launcher import SCRIPTS
from toxtune.verification.findings import Rebuild

MADE_AGAIN = "tables, figures and pages"
# Rules that never run here, and what holds for their files in place of that.
ELSEWHERE = {
    "download_dataset": "the files that were kept have checksums",
    "train_replicate": "results have checksums, and some trainings are repeated",
    "train_slot": "results have checksums, and some trainings are repeated",
    "train_winner": "models must be the store's, and some trainings are repeated",
    "refit_winner": "models must be the store's, and some trainings are repeated",
    "open_test": "its predictions are made again, without a line in the ledger",
}
# Of the rules, the one that shows `provenance.json`, and shows the run's own.
SHOWS_PROVENANCE = "write_report"
PROVENANCE = "provenance.json"
# What of it a run has twice; the rest is of the moment: time, command, machine.
_OF_THE_RUN = ("dataset", "split", "siblings")
_LEDGERS = Path("results/ledger")
# Of the project's folder, what the rebuild has for itself.
_NOT_LINKED = {".snakemake", ".toxtune", "logs", "results"}
_RULE = re.compile(r"^ *(?:use rule \w+ as|rule) (\w+)", re.MULTILINE)
_FAILED = re.compile(r"^(Error: |Unexpected error$)", re.MULTILINE)


@dataclass(frozen=True)
class Remade:
    """A run whose files can be made again.

    Attributes
    ----------
    plan
        Of the run.
    exact
        Whether it was done on this host: then bytes are compared, else numbers.
    """

    plan: Plan
    exact: bool

    @property
    def folder(self) -> Path:
        """Where its results are."""
        return Path("results", self.plan.run)

    @property
    def written(self) -> str | None:
        """When its summary was written, in UTC, if that can be read."""
        with suppress(OSError, ValueError, KeyError):
            return read_json(self.folder / PROVENANCE)["written"]
        return None


def rule_names() -> set[str]:
    """Return the names of the workflow's rules."""
    files = (SCRIPTS.parent / "rules").glob("*.smk")
    return {name for file in files for name in _RULE.findall(file.read_text("utf-8"))}


def remake(
    runs: Sequence[Remade],
    configfiles: Sequence[Path],
    are_all: bool,
    rebuild: Rebuild,
) -> None:
    """Make everything that follows from the test predictions again, and compare it.

    Parameters
    ----------
    runs
        Their data, selections and test predictions are rebuilt.
    configfiles
        Laid over ``config.yaml``.
    are_all
        Whether these are all runs of the configuration: then what puts its splits side
        by side is made as well.
    rebuild
        Where.
    """
    _link_inputs(runs, rebuild)
    before = set(_results(rebuild))
    arguments = ["all"] if are_all else [f"{run.folder}/report.html" for run in runs]
    if configfiles:
        arguments += ["--configfile", *map(os.path.abspath, configfiles)]
    if _snakemake([*arguments, "--omit-from", SHOWS_PROVENANCE], rebuild):
        for run in runs:
            _verify_provenance(run.folder / PROVENANCE, rebuild)
        _snakemake(arguments, rebuild)
    for path in sorted(set(_results(rebuild)) - before):
        if path.name != PROVENANCE:
            of = [run for run in runs if run.folder in path.parents] or runs
            rule = "must be what its rule makes of the run's other files"
            rebuild.same(MADE_AGAIN, rule, path, exact=all(run.exact for run in of))


def _results(rebuild: Rebuild) -> Iterator[Path]:
    """Yield the results that were made in the rebuild, without what it links to."""
    for folder, _, names in os.walk(rebuild.path("results")):
        paths = [Path(folder, name) for name in names]
        for path in paths:
            if not path.is_symlink() and path.suffix != ".jsonl":
                yield path.relative_to(rebuild.folder)


def _link_inputs(runs: Sequence[Remade], rebuild: Rebuild) -> None:
    """Put the rules, and what they read, beside what was rebuilt."""
    _link_missing(Path(), rebuild.folder, _NOT_LINKED)
    names = {run.folder.parts[1] for run in runs}
    results = Path("results")
    _link_missing(results, rebuild.path(results), {_LEDGERS.name, *names})
    for name in names:
        _link(results / name / "budget.json", rebuild)
    for run in runs:
        for folder in ("models", "refit"):
            _link(run.folder / folder, rebuild)
        if run.plan.stages:
            slots = run.folder / "search"
            _link_missing(slots, rebuild.path(slots))
    until = max((run.written or "" for run in runs), default="")
    for ledger in sorted(_LEDGERS.glob("*.jsonl")):
        n_later = _copy_openings(ledger, rebuild.path(ledger), until)
        if n_later and ledger in {Path(run.plan.ledger) for run in runs}:
            rebuild.findings.notes.append(
                f"{ledger}: has {counted(n_later, 'opening')} since the summary was "
                "written, which does not count "
                f"{'it' if n_later == 1 else 'them'}"
            )


def _copy_openings(ledger: Path, destination: Path, until: str) -> int:
    """Copy what a summary of that time could count; return how many came later."""
    openings = read_openings(ledger)
    known = [line for line in openings if not until or _opened(line) <= until]
    lines = [f"{json.dumps(line)}\n" for line in known]
    write_text(destination, "".join(lines))
    return len(openings) - len(known)


def _opened(line: dict[str, Any]) -> str:
    return str(line.get("opened", ""))


def _link(path: Path, rebuild: Rebuild) -> None:
    if path.exists():
        rebuild.path(path).symlink_to(path.absolute())


def _link_missing(folder: Path, rebuilt: Path, but: Collection[str] = ()) -> None:
    """Link to what a folder has and the rebuilt one has not."""
    for path in folder.iterdir():
        other = rebuilt / path.name
        if path.name in but:
            continue
        if not os.path.lexists(other):
            other.symlink_to(path.absolute())
        elif path.is_dir() and not other.is_symlink():
            _link_missing(path, other)


def _snakemake(arguments: Sequence[str], rebuild: Rebuild) -> bool:
    """Run rules in the rebuild; record what fails, and return whether nothing did."""
    command = [sys.executable, "-m", "snakemake", *arguments, "--cores", "all"]
    # What is there stays, whatever its time.
    command += ["--rerun-triggers", "params", "--keep-going", "--quiet", "all"]
    command += ["--allowed-rules", *sorted(rule_names() - ELSEWHERE.keys())]
    done = subprocess.run(
        command,
        cwd=rebuild.folder,
        env={**os.environ, "PYTHONPATH": str(SCRIPTS)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode == 0:
        return True
    logs = {
        log.relative_to(rebuild.folder): log.read_text("utf-8", "replace").strip()
        for log in sorted(rebuild.path("logs").rglob("*.log"))
    }
    failed = {log: text for log, text in logs.items() if _FAILED.search(text)}
    for log, text in failed.items():
        last = text.splitlines()[-1]
        rebuild.findings.count(MADE_AGAIN, f"{log.with_suffix('')} fails: {last}")
    if not failed:
        words = " ".join(done.stderr.split())
        rebuild.findings.count(MADE_AGAIN, f"The rules cannot be run again: {words}")
    return False


def _verify_provenance(path: Path, rebuild: Rebuild) -> None:
    """Compare what a run has twice, and let the page show the rest as it was."""
    rule = "must have the dataset and the split of the configuration"
    with rebuild.findings.attempt(MADE_AGAIN, path):
        record, made = read_json(path), read_json(rebuild.path(path))
        commits = [content["git"]["commit"] for content in (record, made)]
        if commits[0] and commits[0] != commits[1]:
            rebuild.findings.notes.append(
                f"{path}: the run is of commit {commits[0]}, here is {commits[1]}; "
                "figures and sentences may differ for that reason"
            )
        holds = all(record[key] == made[key] for key in _OF_THE_RUN)
        if rebuild.findings.expect(MADE_AGAIN, path, holds, rule):
            shutil.copyfile(path, rebuild.path(path))
