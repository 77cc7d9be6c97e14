"""What a call took of time and memory."""

import platform
from dataclasses import dataclass
from typing import Self


@dataclass(frozen=True)
class Cost:
    """What a call took; ``None`` is unknown.

    Attributes
    ----------
    seconds
        By the clock.
    peak_memory_mib
        Most resident memory, in MiB (2^20 bytes).
    host
        Name of the machine.
    """

    seconds: float | None = None
    peak_memory_mib: float | None = None
    host: str | None = None

    @classmethod
    def here(cls, seconds: float, peak_memory: int) -> Self:
        """Round the seconds, and the bytes, that a call took on this machine."""
        return cls(
            seconds=round(seconds, 3),
            peak_memory_mib=round(peak_memory / 2**20, 1),
            host=platform.node(),
        )
