"""How the molecules of a new table are split, and trials validated."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from toxtune.splits.settings import CROSS_VALIDATION, HOLDOUT
from toxtune.survey.roles import Role
from toxtune.survey.table import TableSurvey
from toxtune.tasks import TaskType

# With fewer molecules, or fewer of the rarer class, a tenth of them is too few to
# choose by: 25 of a class know a ROC-AUC of 0.8 to about 0.1 (Hanley and McNeil 1982).
FEW = 2_000
FEW_OF_A_CLASS = 250
# Below, a fifth of the molecules is for the test set.
SMALL = 1_000
FOLDS = 5
# Rarer classes are dealt out evenly: by chance, a set could go without.
_UNEVEN = 0.25
# A fifth of the molecules has none of this many with a probability of 0.01.
_RARE = 20
# With other shares of the rows, sets that a column names are for something else.
_LEAST_TO_LEARN_FROM = 0.5
_LEAST_TO_TEST = 0.03
# Of the rows must have a date, and so many dates must differ.
_MOST_DATED = 0.9
_LEAST_DATES = 20


@dataclass(frozen=True)
class Split:
    """How molecules are split.

    Attributes
    ----------
    settings, validation
        The sections ``split`` and ``validation``.
    test_share
        Of the molecules, about.
    why, validation_why
        For people.
    cautions
        What to look at.
    """

    settings: dict[str, Any]
    validation: dict[str, Any]
    test_share: float
    why: str
    validation_why: str
    cautions: list[str] = field(default_factory=list)


def choose_split(survey: TableSurvey) -> Split:
    """Choose the sets: as the table has them, or else by its size and chemistry."""
    given, cautions = _given_sets(survey)
    if given is None:
        given = _by_time(survey, cautions) or _drawn(survey)
    return replace(given, cautions=[*cautions, *given.cautions])


def is_small(survey: TableSurvey) -> bool:
    """Whether folds are needed, since one validation set would be too small."""
    molecules = max(survey.molecules.values())
    rarest = max(survey.rarest.values())
    of_classes = survey.tasks.task_type != TaskType.REGRESSION
    return molecules < FEW or (of_classes and rarest < FEW_OF_A_CLASS)


def _given_sets(survey: TableSurvey) -> tuple[Split | None, list[str]]:
    """Return the split that a column names, if it is of use, and what to look at."""
    column = survey.column(Role.SETS)
    if column is None:
        return None, []
    shares = {name: count / survey.rows for name, count in survey.sets.items()}
    said = f"column {column.name} names sets ({_listed(shares)})"
    to_learn_from = 1 - shares.get("test", 0)
    if to_learn_from < _LEAST_TO_LEARN_FROM or 1 - to_learn_from < _LEAST_TO_TEST:
        return None, [
            f"{said}, which leave little to learn from or to test with: not used; "
            f"with split: {{method: column, column: {column.name}}} they are"
        ]
    cautions = []
    if survey.torn:
        cautions.append(
            f"{said}, and {survey.torn:,} molecules are in several of them: they will "
            "be left out of all but the last of these"
        )
    if is_small(survey) or "valid" not in shares:
        return _given_test(survey, column.name, shares), cautions
    if column.filled < survey.rows:
        return None, [f"{said}, but not for each row: not used"]
    return Split(
        settings={"method": "column", "column": column.name},
        validation={"scheme": HOLDOUT},
        test_share=shares["test"],
        why=said,
        validation_why="holdout, on the validation set of that column",
    ), cautions


def _given_test(survey: TableSurvey, column: str, shares: Mapping[str, float]) -> Split:
    """Return a split whose test set a column names, and whose method does the rest."""
    method, _ = _choose_method(survey)
    given = Split(
        settings={"method": method, "column": column},
        validation={"scheme": HOLDOUT},
        test_share=shares["test"],
        why=f"column {column} names the test set ({_listed(shares)})",
        validation_why=f"holdout: a {method} split draws it from the other rows",
    )
    if not is_small(survey):
        return given
    folds, why = _choose_folds(survey, shares["test"])
    return replace(
        given,
        validation={"scheme": CROSS_VALIDATION, "folds": folds},
        validation_why=f"{why}; they are cut from all rows that are not for the test",
    )


def _by_time(survey: TableSurvey, cautions: list[str]) -> Split | None:
    """Return a split by time, if there are dates enough; say why not."""
    times = survey.times
    if times is None:
        return None
    use = f"split: {{method: time, column: {times.name}}}"
    if times.filled < _MOST_DATED or times.distinct < _LEAST_DATES:
        return None
    if not times.is_clear:
        cautions.append(
            f"column {times.name} has dates, and day and month cannot be told apart; "
            f"for a split by time, write {use} and its date_format"
        )
        return None
    if is_small(survey):
        cautions.append(
            f"column {times.name} has dates. A test on the latest molecules is nearest "
            f"to use ({use}), but knows no folds, and one validation set would be small"
        )
        return None
    return Split(
        settings={"method": "time", "column": times.name},
        validation={"scheme": HOLDOUT},
        test_share=0.1,
        why=(
            f"time: the latest tenth in {times.name} is the test set, which is nearest "
            "to use (Sheridan 2013)"
        ),
        validation_why="holdout, on the molecules before these",
    )


def _listed(shares: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {share:.0%}" for name, share in shares.items())


def _drawn(survey: TableSurvey) -> Split:
    molecules = max(survey.molecules.values())
    test = 0.2 if molecules < SMALL else 0.1
    settings: dict[str, Any] = {}
    settings["method"], why = _choose_method(survey)
    settings["fractions"] = {"train": round(0.9 - test, 1), "valid": 0.1, "test": test}
    if not is_small(survey):
        return Split(
            settings=settings,
            validation={"scheme": HOLDOUT},
            test_share=test,
            why=why,
            validation_why=(
                f"holdout: a tenth of {molecules:,} molecules is enough to choose by"
            ),
        )
    folds, folds_why = _choose_folds(survey, test)
    return Split(
        settings=settings,
        validation={"scheme": CROSS_VALIDATION, "folds": folds},
        test_share=test,
        why=why,
        validation_why=folds_why,
    )


def _choose_method(survey: TableSurvey) -> tuple[str, str]:
    """Return a splitter, and why."""
    molecules = max(survey.molecules.values())
    if survey.tasks.task_type != TaskType.REGRESSION:
        rarest = max(survey.rarest.values())
        share = rarest / max(1, molecules)
        if molecules < SMALL and (share < _UNEVEN or rarest < _RARE):
            few = f"{share:.0%}" if share < _UNEVEN else f"{rarest} molecules"
            return "stratified", (
                f"stratified: with {few} in the rarer class, chance could leave a set "
                "without"
            )
    structures = survey.structures
    varied = structures.scaffolds > FOLDS * 10 and structures.largest_scaffold < 0.2
    if molecules >= SMALL and varied:
        return "scaffold", (
            f"scaffold: {structures.scaffolds:,} scaffolds, none of them in two sets, "
            "so that the test is on new chemistry"
        )
    if molecules >= SMALL:
        return "random", "random: too few scaffolds to hold some of them back"
    return "random", (
        f"random: of {molecules:,} molecules, sets by scaffold would be too uneven"
    )


def _choose_folds(survey: TableSurvey, test: float) -> tuple[int, str]:
    """Return the number of folds, and why there are folds."""
    molecules = max(survey.molecules.values())
    why = f"one validation set of {molecules:,} molecules would be too small"
    if survey.tasks.task_type == TaskType.REGRESSION:
        return FOLDS, f"{FOLDS} folds: {why}"
    rarest = max(survey.rarest.values())
    # Two of the rarer class in each fold, at least.
    folds = min(FOLDS, max(2, int((1 - test) * rarest / 2)))
    if molecules >= FEW:
        why = f"one validation set would have few of the {rarest:,} of the rarer class"
    return folds, f"{folds} folds: {why}"
