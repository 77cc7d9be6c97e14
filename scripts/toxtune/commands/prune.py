"""Remove results that no configuration at hand uses: ``make prune``.

The configurations at hand are config.yaml, config.yaml under each file of examples/,
and config.yaml under the files given with ``--configfile``. Only what can be made
again is removed: never a run's folder, never the ledger.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.plan import Plan
from toxtune.errors import UserError
from toxtune.io.integrity import read_written
from toxtune.runs.lock import no_run_beside
from toxtune.training.replicates import model_key, state_key
from toxtune.training.result_files import read_result

BASE = Path("config.yaml")
EXAMPLES = Path("examples")
_ID = re.compile(r"[0-9a-f]{12}")
_KEY = re.compile(r"[0-9a-f]{64}")
# What a killed training was writing when it ended.
_UNFINISHED = re.compile(r"\.[0-9a-f]{12}\..+")
_LISTED_IN_FULL = 12


@dataclass(frozen=True)
class Used:
    """What configurations use.

    Attributes
    ----------
    datasets
        Dataset ids.
    splits
        Pairs of dataset id and split id.
    trials
        Pairs of family and trial id.
    """

    datasets: set[str] = field(default_factory=set)
    splits: set[tuple[str, str]] = field(default_factory=set)
    trials: set[tuple[str, str]] = field(default_factory=set)

    def add(self, plans: list[Plan]) -> None:
        """Add what one configuration uses."""
        for plan in plans:
            self.datasets.add(plan.dataset_id)
            self.splits.add((plan.dataset_id, plan.split_id))
            self.trials.update(
                (trial.family, trial.id) for trial in plan.trials.values()
            )

    def add_run(self, specs: dict[str, Any]) -> None:
        """Add what a run has in its ``trials.json``."""
        for trial in (spec["trial"] for spec in specs.values()):
            self.datasets.add(trial["dataset"])
            self.splits.add((trial["dataset"], trial["split"]))
            self.trials.add((trial["family"], trial["id"]))


def main(arguments: Sequence[str]) -> None:
    """Show what is unused, ask, and remove it."""
    parser = argparse.ArgumentParser(prog="prune", description=__doc__)
    parser.add_argument("--configfile", nargs="+", type=Path, default=[])
    parser.add_argument("--yes", action="store_true", help="remove without asking")
    options = parser.parse_args(arguments)
    # With the lock, nothing can come into use between the look and the removal.
    with no_run_beside():
        folders = list(unused(used_by(options.configfile)))
        if not folders:
            print("Nothing to remove: every result is in use")
            return
        _report(folders)
        if options.yes or _confirmed():
            for folder in folders:
                shutil.rmtree(folder)
            print("Removed")


def used_by(overlays: Sequence[Path]) -> Used:
    """Find out what the configurations and the runs at hand use.

    An example that does not load, say for want of its data file, is named and passed
    over; config.yaml and the files given by the user must load.
    """
    used = Used()
    for specs in Path("results").glob("**/trials.json"):
        used.add_run(read_written(specs))
    used.add(load_plans(load_config([BASE, *overlays])))
    if overlays:
        used.add(load_plans(load_config([BASE])))
    for example in sorted(EXAMPLES.glob("*.yaml")):
        try:
            used.add(load_plans(load_config([BASE, example])))
        except UserError as error:
            print(f"{example} is passed over, its results count as unused: {error}")
    return used


def unused(used: Used) -> Iterator[Path]:
    """Yield the folders that nothing uses; links and other people's files stay."""
    kept: list[Path] = []
    for trial in _folders("results/trials/*/*", _ID):
        if (trial.parent.name, trial.name) in used.trials:
            kept.append(trial)
            continue
        yield trial
        yield from _if_present(Path("logs", *trial.parts[1:]))
    keys = set(_store_keys(kept))
    for entry in _folders("results/store/*/*", _KEY):
        if entry.name not in keys:
            yield entry
    yield from _folders("results/store/*/*", _UNFINISHED)
    for dataset in _folders("data/*", _ID):
        if dataset.name not in used.datasets:
            yield dataset
            continue
        for split in _folders(f"{dataset}/*", _ID):
            if (dataset.name, split.name) not in used.splits:
                yield split


def _folders(pattern: str, name: re.Pattern[str]) -> list[Path]:
    here = Path.cwd().resolve()
    return [
        path
        for path in sorted(Path().glob(pattern))
        if name.fullmatch(path.name)
        and path.is_dir()
        and not path.is_symlink()
        and path.resolve().is_relative_to(here)
    ]


def _if_present(folder: Path) -> list[Path]:
    return _folders(str(folder), _ID)


def _store_keys(trials: Iterable[Path]) -> Iterator[str]:
    """Keys of the entries behind the results of trials, and of all runs' slots."""
    results = [
        result for trial in trials for result in trial.glob("*seed-*/result.json")
    ]
    results += Path("results").glob("**/slot-*/*seed-*/result.json")
    for result in results:
        key = read_result(result.parent)["store_key"]
        yield from (key, model_key(key), state_key(key))


def _report(folders: Sequence[Path]) -> None:
    """Print what would be removed, by kind."""
    seen: set[tuple[int, int]] = set()
    kinds: dict[str, list[tuple[Path, int]]] = {}
    for folder in folders:
        kind = "/".join(folder.parts[:2] if len(folder.parts) > 2 else folder.parts[:1])
        kinds.setdefault(kind, []).append((folder, _size(folder, seen)))
    print("No configuration at hand uses:")
    for kind, entries in kinds.items():
        total = sum(size for _, size in entries)
        print(f"  {kind}: {len(entries)} folders, {_spelled(total)}")
        for folder, size in entries[:_LISTED_IN_FULL]:
            print(f"    {folder}  {_spelled(size)}")
        if len(entries) > _LISTED_IN_FULL:
            print(f"    … and {len(entries) - _LISTED_IN_FULL} more")
    total = sum(size for entries in kinds.values() for _, size in entries)
    print(f"{len(folders)} folders, {_spelled(total)} in all")


def _size(folder: Path, seen: set[tuple[int, int]]) -> int:
    """Bytes in a folder; a file with several names counts where it is seen first."""
    total = 0
    for path in folder.rglob("*"):
        status = path.lstat()
        identity = (status.st_dev, status.st_ino)
        if path.is_file() and identity not in seen:
            seen.add(identity)
            total += status.st_size
    return total


def _spelled(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        print("Nothing was removed: `make prune YES=1` removes without asking")
        return False
    with suppress(EOFError, KeyboardInterrupt):
        return input("Remove them? [y/N] ").strip().lower() in {"y", "yes"}
    return False


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UserError as error:
        sys.exit(f"Error: {error}")
