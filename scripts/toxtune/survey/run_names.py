"""Names of runs, from those of files."""

import re
import unicodedata
from pathlib import Path

_MOST_LETTERS = 60
_TAKEN = {"config", "trials", "store", "ledger", "candidates"}


def run_name(table: Path, task: str = "") -> str:
    """Return a name for a run, of letters and digits, from that of a table.

    `task` tells it from another run of the same table.

    Examples
    --------
    >>> run_name(Path("my data/Löslichkeit (2025).csv.gz"))
    'Loslichkeit-2025'
    >>> run_name(Path("my data/assays.csv"), "IC50 [nM] 1/2.5")
    'assays-IC50-nM-1-2-5'
    """
    unpacked = table.with_suffix("") if table.suffix == ".gz" else table
    text = f"{unpacked.stem}-{task}" if task else unpacked.stem
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9_]+", "-", plain).strip("-")[:_MOST_LETTERS]
    return f"{name or 'run'}-1" if not name or name in _TAKEN else name
