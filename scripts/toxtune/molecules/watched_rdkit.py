"""Reading SMILES in child processes, which may crash or hang without ending the job."""

import time
import traceback
from collections import deque
from collections.abc import Sequence
from multiprocessing import Pipe, Process, parent_process
from multiprocessing.connection import Connection, wait
from typing import Self

from rdkit import rdBase

from toxtune.molecules.compounds import Standardize
from toxtune.molecules.smiles import Compound, read_compound

# A compound and no reason, or none and the reason.
Reading = tuple[Compound | None, str]

# Molecules that a child takes at a time.
CHUNK = 64

# For those together; if they take longer, or crash, each has this time alone. A
# molecule takes milliseconds, and one of a thousand atoms a second.
LIMIT_SECONDS = 60.0


def read_compounds(
    smiles: Sequence[str], standardize: Standardize, workers: int = 1
) -> list[Reading]:
    """Read molecules; see `toxtune.molecules.smiles.read_compound`.

    Parameters
    ----------
    smiles
        As they are given.
    standardize
        What compounds are of.
    workers
        Processes that share the work; any number of them gives the same.

    Raises
    ------
    RuntimeError
        If reading raises an error of Python's.
    """
    with Readers(standardize, min(workers, -(-len(smiles) // CHUNK))) as readers:
        return readers.read(smiles)


class Readers:
    """Child processes that read molecules for the time of a block.

    Parameters
    ----------
    standardize
        What compounds are of.
    workers
        How many there are; any number of them gives the same.
    """

    def __init__(self, standardize: Standardize, workers: int = 1) -> None:
        self._crew = [_Worker(standardize) for _ in range(workers)]

    def __enter__(self) -> Self:
        """Begin the block."""
        return self

    def __exit__(self, *error: object) -> None:
        """End the processes."""
        for worker in self._crew:
            worker.end()

    def read(self, smiles: Sequence[str]) -> list[Reading]:
        """Read molecules, as `read_compounds` does."""
        starts = range(0, len(smiles), CHUNK)
        chunks = deque(range(len(smiles))[start : start + CHUNK] for start in starts)
        readings: dict[int, Reading] = {}
        while len(readings) < len(smiles):
            for worker in self._crew:
                if chunks and not worker.rows:
                    worker.give(chunks.popleft(), smiles)
            for number, worker in _answering(self._crew):
                rows = worker.rows
                found = worker.take()
                if isinstance(found, str):
                    self._crew[number] = worker.successor()
                    if len(rows) > 1:
                        chunks.extendleft(range(row, row + 1) for row in reversed(rows))
                        continue
                    found = [(None, found)]
                readings.update(zip(rows, found, strict=True))
        return [readings[row] for row in range(len(smiles))]


class _Worker:
    """A child process, and the rows that it is reading."""

    def __init__(self, standardize: Standardize) -> None:
        self._standardize = standardize
        self.connection, its_end = Pipe()
        self._process = Process(target=_work, args=(its_end, standardize), daemon=True)
        self._process.start()
        its_end.close()
        self.rows = range(0)
        self.deadline = 0.0

    def give(self, rows: range, smiles: Sequence[str]) -> None:
        """Have it read some rows."""
        self.rows, self.deadline = rows, time.monotonic() + LIMIT_SECONDS
        self.connection.send(smiles[rows.start : rows.stop])

    def take(self) -> list[Reading] | str:
        """Return what it has read, or why it never will."""
        self.rows = range(0)
        if not self.connection.poll():
            return f"RDKit takes more than {LIMIT_SECONDS:.0f} s for it"
        try:
            found: list[Reading] | _Error = self.connection.recv()
        except (EOFError, OSError):
            return "RDKit crashes on it"
        if isinstance(found, _Error):
            raise RuntimeError(found)
        return found

    def successor(self) -> "_Worker":
        """End it, and start another."""
        self.end()
        return _Worker(self._standardize)

    def end(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.join()
        self.connection.close()


class _Error(str):
    """The traceback of an error of Python's, which no molecule is to blame for."""


def _answering(crew: Sequence[_Worker]) -> list[tuple[int, _Worker]]:
    """Wait for workers that have an answer, have died, or are late."""
    busy = [(number, worker) for number, worker in enumerate(crew) if worker.rows]
    seconds = min(worker.deadline for _, worker in busy) - time.monotonic()
    answers = wait([worker.connection for _, worker in busy], max(seconds, 0))
    now = time.monotonic()
    return [
        (number, worker)
        for number, worker in busy
        if worker.connection in answers or worker.deadline < now
    ]


def _work(connection: Connection, standardize: Standardize) -> None:
    """Read what comes, until the parent has gone."""
    parent = parent_process()
    with rdBase.BlockLogs():
        while parent is not None:
            wait([connection, parent.sentinel])
            if not connection.poll():
                return
            try:
                smiles: list[str] = connection.recv()
            except EOFError:
                return
            try:
                found = [read_compound(text, standardize) for text in smiles]
            except Exception:
                connection.send(_Error(traceback.format_exc()))
            else:
                connection.send(found)
