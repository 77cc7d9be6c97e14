"""NumPy's ``.npz`` with numbers of the user's own: ids, values, names of columns."""

import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from toxtune.errors import UserError

FORM = (
    "an .npz of features has `ids` (text or whole numbers, one per row), `values` "
    "(rows x columns of numbers, NaN = missing), and may have `names` of the columns"
)

# What a file that is no such archive raises: RuntimeError where it is encrypted, or
# packed in a way that Python does not know.
UNREADABLE: tuple[type[Exception], ...] = (
    *(KeyError, ValueError, OSError, EOFError, RuntimeError),
    *(zipfile.BadZipFile, zlib.error),
)


def read_npz(file: Path, path: str) -> tuple[list[str], list[str], np.ndarray]:
    """Read an ``.npz`` of features.

    Parameters
    ----------
    file
        Where it is.
    path
        What messages call it.

    Returns
    -------
    tuple
        The ids, the names of the columns, and the values: n_ids x n_columns.

    Raises
    ------
    UserError
        If it cannot be read, or is of another form.
    """
    with _opened(file, path) as arrays:
        # What is no array comes as bytes.
        ids, values = np.asarray(arrays["ids"]), np.asarray(arrays["values"])
        named = "names" in arrays
        names = np.asarray(arrays["names"] if named else np.array([], dtype=str))
    sound = ids.ndim == 1 and ids.dtype.kind in "USiu" and values.dtype.kind in "biuf"
    sound = sound and values.ndim == 2 and len(values) == len(ids)
    if named and sound:
        sound = names.dtype.kind == "U" and names.shape == (values.shape[1],)
    if not sound:
        raise UserError(
            f"{path}: {FORM}; got `ids` {ids.dtype} {ids.shape}, `values` "
            f"{values.dtype} {values.shape}"
        )
    columns = names.tolist() or [f"value-{n}" for n in range(values.shape[1])]
    return _texts(path, ids), columns, values


def names_in_npz(file: Path, path: str) -> list[str]:
    """Return the names of the columns, without reading more; none if it has none.

    Raises
    ------
    UserError
        If it cannot be read.
    """
    with _opened(file, path) as arrays:
        names = arrays["names"] if "names" in arrays else np.array([], dtype=str)
        return np.ravel(names).astype(str).tolist()


@contextmanager
def _opened(file: Path, path: str) -> Iterator[np.lib.npyio.NpzFile]:
    try:
        with np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except UNREADABLE as error:
        reason = str(error).partition("\n")[0]
        raise UserError(f"{path}: cannot be read: {reason}; {FORM}") from None


def _texts(path: str, ids: np.ndarray) -> list[str]:
    """Spell ids of any type, without blanks around them."""
    try:
        return [text.strip() for text in ids.astype(str).tolist()]
    except UnicodeDecodeError:
        first = next(id for id in ids.tolist() if not id.isascii())
        raise UserError(
            f"{path}: `ids` that are bytes must be ASCII; save them as text, such as "
            f'np.char.decode(ids, "utf-8"), got {first!r}'
        ) from None
