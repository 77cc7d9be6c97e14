"""What Snakemake adds to its log records."""

from collections.abc import Mapping, Sequence
from logging import LogRecord
from typing import Any


class SnakemakeRecord(LogRecord):
    """A log record of Snakemake; it has those of these attributes that its event needs.

    Attributes
    ----------
    configfiles
        Of ``workflow_started``: the overlays, then the file that they are laid over.
    stats
        Of ``run_info``: the number of jobs of each rule, and ``total``.
    jobid, rule_name, wildcards, input, output, log, reason
        Of ``job_info``; ``jobid`` of ``job_error`` as well.
    rule_msg
        Of ``job_error``: what the executor says, such as why a cluster refused the job.
    job_id
        Of ``job_finished``.
    job_error_info
        Of ``group_error``: what ``job_error`` has, for each job.
    """

    configfiles: Sequence[object]
    stats: Mapping[str, int]
    jobid: int
    rule_name: str
    wildcards: Mapping[str, str]
    input: Sequence[str]
    output: Sequence[str]
    log: Sequence[str]
    reason: str
    rule_msg: str | None
    job_id: int
    job_error_info: Sequence[Mapping[str, Any]]
