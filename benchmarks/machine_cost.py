"""What a command takes of the whole machine, which must do nothing else meanwhile.

CPU time is that of the machine, and so is peak memory, as the fall of what is
available: both count processes that fork, share pages or outlive their parents alike.
"""

import math
import os
import subprocess
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path

import psutil

SECONDS_BETWEEN_LOOKS = 0.1


@dataclass(frozen=True)
class Measured:
    """What one run took, of the whole machine, and what it found.

    Attributes
    ----------
    wall, cpu
        Seconds.
    memory
        MiB.
    output
        What it printed.
    score
        Best mean validation score, or that model's test score.
    in_training
        Seconds inside training loops, all trainings together; known of ours alone.
    """

    wall: float
    cpu: float
    memory: float
    output: str = field(repr=False)
    score: float = math.nan
    in_training: float = math.nan


def measure(command: list[str], folder: Path) -> Measured:
    """Run a command on an otherwise idle machine."""
    idle = psutil.virtual_memory().available
    least = idle
    is_over = threading.Event()

    def look() -> None:
        nonlocal least
        while not is_over.wait(SECONDS_BETWEEN_LOOKS):
            least = min(least, psutil.virtual_memory().available)

    watcher = threading.Thread(target=look)
    watcher.start()
    start, cpu = time.perf_counter(), _machine_cpu()
    try:
        done = subprocess.run(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": "scripts"},
            capture_output=True,
            text=True,
            check=False,
        )
        wall = time.perf_counter() - start
    finally:
        is_over.set()
        watcher.join()
    if done.returncode:
        raise SystemExit(f"{command} failed:\n{done.stdout}\n{done.stderr}")
    return Measured(
        wall, _machine_cpu() - cpu, (idle - least) / 2**20, done.stdout.strip()
    )


def _machine_cpu() -> float:
    times = psutil.cpu_times()
    return times.user + times.system + times.nice
