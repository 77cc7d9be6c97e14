"""How many pairs of molecules a core compares in a second, here and in RDKit's loop.

    .venv/bin/python benchmarks/compare_similarity.py

The molecules are those of Tox21, repeated to the number that is asked for. Prints CPU
seconds: of the fingerprints, of the nearest reference of each query, and of RDKit's for
some queries, whose numbers must be the same.
"""

import argparse
import csv
import gzip
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeVar

import numpy as np
from rdkit import Chem, DataStructs, rdBase

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "scripts"))

from toxtune.features.similarity import fingerprints, nearest_neighbours

TOX21 = Path(__file__).resolve().parent.parent / "resources" / "tox21.csv.gz"
RDKIT_QUERIES = 100

Result = TypeVar("Result")


def read_smiles() -> list[str]:
    """Read the SMILES of Tox21 that RDKit can parse."""
    with gzip.open(TOX21, "rt", newline="") as stream:
        smiles = [row["smiles"] for row in csv.DictReader(stream)]
    with rdBase.BlockLogs():
        return [text for text in smiles if Chem.MolFromSmiles(text)]


def timed(what: str, pairs: int, call: Callable[[], Result]) -> Result:
    """Print what a call takes, and return its result."""
    start = time.process_time()
    result = call()
    seconds = time.process_time() - start
    print(f"| {what} | {seconds:.2f} | {pairs / seconds:,.0f} |", flush=True)
    return result


def by_rdkit(queries: np.ndarray, references: np.ndarray) -> np.ndarray:
    """Return the highest similarity of each query."""
    as_vectors = [
        [DataStructs.CreateFromFPSText(row.tobytes().hex()) for row in packed]
        for packed in (queries, references)
    ]
    compare = DataStructs.BulkTanimotoSimilarity
    return np.array([max(compare(query, as_vectors[1])) for query in as_vectors[0]])


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--queries", type=int, default=10_000)
    parser.add_argument("--references", type=int, default=80_000)
    settings = parser.parse_args()
    print("| what | CPU, s | pairs (molecules) a second |\n|---|---|---|")
    smiles = read_smiles()
    packed = timed("fingerprints", len(smiles), lambda: fingerprints(smiles))
    numbers = np.random.default_rng(0).integers(0, len(packed), settings.references)
    queries, references = np.resize(packed, (settings.queries, 256)), packed[numbers]
    pairs = len(queries) * len(references)
    for k in (1, 5):
        found, _ = timed(
            f"{len(queries):,} x {len(references):,}, the nearest {k}",
            pairs,
            partial(nearest_neighbours, queries, references, k),
        )
    few = queries[:RDKIT_QUERIES]
    what = f"{len(few)} x {len(references):,}, RDKit"
    expected = timed(
        what, len(few) * len(references), lambda: by_rdkit(few, references)
    )
    if not np.array_equal(found[: len(few), 0], expected):
        raise SystemExit("not what RDKit finds")


if __name__ == "__main__":
    main()
