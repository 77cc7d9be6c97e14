"""What a reader needs to know of ``final.zip`` before using it."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

from toxtune.prediction.applicability_domain import ApplicabilityDomain


@dataclass(frozen=True)
class ModelFile:
    """The delivered model's file.

    Attributes
    ----------
    path
        Where it lies.
    size
        In bytes.
    members
        How many models it averages.
    domain
        Which molecules its scores say something about.
    """

    path: str
    size: int
    members: int
    domain: ApplicabilityDomain

    @property
    def size_in_words(self) -> str:
        """The size in a unit that suits it."""
        if self.size < 10**6:
            return f"{self.size / 1000:.0f} kB"
        return f"{self.size / 10**6:.1f} MB"


def read_model_file(path: Path) -> ModelFile:
    """Read what the file of the delivered model says of itself."""
    with zipfile.ZipFile(path) as archive:
        content = json.loads(archive.read("final.json"))
    return ModelFile(
        path=path.as_posix(),
        size=path.stat().st_size,
        members=len(content["members"]),
        domain=ApplicabilityDomain.from_dict(content["applicability_domain"]),
    )
