"""Archives of models without what differs each time that one is written."""

import io
import json
import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from toxtune.io.files import whole_file

Contents = dict[str, bytes]
# In descriptions by Keras and skops: addresses of objects, and files named by them.
_ADDRESS = re.compile(r'(?<!\\)("(?:__id__|shared_object_id)": |"file": ")(\d+)')


def settle_archive(path: Path) -> None:
    """Take times and addresses in memory out of a model that was just saved.

    Equal models then are equal bytes. What is loaded from the file stays the same.
    Formats of which nothing is known stay as they are.
    """
    settle = _SETTLE.get(path.suffix)
    if settle is None:
        return
    with zipfile.ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with whole_file(path, "wb") as stream, zipfile.ZipFile(stream, "w") as archive:
        for name, content in settle(contents).items():
            # The first time that an archive can tell, and no permissions.
            archive.writestr(zipfile.ZipInfo(name), content)


def _settle_keras(contents: Contents) -> Contents:
    metadata = json.loads(contents["metadata.json"])
    metadata.pop("date_saved", None)
    description, _ = _numbered(contents["config.json"])
    return {
        **contents,
        "metadata.json": json.dumps(metadata).encode(),
        "config.json": description,
    }


def _settle_skops(contents: Contents) -> Contents:
    description, numbers = _numbered(contents.pop("schema.json"))
    settled = {"schema.json": description}
    for name, content in contents.items():
        address, _, ending = name.partition(".")
        whole = _without_gaps(content) if ending == "npy" else content
        settled[f"{numbers.get(address, address)}.{ending}"] = whole
    return settled


def _numbered(description: bytes) -> tuple[bytes, dict[str, int]]:
    """Put numbers, in the order of the description, in the place of addresses."""
    numbers: dict[str, int] = {}

    def number(found: re.Match[str]) -> str:
        return f"{found[1]}{numbers.setdefault(found[2], len(numbers))}"

    return _ADDRESS.sub(number, description.decode()).encode(), numbers


def _without_gaps(content: bytes) -> bytes:
    """Clear the bytes between the fields of an array, such as the nodes of a tree.

    They are whatever was in memory there.
    """
    array = np.load(io.BytesIO(content), allow_pickle=False)
    if array.dtype.names is None:
        return content
    cleared = np.frombuffer(bytearray(array.nbytes), array.dtype).reshape(array.shape)
    for name in array.dtype.names:
        cleared[name] = array[name]
    stream = io.BytesIO()
    np.save(stream, cleared)
    return stream.getvalue()


_SETTLE: dict[str, Callable[[Contents], Contents]] = {
    ".keras": _settle_keras,
    ".skops": _settle_skops,
}
