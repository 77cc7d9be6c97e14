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
        kinds = {each.partition(":")[0].strip() for each in reason.split(";")}
        # True of nearly every job, so it tells something only where it is alone.
        kinds = kinds - {_DOWNSTREAM} or kinds
        self._reasons.setdefault(rule, Counter()).update(kinds - {""})

    def reasons(self, rule: str) -> str:
        """Reasons of a rule's jobs, the most frequent first."""
        kinds = [kind for kind, _ in self._reasons.get(rule, Counter()).most_common()]
        return ", ".join(kind[0].lower() + kind[1:] for kind in kinds)
