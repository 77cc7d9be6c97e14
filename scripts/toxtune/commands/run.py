"""Run the workflow: one run at a time, and the summary at the end.

``python -m toxtune.commands.run [--plan] [arguments of snakemake]``

With ``--keep-going`` a search goes on without the trainings that failed for good.
"""

import argparse
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Any

from toxtune.config.overlay import overlaid, read_overlay, read_yaml
from toxtune.errors import UserError
from toxtune.runs.lock import RunLock
from toxtune.runs.status_file import failed_trainings, last_status

SCRIPTS = Path(__file__).resolve().parents[2]
SNAKEMAKE_LOCKS = Path(".snakemake/locks")
WHERE_TO_LOOK = {
    "report.html": "the report: open it in a browser",
    "summary.md": "this summary",
    "test.tsv": "scores on the test set",
    "trials.tsv": "all trials",
    "selection.json": "the frozen winners",
    "final.zip": "the model for use: `make predict`",
}
# On a cluster, where trainings share submissions, see the profiles.
ONE_BY_ONE = ["--group-components", "trainings=1", "slots-{stage}=1"]
_SHORT_SUMMARY_LINES = 40


def main(arguments: Sequence[str]) -> int:
    """Plan or run the workflow; return the exit status."""
    arguments = list(arguments)
    configuration(arguments)
    if "--plan" in arguments:
        arguments.remove("--plan")
        return _run(_snakemake(["-n", *arguments, "--logger", "toxtune"]))
    before = last_status()
    status = _run_alone(arguments)
    shared = "--profile" in arguments and _is_kept_going(arguments)
    if status > 0 and shared and _failures_since(before):
        print("A submission fails as a whole; once more, one training in each:")
        arguments += ONE_BY_ONE
        status = _run_alone(arguments)
    while status > 0 and _gave_up(_failures_since(before), arguments):
        status = _run_alone(arguments)
    if status == 0:
        _show_results(Path("results") / run_name(arguments))
    return status


def run_name(arguments: Sequence[str]) -> str:
    """Find the run's name as snakemake would with these arguments."""
    return str(configuration(arguments)["run"])


def configuration(arguments: Sequence[str]) -> dict[str, Any]:
    """Read the configuration as snakemake would with these arguments.

    Raises
    ------
    UserError
        If a file cannot be read or is not YAML; snakemake's words do not name it.
    """
    parser = argparse.ArgumentParser(allow_abbrev=False, add_help=False)
    parser.add_argument("--configfile", "--configfiles", nargs="+", default=[])
    parser.add_argument("--config", "-C", nargs="*", default=[])
    options, _ = parser.parse_known_args(arguments)
    config: dict[str, Any] = {}
    for path in ["config.yaml", *options.configfile]:
        config = overlaid(config, read_overlay(Path(path)))
    for key, _, value in (setting.partition("=") for setting in options.config):
        config[key] = read_yaml(value, f"--config {key}")
    return config


def first_part(summary: str) -> str:
    """Return a summary up to its second heading, or all of it if it is short."""
    lines = summary.splitlines()
    headings = [number for number, line in enumerate(lines) if line.startswith("#")]
    if len(lines) > _SHORT_SUMMARY_LINES and len(headings) > 1:
        lines = lines[: headings[1]]
    return "\n".join(lines).strip()


def _gave_up(failures: list[dict[str, Any]], arguments: list[str]) -> bool:
    """Give up the trainings that failed, if that was asked for; return if any."""
    if not failures:
        return False
    if not _is_kept_going(arguments):
        print("`make run KEEP_GOING=1` ends the search without the failed trainings")
        return False
    # Heavy, and needed after a failure alone.
    from toxtune.runs.mark_failed import give_up

    given_up = give_up(failures, configuration(arguments))
    for folder in given_up:
        print(f"Going on without {folder}; `make retry` has it trained again")
    return bool(given_up)


def _failures_since(before: dict[str, Any] | None) -> list[dict[str, Any]]:
    """Return the trainings that have failed since the status was `before`.

    A run without jobs leaves the status of an earlier one there.
    """
    now = last_status()
    return failed_trainings(now) if now != before else []


def _is_kept_going(arguments: list[str]) -> bool:
    return bool({"-k", "--keep-going"} & set(arguments))


def _run_alone(arguments: list[str]) -> int:
    lock = RunLock.take()
    try:
        if lock.left_by_killed_run and any(SNAKEMAKE_LOCKS.glob("*")):
            _unlock(arguments)
        options = ["--logger", "toxtune", "--rerun-incomplete"]
        status = _run(_snakemake([*arguments, *options]), lock)
        # A lock that is still there, say after a configuration that was refused, is
        # the killed run's: the record that says so must stay with it.
        if status >= 0 and not any(SNAKEMAKE_LOCKS.glob("*")):
            lock.forget()
        if status >= 0:
            return status
    finally:
        lock.release()
    name = signal.Signals(-status).name
    print(f"Error: snakemake was ended by {name}; `make run` goes on from here")
    return 128 - status


def _snakemake(arguments: list[str]) -> list[str]:
    return [os.path.relpath(sys.executable), "-m", "snakemake", *arguments]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(SCRIPTS)}


def _show_command(command: list[str]) -> None:
    print(f"$ PYTHONPATH={shlex.quote(os.path.relpath(SCRIPTS))} {shlex.join(command)}")
    sys.stdout.flush()


def _unlock(arguments: list[str]) -> None:
    """Remove what a killed snakemake left; a failure shows again in the run itself."""
    command = _snakemake([*arguments, "--unlock"])
    print("The run before this one was killed; this removes its lock:")
    _show_command(command)
    subprocess.run(command, env=_environment(), capture_output=True, check=False)


def _run(command: list[str], lock: RunLock | None = None) -> int:
    """Run snakemake, pass on signals, and return its exit status.

    Snakemake gets a process group of its own, so that Ctrl-C reaches it once, from
    here, and not a second time from the terminal. It shares the lock, so that a run
    whose launcher is killed still counts as running; the jobs that it starts do not
    inherit it, so that an orphaned training keeps nobody waiting.
    """
    _show_command(command)
    pending: list[int] = []
    child: subprocess.Popen | None = None

    def pass_on(number: int, frame: FrameType | None) -> None:
        if child is None:
            pending.append(number)
        else:
            _signal(child, number)

    previous = {
        number: signal.signal(number, pass_on)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        # A signal that is ignored here, as under nohup, is to be ignored by all.
        if signal.getsignal(number) != signal.SIG_IGN
    }
    try:
        child = subprocess.Popen(
            command,
            env=_environment(),
            stdin=subprocess.DEVNULL,
            process_group=0,
            pass_fds=[lock.descriptor] if lock else [],
        )
        if lock:
            lock.record(child.pid)
        for number in pending:
            _signal(child, number)
        return child.wait()
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _signal(child: subprocess.Popen, number: int) -> None:
    """SIGTERM lets running jobs finish; Ctrl-C and a closed terminal end them too."""
    if child.poll() is not None:
        return
    if number == signal.SIGTERM:
        child.send_signal(number)
    else:
        os.killpg(child.pid, signal.SIGINT)


def _show_results(folder: Path) -> None:
    summary = folder / "summary.md"
    if not summary.is_file():
        return
    text = first_part(summary.read_text(encoding="utf-8"))
    print()
    if sys.stdout.isatty():
        from rich.console import Console
        from rich.markdown import Markdown

        Console().print(Markdown(text))
    else:
        print(text)
    print("\nWhere to look:")
    for name, content in WHERE_TO_LOOK.items():
        if (folder / name).exists():
            print(f"  {folder / name}  {content}")


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except UserError as error:
        sys.exit(f"Error: {error}")
