"""Curate 100,000 rows with standardization, and tell time and memory.

    .venv/bin/python benchmarks/measure_curation.py --rows 100000 --workers 2

The rows are the molecules of the Tox21 challenge's training set, salts and all, as
often as it takes, with three random tasks. Prints seconds, those of the
processors (as many on a machine that others use, too), and the peak of the memory
of all processes together (the proportional set size: what they share counts once).
"""

import argparse
import csv
import gzip
import os
import random
import resource
import sys
import tempfile
import threading
import time
from contextlib import suppress
from itertools import cycle, islice
from pathlib import Path

import psutil

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.data.column_settings import ColumnSettings
from toxtune.data.curation import curate, write_curation
from toxtune.tasks import TaskType

ROOT = Path(__file__).resolve().parent.parent
MOLECULES = ROOT / "resources" / "tox21_challenge_train.csv.gz"
COLUMNS: ColumnSettings = {
    "smiles_column": "smiles",
    "id_column": None,
    "part_column": None,
    "tasks": [],
    "task_type": TaskType.BINARY,
    "standardize": "parent",
    "merge": "stereo",
}


def write_rows(path: Path, n_rows: int) -> None:
    """Write a CSV file of molecules with random labels."""
    with gzip.open(MOLECULES, "rt", encoding="utf-8", newline="") as stream:
        smiles = [row["smiles"] for row in csv.DictReader(stream)]
    draw = random.Random(0)
    with open(path, "w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["smiles", "a", "b", "c"])
        for text in islice(cycle(smiles), n_rows):
            writer.writerow([text, *draw.choices(["0", "1", ""], k=3)])


class PeakMemory(threading.Thread):
    """Watch the memory of this process and its children."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.bytes = 0

    def run(self) -> None:
        """Look twice a second."""
        this = psutil.Process()
        while True:
            used = 0
            for process in [this, *this.children(recursive=True)]:
                with suppress(psutil.Error):
                    used += process.memory_full_info().pss
            self.bytes = max(self.bytes, used)
            time.sleep(0.5)


def main(n_rows: int, workers: int) -> None:
    """Make the table, curate it, print what that took."""
    peak = PeakMemory()
    peak.start()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder, "raw.csv")
        write_rows(raw, n_rows)
        start = time.perf_counter()
        curation = curate(raw, COLUMNS, workers=workers)
        outputs = [Path(folder, name) for name in ("m.csv", "c.tsv", "c.json")]
        write_curation(curation, False, *outputs)
        seconds = time.perf_counter() - start
    print(f"{n_rows:,} rows, {workers} processes on {os.cpu_count()} cores")
    # The workers have been waited for.
    who = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    usages = [resource.getrusage(each) for each in who]
    work = sum(usage.ru_utime + usage.ru_stime for usage in usages)
    print(f"{seconds:.0f} s, at most {peak.bytes / 2**20:.0f} MiB")
    print(f"{work:.0f} s of computing by all processes")
    for note in curation.counts["notes"]:
        print(note)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    main(options.rows, options.workers)
