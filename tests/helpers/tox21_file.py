"""Where Tox21 is on this machine, and the shipped search on it without a download."""

import os
import shutil
from pathlib import Path

import pytest

from helpers.project import ROOT, Project, new_project

PLACES = [Path(os.environ.get("TOXTUNE_DATA", "/absent")), ROOT.parent / "shared/data"]
FILES = [place / "tox21.csv.gz" for place in PLACES]
SOURCE = next((file for file in FILES if file.is_file()), None)
needs_tox21 = pytest.mark.skipif(
    SOURCE is None,
    reason="Tox21 is not to hand: set TOXTUNE_DATA to the folder of the file",
)


def tox21_project(folder: Path, configuration: str = "") -> tuple[Project, list[str]]:
    """Make a project for a search on Tox21.

    Parameters
    ----------
    folder
        Where to.
    configuration
        What differs from the shipped config.yaml, in YAML.

    Returns
    -------
    tuple
        The project, and the arguments that lay the configuration over the shipped one.
    """
    project = new_project(folder)
    shutil.copy2(SOURCE, folder / "tox21.csv.gz")
    source = "dataset: {source: tox21.csv.gz}\n"
    (folder / "overlay.yaml").write_text(configuration + source, "utf-8")
    return project, ["--configfile", "overlay.yaml"]
