"""Datasets that a configuration may name in a word."""

from dataclasses import dataclass

from toxtune.versions import SCRIPTS

RESOURCES = SCRIPTS.parent / "resources"


@dataclass(frozen=True)
class KnownDataset:
    """A dataset with its checksum, so that neither has to be written down.

    Attributes
    ----------
    sources
        Where it is; see `toxtune.data.download.fetch_dataset`.
    sha256
        SHA-256 of the uncompressed CSV, in hexadecimal.
    id_column
        The column that identifies a row to people.
    """

    sources: tuple[str, ...]
    sha256: str
    id_column: str


KNOWN_DATASETS = {
    # MoleculeNet's table (Wu et al. 2018), from DeepChem.
    "tox21": KnownDataset(
        sources=(
            "https://deepchemdata.s3.us-west-1.amazonaws.com/datasets/tox21.csv.gz",
            "https://deepchemdata.s3-us-west-1.amazonaws.com/datasets/tox21.csv.gz",
            "$TOXTUNE_DATA/tox21.csv.gz",
            # The copy that comes with the workflow: no network is needed.
            str(RESOURCES / "tox21.csv.gz"),
        ),
        sha256="b1346d5bc675c97c555b372e5845dc7de3b5d04734c290189a4accd77dbd1b43",
        id_column="mol_id",
    ),
    # Made by `toxtune.data.demo`.
    "demo": KnownDataset(
        sources=("demo",),
        sha256="550bea835a6d8774348675306bfb9d4218c19bd139733fc738bd30c3089f46ec",
        id_column="mol_id",
    ),
}
