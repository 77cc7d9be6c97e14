"""Fetch the dataset: from mirrors, local files or the built-in demonstration data."""

import hashlib
import io
import logging
import os
import re
from collections.abc import Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO

from toxtune.errors import UserError
from toxtune.io.files import whole_file, write_json, write_text
from toxtune.tables.network import PATIENCE_SECONDS, Patience, download
from toxtune.tables.sources import (
    DEMO,
    is_address,
    local_path,
    refuse_irregular,
    table_chunks,
)

logger = logging.getLogger(__name__)


def fetch_raw_files(
    dataset: Mapping[str, Any],
    checksums: Mapping[str, str | None],
    *,
    raw: Path,
    raw_test: Path,
    sources: Path,
) -> None:
    """Keep the files of a dataset, uncompressed, and say where they came from.

    Parameters
    ----------
    dataset
        The key ``dataset`` of the configuration.
    checksums
        ``sha256`` and, with a test set of its own, ``test_sha256``; ``None`` where
        any file will do.
    raw, raw_test
        The files to write; that of the test set is empty if it has none of its own.
    sources
        The record to write: ``source`` and ``test_source``, each what was used, with
        the paths of files below the working folder from there.
    """
    source, test = dataset["source"], dataset["test_source"]
    used = fetch_dataset(
        [source] if isinstance(source, str) else source, checksums["sha256"], raw
    )
    if test is None:
        write_text(raw_test, "")
    else:
        fetch_dataset([test], checksums["test_sha256"], raw_test, "dataset.test_source")
    names = {"source": used, "test_source": test}
    write_json(sources, {key: name and _short(name) for key, name in names.items()})


def _short(source: str) -> str:
    """Name a file below the working folder by its path from there."""
    here = Path.cwd()
    path = Path(source)
    is_inside = path.is_absolute() and path.is_relative_to(here)
    return str(path.relative_to(here)) if is_inside else source


def fetch_dataset(
    sources: list[str],
    sha256: str | None,
    destination: Path,
    key: str = "dataset.source",
) -> str:
    """Write the uncompressed table of the first source that works to `destination`.

    Parameters
    ----------
    sources
        What to try, in order: ``http://`` or ``https://`` addresses, local paths
        (``$NAME`` and ``~`` are expanded) or ``demo``. Plain or gzip.
    sha256
        SHA-256 of the uncompressed file in hexadecimal; None accepts any.
    destination
        The file to write; whole or absent.
    key
        Where the sources stand in the configuration, for messages.

    Returns
    -------
    str
        The source that was used.

    Raises
    ------
    UserError
        If no source works; the message says why each of them failed.
    """
    failures = []
    patience = Patience(PATIENCE_SECONDS)
    for source in sources:
        try:
            size = _fetch(source, sha256, destination, patience)
        except UserError as error:
            failures.append(str(error))
            if len(sources) > len(failures):
                logger.warning("%s; trying the next source", error)
        else:
            logger.info("Took %s: %s bytes", source, f"{size:,}")
            return source
    raise UserError(_explain(failures, key))


def _explain(failures: list[str], key: str) -> str:
    if len(failures) == 1:
        return f"{key}: {failures[0]}"
    return (
        f"{key}: none of the {len(failures)} sources works:\n"
        + "".join(f"  {failure}\n" for failure in failures)
        + "Name a file or mirror that can be reached in dataset.source, "
        "or try the built-in data with `make demo`."
    )


def _fetch(
    source: str, sha256: str | None, destination: Path, patience: Patience
) -> int:
    destination.parent.mkdir(parents=True, exist_ok=True)
    with _open_source(source, destination.parent, patience) as stream:
        return _write_table(stream, source, sha256, destination)


def _open_source(
    source: str, scratch: Path, patience: Patience
) -> AbstractContextManager[BinaryIO]:
    if source == DEMO:
        from toxtune.data.demo import demo_csv

        return io.BytesIO(demo_csv().encode("utf-8"))
    if is_address(source):
        return download(source, scratch, patience)
    if "://" in source:
        raise UserError(f"{source}: must be an http(s) address, a path or `demo`")
    return _open_local(source)


def _open_local(source: str) -> BinaryIO:
    path = local_path(source)
    for name in re.findall(r"\$\{?(\w+)", source):
        if not os.environ.get(name) and not os.path.exists(path):
            raise UserError(f"{source}: the environment variable {name} is not set")
    refuse_irregular(path)
    try:
        return open(path, "rb")
    except FileNotFoundError:
        raise UserError(f"{path}: no such file") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror}") from None


def _write_table(
    stream: BinaryIO, source: str, sha256: str | None, destination: Path
) -> int:
    """Decompress, check and write; return the number of bytes."""
    digest, size = hashlib.sha256(), 0
    with whole_file(destination, "wb") as output:
        for chunk in table_chunks(stream, source):
            digest.update(chunk)
            size += len(chunk)
            output.write(chunk)
        found = digest.hexdigest()
        if sha256 is not None and found != sha256:
            raise UserError(
                f"{source}: the SHA-256 of the uncompressed file must be {sha256} "
                f"(dataset.sha256), found {found}; for data of your own, "
                "one local file is taken without dataset.sha256"
            )
    return size
