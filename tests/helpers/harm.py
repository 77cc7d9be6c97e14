"""What the tests of hostile input share: payloads, packing, and what a refusal is."""

import io
import os
import re
import zipfile

import pytest

from toxtune.errors import UserError

# How a table with a column of SMILES is read.
COLUMNS = {
    "smiles_column": "smiles",
    "id_column": None,
    "part_column": None,
    "tasks": [],
    "task_type": "binary",
    "standardize": "parent",
    "merge": "stereo",
}


class Payload:
    """What makes a file when it is unpickled."""

    def __reduce__(self):
        """Tell pickle to run a command."""
        return os.system, ("touch pwned",)


def refused(function, *arguments):
    """Expect a refusal in one line that a terminal can show; return the line."""
    with pytest.raises(UserError) as refusal:
        function(*arguments)
    message = str(refusal.value)
    assert message.isprintable()
    assert len(message) < 600
    return message


def zipped(files):
    """Pack files, name to content."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return stream.getvalue()


def check(match, function, *arguments):
    """Expect a refusal that matches."""
    assert re.search(match, refused(function, *arguments))
