"""Stands in for the commands of PBS, LSF and Grid Engine that the profiles call.

Called under a command's name, with the scheduler's in STANDIN. A job starts at once, in
a session of its own. In the folder STANDIN_JOBS are, by its number, what was asked for
(``.options``), its process (``.pid``) and what that printed (``.log``).
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

JOBS = Path(os.environ["STANDIN_JOBS"])
VARIABLE = {"pbs": "PBS_JOBID", "lsf": "LSB_JOBID", "sge": "JOB_ID"}
ENDING = {"pbs": ".standin", "lsf": "", "sge": ""}
SCHEDULER = os.environ["STANDIN"]


def submit(*arguments: str) -> str:
    """Start a job, and note with which options it was submitted."""
    number = f"{len(list(JOBS.glob('*.options'))) + 1}{ENDING[SCHEDULER]}"
    *options, script = arguments
    (JOBS / f"{number}.options").write_text("\n".join(options))
    with open(JOBS / f"{number}.log", "wb") as log:
        job = subprocess.Popen(
            ["sh", script],
            env={**os.environ, VARIABLE[SCHEDULER]: number},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (JOBS / f"{number}.pid").write_text(str(job.pid))
    return number


def active() -> list[str]:
    """Numbers of the jobs whose process is there, and is not a zombie."""
    numbers = []
    for note in JOBS.glob("*.pid"):
        with suppress(OSError):
            status = Path(f"/proc/{note.read_text()}/stat").read_text()
            if status.rpartition(")")[2].split()[0] != "Z":
                numbers.append(note.stem)
    return numbers


def delete(*numbers: str) -> None:
    """Kill the processes of jobs, and note that it was done."""
    for number in numbers:
        (JOBS / f"{number}.deleted").touch()
        with suppress(ProcessLookupError):
            os.killpg(int((JOBS / f"{number}.pid").read_text()), signal.SIGKILL)


def main(command: str, *arguments: str) -> int:
    """Answer as the command of this name would."""
    if command in ("qsub", "bsub"):
        number = submit(*arguments)
        words = (
            "Job <{}> is submitted to queue <normal>." if command == "bsub" else "{}"
        )
        print(words.format(number))
    elif command in ("qdel", "bkill"):
        delete(*arguments)
    elif command == "qselect":
        print("\n".join(active()))
    elif command == "qstat":
        print("job-ID  prior  name  user  state\n" + "-" * 32)
        for number in active():
            print(f"{number:>7} 0.50000 toxtune root r 11/24/2026 10:00:00 node 1")
    elif command == "bjobs":
        number = arguments[-1]
        if number in active():
            print("RUN")
        elif (JOBS / f"{number}.deleted").exists():
            print("EXIT")
        else:
            print(f"Job <{number}> is not found", file=sys.stderr)
            return 255
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[0]).name, *sys.argv[1:]))
