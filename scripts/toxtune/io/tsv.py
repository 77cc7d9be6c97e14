"""The tables of a search: one row per trial, per score and per cost."""

from pathlib import Path

import pandas as pd

from toxtune.io.files import write_text

_TEXT = ("trial", "task", "id", "nearest_train_id")


def write_tsv(path: Path, table: pd.DataFrame) -> None:
    """Write tab-separated text; a missing value is an empty field."""
    write_text(path, table.to_csv(sep="\t", index=False, lineterminator="\n"))


def read_tsv(path: Path) -> pd.DataFrame:
    """Read what `write_tsv` wrote; ids and names stay text, whatever they look like."""
    table = pd.read_csv(path, sep="\t")
    if text := [name for name in _TEXT if name in table]:
        # Else a task called NA would be a missing one.
        table[text] = pd.read_csv(
            path, sep="\t", usecols=text, dtype=str, keep_default_na=False
        )[text]
    return table
