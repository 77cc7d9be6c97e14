"""What Snakemake's main process takes for many short jobs, by scheduler settings.

    .venv/bin/python benchmarks/measure_scheduler.py --jobs 1000

The jobs do nothing but `touch`, and are all ready from the start, as the trainings of a
grid are. Prints a table in Markdown.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SNAKEFILE = """
rule all:
    input: expand("done/{{n}}", n=range({n_jobs}))

rule touch:
    output: "done/{{n}}"
    shell: "touch {{output}}"
"""
SETTINGS = {
    "as Snakemake comes": [],
    "greedy": ["--scheduler", "greedy"],
    "greedy, a subsample of 50": [
        *("--scheduler", "greedy"),
        *("--scheduler-subsample", "50"),
    ],
}


def measure(folder: Path, options: list[str]) -> tuple[float, float]:
    """Run all jobs; return wall and CPU seconds of the main process."""
    command = [sys.executable, "-m", "snakemake", "--cores", "2", "--quiet", "all"]
    start = time.perf_counter()
    process = subprocess.Popen([*command, *options], cwd=folder)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit("snakemake failed")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--jobs", type=int, default=1000)
    n_jobs = parser.parse_args().jobs
    print(f"| scheduler, {n_jobs} jobs | wall, s | CPU, s |\n|---|---|---|")
    for name, options in SETTINGS.items():
        with tempfile.TemporaryDirectory() as folder:
            Path(folder, "Snakefile").write_text(SNAKEFILE.format(n_jobs=n_jobs))
            wall, cpu = measure(Path(folder), options)
        print(f"| {name} | {wall:.1f} | {cpu:.1f} |", flush=True)


if __name__ == "__main__":
    main()
