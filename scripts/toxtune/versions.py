"""Versions of the libraries that decide what a training or a prediction gives."""

from importlib.metadata import PackageNotFoundError, version


def library_version(distribution: str) -> str:
    """Return a distribution's version, or ``absent``."""
    # TensorFlow's builds are one library under several names.
    for name in (distribution, f"{distribution}-cpu"):
        try:
            return version(name)
        except PackageNotFoundError:
            continue
    return "absent"
