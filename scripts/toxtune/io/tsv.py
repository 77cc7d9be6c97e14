"""Tables as tab-separated text."""

from pathlib import Path

import pandas as pd

from toxtune.io.files import write_text

# Columns that are text, whatever they look like.
_TEXT = ("trial", "task", "id", "nearest_train_id", "train_id")


def write_tsv(path: Path, table: pd.DataFrame) -> None:
    """Write tab-separated text; a missing value is an empty field."""
    write_text(path, table.to_csv(sep="\t", index=False, lineterminator="\n"))


def read_tsv(path: Path) -> pd.DataFrame:
    """Read what `write_tsv` wrote; ids and names stay text."""
    table = pd.read_csv(path, sep="\t")
    if text := [name for name in _TEXT if name in table]:
        # pandas would read a task called NA as a missing value.
        table[text] = pd.read_csv(
            path, sep="\t", usecols=text, dtype=str, keep_default_na=False
        )[text]
    return table
