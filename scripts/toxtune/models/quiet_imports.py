"""Imports of what families need, without the greetings of their C++ libraries."""

import importlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress

from toxtune.models.registry import get_family

STANDARD_ERROR = 2


def import_quietly(families: Iterable[str]) -> None:
    """Import the libraries of families, before their models are loaded.

    TensorFlow writes to standard error before anybody can tell it not to. What is not
    installed is left to the family, whose message says more.
    """
    modules = [name for family in families for name in get_family(family).imports]
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    with _silence():
        for name in modules:
            with suppress(ImportError, OSError):
                importlib.import_module(name)


@contextmanager
def _silence() -> Iterator[None]:
    """Drop what is written to the file of standard error, by whatever language."""
    kept = os.dup(STANDARD_ERROR)
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, STANDARD_ERROR)
    try:
        yield
    finally:
        os.dup2(kept, STANDARD_ERROR)
        os.close(kept)
        os.close(nothing)
