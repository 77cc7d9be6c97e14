"""Finding the Snakemake process that a job belongs to."""

import psutil


def snakemake_process() -> psutil.Process | None:
    """Return the outermost Snakemake among this process's ancestors, if any."""
    ancestors = psutil.Process().parents()
    ours = [process for process in ancestors if _is_snakemake(process)]
    return ours[-1] if ours else None


def _is_snakemake(process: psutil.Process) -> bool:
    try:
        command = process.cmdline()
    except psutil.Error:
        return False
    # `python -m snakemake ...` or `python /path/to/snakemake ...`
    return any(word.split("/")[-1] == "snakemake" for word in command[:3])
