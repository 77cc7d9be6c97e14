"""What a dry run found: jobs per rule, and why they would run."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

_DOWNSTREAM = "Input files updated by another job"


@dataclass
class Forecast:
    """Jobs that would run.

    Attributes
    ----------
    totals
        Number of jobs of each rule, in the order in which rules run.
    """

    totals: Mapping[str, int] = field(default_factory=dict)
    _reasons: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, rule: str, reason: str) -> None:
        """Note why a job would run, in Snakemake's words."""
        causes = {part.partition(":")[0].strip() for part in reason.split(";")}
        # True of nearly every job, so it says something only where it is alone.
        causes = causes - {_DOWNSTREAM} or causes
        self._reasons.setdefault(rule, Counter()).update(causes - {""})

    def reasons(self, rule: str) -> str:
        """Return the reasons of a rule's jobs, the most frequent first."""
        counts = self._reasons.get(rule, Counter())
        causes = [cause for cause, _ in counts.most_common()]
        return ", ".join(cause[0].lower() + cause[1:] for cause in causes)
