"""Where a result came from: data, code, libraries, machine, command."""

import platform
import subprocess
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from toxtune.io.files import sha256_of_file
from toxtune.jobs import snakemake_process
from toxtune.versions import SCRIPTS


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
    """Return what git says; ``None`` without git or outside a checkout."""
    try:
        done = subprocess.run(
            ["git", "-C", str(SCRIPTS), *arguments],
            capture_output=True,
            text=True,
            check=True,
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _command() -> list[str] | None:
    """Find the command line of the outermost Snakemake that this job belongs to."""
    process = snakemake_process()
    return process.cmdline() if process else None
