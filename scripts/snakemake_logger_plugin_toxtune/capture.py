"""What jobs print goes to a file, so that it does not break up the live display."""

import os
import sys
from pathlib import Path


class Capture:
    """Standard output and error of this process, which its jobs inherit.

    Parameters
    ----------
    path
        The file that receives them; each run overwrites it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._saved: tuple[int, int] | None = None

    def start(self) -> None:
        """Send both to the file."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o666)
        sys.stdout.flush()
        sys.stderr.flush()
        self._saved = (os.dup(1), os.dup(2))
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.close(descriptor)

    def stop(self) -> None:
        """Put both back."""
        if self._saved is None:
            return
        sys.stdout.flush()
        sys.stderr.flush()
        for target, saved in enumerate(self._saved, start=1):
            os.dup2(saved, target)
            os.close(saved)
        self._saved = None
