"""Delete results that no configuration and no run uses, after listing them and asking.

The configurations are config.yaml, config.yaml under each file of examples/, and
config.yaml under the files given with --configfile. Only what can be computed again is
deleted: never the folder of a run, never the ledger.
"""

import argparse
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from toxtune.commands.configfiles import BASE, add_configfile
from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.errors import UserError
from toxtune.io.files import files_below
from toxtune.io.integrity import damaged, read_written
from toxtune.runs.lock import keep_runs_out
from toxtune.search.trials import Trial
from toxtune.selection.search_results import read_trial_records
from toxtune.training.candidates import FOLDER as CANDIDATES
from toxtune.training.replicates import model_key, state_key
from toxtune.training.result_files import read_result

EXAMPLE = "prune --configfile mine.yaml"
EXAMPLES = Path("examples")
RESULTS = Path("results")
_ID = re.compile(r"[0-9a-f]{12}")
_KEY = re.compile(r"[0-9a-f]{64}")
# What a killed training was writing when it ended.
_UNFINISHED = re.compile(r"\.[0-9a-f]{12}\..+")
_LISTED_IN_FULL = 12


@dataclass(frozen=True)
class Used:
    """What configurations and runs use.

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

    def add_configuration(self, paths: Sequence[Path]) -> None:
        """Add what configuration files, each laid over the ones before, use."""
        for plan in load_plans(load_config(paths)):
            self._add(plan.dataset_id, plan.split_id, plan.trials.values())

    def add_run(self, path: Path) -> None:
        """Add the trials in a run's ``trials.json``."""
        for record in read_trial_records(path).values():
            trial = record.trial
            self._add(trial.dataset, trial.split, [trial])

    def _add(self, dataset: str, split: str, trials: Iterable[Trial]) -> None:
        self.datasets.add(dataset)
        self.splits.add((dataset, split))
        self.trials.update((trial.family, trial.id) for trial in trials)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    add_configfile(parser)
    parser.add_argument("--yes", action="store_true", help="delete without asking")


def main(options: argparse.Namespace) -> int:
    """Show what is unused, ask, and delete it."""
    # With the lock held, nothing can come into use between the look and the deletion.
    with keep_runs_out():
        folders = list(unused(used_by(options.configfile)))
        if not folders:
            print("Nothing to delete: every result is in use")
            return 0
        _report(folders)
        if options.yes or _confirmed():
            for folder in folders:
                shutil.rmtree(folder)
            print("Deleted")
    return 0


def used_by(overlays: Sequence[Path]) -> Used:
    """Find out what the configurations and the runs use.

    An example that does not load, say because its data file is missing, is named and
    skipped; config.yaml and the files given by the user must load.
    """
    used = Used()
    for path in files_below(RESULTS, "trials.json"):
        used.add_run(path)
    used.add_configuration([BASE, *overlays])
    if overlays:
        used.add_configuration([BASE])
    for example in sorted(EXAMPLES.glob("*.yaml")):
        try:
            used.add_configuration([BASE, example])
        except UserError as error:
            print(f"{example} is skipped, its results count as unused: {error}")
    return used


def unused(used: Used) -> Iterator[Path]:
    """Yield the folders that nothing uses; links and other people's files stay."""
    kept: list[Path] = []
    for trial in _folders("results/trials/*/*", _ID):
        if (trial.parent.name, trial.name) in used.trials:
            kept.append(trial)
            continue
        yield trial
        yield from _folders(str(Path("logs", *trial.parts[1:])), _ID)
    keys = set(_store_keys(kept))
    for entry in _folders("results/store/*/*", _KEY):
        if entry.name not in keys:
            yield entry
    yield from _folders("results/store/*/*", _UNFINISHED)
    for split in _folders(f"{CANDIDATES}/*/*", _ID):
        if (split.parent.name, split.name) not in used.splits:
            yield split
    for dataset in _folders("data/*", _ID):
        if dataset.name not in used.datasets:
            yield dataset
            continue
        for split in _folders(f"{dataset}/*", _ID):
            if (dataset.name, split.name) not in used.splits:
                yield split


def _folders(pattern: str, name: re.Pattern[str]) -> list[Path]:
    """Return folders with such a name, without links and what they lead to."""
    here = Path.cwd().resolve()
    return [
        path
        for path in sorted(Path().glob(pattern))
        if name.fullmatch(path.name)
        and path.is_dir()
        and not path.is_symlink()
        and path.resolve().is_relative_to(here)
    ]


def _store_keys(trials: Iterable[Path]) -> Iterator[str]:
    """Yield the keys of the entries behind trials, all slots, and models of runs."""
    results = [
        result for trial in trials for result in trial.glob("*seed-*/result.json")
    ]
    there = list(files_below(RESULTS))
    results += [path for path in there if path.match("slot-*/*seed-*/result.json")]
    keys = [read_result(result.parent)["store_key"] for result in results]
    # A refit, and a winner of a cross-validation, is no trial's training.
    for kind in ("models", "refit"):
        records = [path for path in there if path.match(f"{kind}/*/seed-*.json")]
        keys += [_key_of_model(record) for record in records]
    for key in keys:
        yield from (key, model_key(key), state_key(key))


def _key_of_model(record: Path) -> str:
    """Return the store's key of the training that made a model, from its record."""
    try:
        return read_written(record)["store_key"]
    except (TypeError, KeyError):
        raise damaged(record, "has no store_key") from None


def _report(folders: Sequence[Path]) -> None:
    """Print what would be deleted, by the folder it is in."""
    # Slow to import, and `--help` has no use for it.
    from toxtune.report.words import counted

    seen: set[tuple[int, int]] = set()
    sizes: dict[str, dict[Path, int]] = {}
    for folder in folders:
        place = "/".join(folder.parts[: 2 if len(folder.parts) > 2 else 1])
        sizes.setdefault(place, {})[folder] = _size(folder, seen)
    print("No configuration and no run uses:")
    for place, size_of in sizes.items():
        total = _format_size(sum(size_of.values()))
        print(f"  {place}: {counted(len(size_of), 'folder')}, {total}")
        for folder in list(size_of)[:_LISTED_IN_FULL]:
            print(f"    {folder}  {_format_size(size_of[folder])}")
        if len(size_of) > _LISTED_IN_FULL:
            print(f"    … and {len(size_of) - _LISTED_IN_FULL} more")
    total = _format_size(sum(sum(size_of.values()) for size_of in sizes.values()))
    print(f"{counted(len(folders), 'folder')}, {total} in all")


def _size(folder: Path, seen: set[tuple[int, int]]) -> int:
    """Return a folder's bytes; a file with several names counts where it is first."""
    total = 0
    for path in folder.rglob("*"):
        status = path.lstat()
        identity = (status.st_dev, status.st_ino)
        if path.is_file() and identity not in seen:
            seen.add(identity)
            total += status.st_size
    return total


def _format_size(size: float) -> str:
    for unit in ("B", "KiB", "MiB"):
        if size < 1024:
            return f"{size:.0f} {unit}"
        size /= 1024
    return f"{size:.1f} GiB"


def _confirmed() -> bool:
    if not sys.stdin.isatty():
        print("Nothing was deleted: `make prune YES=1` deletes without asking")
        return False
    with suppress(EOFError, KeyboardInterrupt):
        return input("Delete them? [y/N] ").strip().lower() in {"y", "yes"}
    return False
