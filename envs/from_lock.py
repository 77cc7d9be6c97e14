"""Print the conda environment whose packages are those of requirements/cpu.lock.

Python comes from conda-forge, the packages from the lock's pins, so that both ways of
installing give the same versions. `make lock` runs this.
"""

import re
from pathlib import Path

LOCK = Path(__file__).resolve().parent.parent / "requirements" / "cpu.lock"
HEADER = """\
# Made by `make lock` from requirements/cpu.lock: do not edit.
channels:
  - conda-forge
  - nodefaults
dependencies:
  - python=3.11
  - pip
  - pip:
"""


def pins(lock: str) -> list[str]:
    """List the lock's requirements, with markers, without hashes."""
    return re.findall(r"^([A-Za-z0-9][^\\\n]*?)\s*\\$", lock, flags=re.MULTILINE)


if __name__ == "__main__":
    lines = [f'      - "{pin}"' for pin in pins(LOCK.read_text("utf-8"))]
    print(HEADER + "\n".join(lines))
