"""What kind of file predictions are written to. The command imports this: no RDKit."""

from enum import StrEnum
from pathlib import Path

from toxtune.errors import UserError


class OutputFormat(StrEnum):
    """The kinds of files; ``--format``."""

    CSV = "csv"
    HTML = "html"
    SDF = "sdf"


ENDINGS = {
    ".csv": OutputFormat.CSV,
    ".html": OutputFormat.HTML,
    ".htm": OutputFormat.HTML,
    ".sdf": OutputFormat.SDF,
    ".sd": OutputFormat.SDF,
}

# What else is a table by its ending. Text with commas would not open as such.
_WORKBOOKS = {".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"}
_NOT_WRITTEN = _WORKBOOKS | {".parquet", ".feather", ".json", ".tsv", ".gz", ".zip"}


def format_of(destination: Path | None, asked: str | None) -> OutputFormat:
    """Decide by the ending of a file's name, and by what is asked for.

    CSV is what neither decides.

    Raises
    ------
    UserError
        If they contradict each other, or the ending is that of a format which is not
        written.
    """
    if destination and (ending := destination.suffix.lower()) in _NOT_WRITTEN:
        raise UserError(
            f"{destination}: {ending} is not written; name a file with one of the "
            f"endings {', '.join(ENDINGS)}"
            + (" (a spreadsheet opens .csv)" if ending in _WORKBOOKS else "")
        )
    by_name = ENDINGS.get(destination.suffix.lower()) if destination else None
    if asked is None:
        return by_name or OutputFormat.CSV
    if by_name is not None and by_name != asked:
        raise UserError(
            f"{destination}: a file of this name has the format {by_name}, and "
            f"--format {asked} (make predict: FORMAT={asked}) asks for another; leave "
            "the format out, or name another file"
        )
    return OutputFormat(asked)
