"""The shipped search on Tox21, from the copy that comes with the workflow."""

from pathlib import Path

from helpers.project import Project, new_project


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
    source = "dataset: {source: resources/tox21.csv.gz, id_column: mol_id}\n"
    (folder / "overlay.yaml").write_text(configuration + source, "utf-8")
    return project, ["--configfile", "overlay.yaml"]
