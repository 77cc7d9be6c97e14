"""A Snakemake logger for tests: one JSON line per job, with its files.

The file is named by the environment variable TOXTUNE_JOBS.
"""

import json
import os

from snakemake_interface_logger_plugins.base import LogHandlerBase
from snakemake_interface_logger_plugins.common import LogEvent


class LogHandler(LogHandlerBase):
    """Write each job's rule, wildcards, inputs and outputs."""

    writes_to_stream = False
    writes_to_file = True
    has_filter = True
    has_formatter = True
    needs_rulegraph = False

    def __post_init__(self):
        """Open the file; an empty one says that there were no jobs."""
        self.baseFilename = os.environ["TOXTUNE_JOBS"]
        open(self.baseFilename, "w", encoding="utf-8").close()

    def emit(self, record):
        """Keep job descriptions, drop everything else."""
        if getattr(record, "event", None) != LogEvent.JOB_INFO:
            return
        job = {
            "rule": record.rule_name,
            "wildcards": dict(record.wildcards.items()),
            "input": [str(path) for path in record.input],
            "output": [str(path) for path in record.output],
        }
        with open(self.baseFilename, "a", encoding="utf-8") as stream:
            stream.write(json.dumps(job) + "\n")
