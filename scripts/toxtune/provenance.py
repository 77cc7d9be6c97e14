"""Where a result came from: data, code, libraries, machine, command."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import psutil

from toxtune.files import sha256_of_file


def provenance(plan: dict[str, Any], assignment: Path) -> dict[str, Any]:
    """Describe the circumstances of this run.

    Parameters
    ----------
    plan
        Settings of dataset and split.
    assignment
        The file that says which molecule is in which part.
    """
    return {
        "dataset": plan["dataset"],
        "split": {**plan["split"], "sha256": sha256_of_file(assignment)},
        "git": {
            "commit": _git("rev-parse", "HEAD"),
            "changed_files": (_git("status", "--porcelain") or "").splitlines(),
        },
        "packages": {
            found.metadata["Name"]: found.version
            for found in sorted(
                distributions(), key=lambda found: found.metadata["Name"]
            )
        },
        "python": platform.python_version(),
        "host": platform.node(),
        "platform": platform.platform(),
        "command": _command(),
        "written": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def _git(*arguments: str) -> str | None:
    """What git says; ``None`` without git or outside a checkout."""
    try:
        done = subprocess.run(
            ["git", *arguments], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _command() -> list[str] | None:
    """The command line of the outermost Snakemake that this job belongs to."""
    lines = [process.cmdline() for process in psutil.Process().parents()]
    ours = [line for line in lines if any("snakemake" in word for word in line[:2])]
    return ours[-1] if ours else None
