"""Where a result came from: data, code, libraries, machine, command."""

import platform
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from toxtune.io.files import read_json, sha256_of_file
from toxtune.jobs import snakemake_process
from toxtune.versions import SCRIPTS


@dataclass(frozen=True)
class Git:
    """The state of the checkout.

    Attributes
    ----------
    commit
        ``None`` without git, or outside a checkout.
    changed_files
        Lines of ``git status --porcelain``.
    """

    commit: str | None
    changed_files: list[str]


@dataclass(frozen=True)
class Provenance:
    """The content of ``provenance.json``.

    Attributes
    ----------
    dataset, split
        Their settings; ``sha256`` is that of the raw file and of the assignment.
    siblings
        Run of each other split of the configuration to the split's id.
    git
        The state of the code.
    packages
        Every installed package and its version.
    python, host, platform
        The machine.
    command
        Command line of the outermost Snakemake; ``None`` if there is none.
    written
        When, in UTC.
    """

    dataset: Mapping[str, Any]
    split: Mapping[str, Any]
    siblings: Mapping[str, str]
    git: Git
    packages: dict[str, str]
    python: str
    host: str
    platform: str
    command: list[str] | None
    written: str

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``provenance.json``."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: Mapping[str, Any]) -> "Provenance":
        """Read what `to_dict` returned."""
        return cls(**{**content, "git": Git(**content["git"])})


def current_provenance(
    dataset: Mapping[str, Any],
    split: Mapping[str, Any],
    siblings: Mapping[str, str],
    assignment: Path,
) -> Provenance:
    """Describe the data, the code and the machine of this process.

    Parameters
    ----------
    dataset, split
        Their settings.
    siblings
        See `Provenance`.
    assignment
        The file that says which molecule is in which set.
    """
    process = snakemake_process()
    return Provenance(
        dataset=dataset,
        split={**split, "sha256": sha256_of_file(assignment)},
        siblings=siblings,
        git=Git(
            commit=_git("rev-parse", "HEAD"),
            changed_files=(_git("status", "--porcelain") or "").splitlines(),
        ),
        packages=_packages(),
        python=platform.python_version(),
        host=platform.node(),
        platform=platform.platform(),
        command=process.cmdline() if process else None,
        written=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def read_provenance(path: Path) -> Provenance:
    """Read ``provenance.json``."""
    return Provenance.from_dict(read_json(path))


def _packages() -> dict[str, str]:
    versions = {
        package.metadata["Name"]: package.version for package in distributions()
    }
    return {name: versions[name] for name in sorted(versions)}


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
