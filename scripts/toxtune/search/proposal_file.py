"""What a slot of an adaptive search holds, as its stage's ``proposals.json`` says."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from toxtune.io.integrity import damaged, read_written
from toxtune.search.trials import Trial, read_trial


@dataclass(frozen=True)
class Proposal:
    """What a slot holds.

    Attributes
    ----------
    trial
        The trial to train.
    resume_from
        The same trial with less of its resource: the training may go on from its end.
    save_state
        Whether a longer training may go on from this one.
    """

    trial: Trial
    resume_from: Trial | None = None
    save_state: bool = False

    def to_dict(self) -> dict[str, Any]:
        """Return the proposal as in ``proposals.json``."""
        resume_from = self.resume_from and self.resume_from.to_dict()
        return {
            **vars(self),
            "trial": self.trial.to_dict(),
            "resume_from": resume_from,
        }


def read_proposal(path: Path, slot: int) -> Proposal:
    """Read what a slot holds from the file with the proposals of its stage.

    Raises
    ------
    UserError
        If the file is damaged, or what it says is not what its ids stand for.
    """
    proposals = read_written(path)
    try:
        proposal = proposals[slot]
        trial, resume_from = proposal["trial"], proposal["resume_from"]
        save_state = proposal["save_state"]
    except (TypeError, KeyError, IndexError):
        raise damaged(path, f"has no proposal for slot {slot}") from None
    return Proposal(
        trial=read_trial(trial, path),
        resume_from=read_trial(resume_from, path) if resume_from else None,
        save_state=bool(save_state),
    )
