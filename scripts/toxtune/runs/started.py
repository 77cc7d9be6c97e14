"""What was started, for what a run says of itself, and of how to go on.

Snakemake's logger writes the status file and the last line. It sees what snakemake
does, but not how that was called; so the launcher leaves word in its environment.
"""

import os
from dataclasses import dataclass
from typing import Self

_RUN, _COMMAND = "TOXTUNE_RUN", "TOXTUNE_COMMAND"


@dataclass(frozen=True)
class Started:
    """What was started.

    Attributes
    ----------
    run
        The run's name; empty if it is not known, as where snakemake itself was called.
    command
        The command line that goes on with it.
    """

    run: str = ""
    command: str = "make run"

    def to_environment(self) -> dict[str, str]:
        """Return the variables that `from_environment` reads."""
        return {_RUN: self.run, _COMMAND: self.command}

    @classmethod
    def from_environment(cls) -> Self:
        """Read what a launcher has left, if there is one above this process."""
        return cls(
            run=os.environ.get(_RUN, cls.run),
            command=os.environ.get(_COMMAND, cls.command),
        )
