"""A family that a configuration names, and what is checked of its module."""

from toxtune.errors import UserError
from toxtune.models.base import Family
from toxtune.models.registry import MODULES, get_family, module_of, trust
from toxtune.search.trial_columns import check_names
from toxtune.versions import code_hash


def named_family(name: str) -> Family:
    """Trust a family, and return it if its module keeps the rules.

    Parameters
    ----------
    name
        As a configuration has it, or the user's command.

    Raises
    ------
    UserError
        If there is none, or its module breaks a rule.
    """
    trust(name)
    family = get_family(name)
    if name not in MODULES:
        check_names(family)
        _check_patience(family)
        _check_code(name)
    return family


def _check_patience(family: Family) -> None:
    """Refuse another `patience` than that of dense: final trainings have none."""
    declared = family.hyperparameters
    if "patience" not in declared:
        return
    patience, epochs = declared["patience"], declared.get("epochs")
    can_be_none = patience.optional and patience.default is None
    if not can_be_none or epochs is None or epochs.type is not int:
        raise UserError(
            f"{family.name}: the hyperparameter patience must be null by default, and "
            "stand beside epochs, a whole number: final trainings have no validation "
            "set, so patience null and as many epochs as the search's had on average; "
            f"declare it so, or rename it, got {patience.legal()}, default "
            f"{patience.default}"
        )


def _check_code(name: str) -> None:
    """Refuse code that cannot be followed, and so gives no key for trainings."""
    try:
        code_hash(module_of(name))
    except (ValueError, OSError, RuntimeError, SyntaxError) as error:
        raise UserError(f"{name}: its code cannot be followed: {error}") from None
