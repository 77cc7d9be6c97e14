"""The next stage of an adaptive search, from the scores of the stages before."""

from collections.abc import Sequence

import numpy as np

from toxtune.search.proposal_file import Proposal
from toxtune.search.proposal_settings import ProposalSettings
from toxtune.search.proposals import propose
from toxtune.selection.scoring import ScoredReplicate
from toxtune.selection.tables import trial_records, trials_table


def propose_stage(
    settings: ProposalSettings, replicates: Sequence[ScoredReplicate]
) -> list[Proposal]:
    """Propose the trials of a stage, one per slot.

    Parameters
    ----------
    settings
        What is proposed, and how.
    replicates
        Those of the stages before.
    """
    records = trial_records(replicates)
    return propose(
        settings,
        trials={id: record.trial for id, record in records.items()},
        scores=mean_scores(replicates, settings.objective.metric),
    )


def mean_scores(
    replicates: Sequence[ScoredReplicate], metric: str
) -> dict[str, float | None]:
    """Map the id of each trial to its mean score over seeds; ``None`` if it failed."""
    table = trials_table(replicates).set_index("trial")[f"{metric}_mean"]
    return {
        id: None if np.isnan(score) else float(score) for id, score in table.items()
    }
