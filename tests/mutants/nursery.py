"""Run pytest again and again, in forks of a process that has the libraries imported.

To import NumPy, pandas, scikit-learn and RDKit takes longer than most of the tests that
are run here. None of toxtune is imported before the fork: each time it is other code.

Reads a line for each run, JSON with ``arguments``, ``folder`` and ``output``, and
answers with pytest's exit status; of a run that was killed, minus the signal's number.
"""

import importlib
import json
import os
import signal
import sys

import pytest

LIBRARIES = (
    *("altair", "hypothesis", "jsonschema", "numpy", "pandas", "psutil", "yaml"),
    *("rdkit.Chem", "rdkit.Chem.AllChem", "rdkit.Chem.MolStandardize.rdMolStandardize"),
    *("scipy.optimize", "scipy.stats", "sklearn.ensemble", "sklearn.metrics"),
    *("sklearn.preprocessing", "skops.io", "snakemake.io", "threadpoolctl"),
)


def main(seconds: int) -> None:
    """Answer until nobody asks; a run may take so many seconds."""
    for name in LIBRARIES:
        importlib.import_module(name)
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            run(**json.loads(line), seconds=seconds)
        _, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


def run(arguments: list[str], folder: str, output: str, seconds: int) -> None:
    """Run pytest in a folder, and exit."""
    status = pytest.ExitCode.INTERNAL_ERROR
    try:
        # Whatever hangs ends with this signal.
        signal.alarm(seconds)
        with open(output, "wb") as stream:
            for descriptor in (1, 2):
                os.dup2(stream.fileno(), descriptor)
        os.chdir(folder)
        status = pytest.main(arguments)
        sys.stdout.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    main(int(sys.argv[1]))
