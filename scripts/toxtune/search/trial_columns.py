"""The columns of ``trials.tsv``, and the names that they leave to hyperparameters."""

from toxtune.errors import UserError
from toxtune.models.base import Family
from toxtune.stats.metrics import METRICS

FIXED_COLUMNS = ["trial", "family", "features", "status", "seeds", "epochs_trained"]
# The report's table of all trials has these as well.
_TAKEN = (*FIXED_COLUMNS, "rank", "score")


def is_score(column: str) -> bool:
    """Whether a column has scores, such as ``roc_auc_mean`` and ``roc_auc_seed-0``."""
    return column.startswith(tuple(f"{metric}_" for metric in METRICS))


def check_names(family: Family) -> None:
    """Check that each hyperparameter can have a column of its own.

    Raises
    ------
    UserError
        If one has the name of another column.
    """
    for name in family.hyperparameters:
        if name in _TAKEN or is_score(name):
            raise UserError(
                f"{family.name}: a hyperparameter must have another name than the "
                f"columns of trials.tsv, got {name!r}; rename it: "
                f"{', '.join(_TAKEN)}, and a metric's name followed by _, such as "
                "roc_auc_, are taken"
            )
