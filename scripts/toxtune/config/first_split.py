"""How the molecules of a new table are split, and trials validated."""

from dataclasses import dataclass, field
from typing import Any

from toxtune.data.column_roles import Role
from toxtune.data.survey import TableSurvey
from toxtune.splits.settings import CROSS_VALIDATION, HOLDOUT
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
# A given split in which fewer rows than this are for training or for the test is used
# for something else.
_LEAST_TO_LEARN_FROM = 0.5
_LEAST_TO_TEST = 0.03


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
    """Choose the sets: those that the table names, else by its size and chemistry."""
    given = _given_sets(survey)
    if isinstance(given, Split):
        return given
    cautions = [given] if given else []
    return _drawn(survey, cautions)


def is_small(survey: TableSurvey) -> bool:
    """Whether folds are needed, since one validation set would be too small."""
    molecules = max(survey.molecules.values())
    rarest = max(survey.rarest.values())
    of_classes = survey.tasks.task_type != TaskType.REGRESSION
    return molecules < FEW or (of_classes and rarest < FEW_OF_A_CLASS)


def _given_sets(survey: TableSurvey) -> Split | str:
    """Return the split that a column names; else why not, empty if there is none."""
    column = survey.column(Role.SETS)
    if column is None:
        return ""
    total = sum(survey.sets.values())
    shares = {name: count / total for name, count in survey.sets.items()}
    said = ", ".join(f"{name} {share:.0%}" for name, share in shares.items())
    use = f"split: {{method: column, column: {column.name}}}"
    if survey.torn:
        return (
            f"column {column.name} names sets ({said}), but has rows of "
            f"{survey.torn} molecules in several of them: not used"
        )
    if (
        shares.get("train", 0) < _LEAST_TO_LEARN_FROM
        or shares.get("test", 0) < _LEAST_TO_TEST
    ):
        return (
            f"column {column.name} names sets ({said}), too few to learn from or to "
            f"test with: not used; if you want them, write {use}"
        )
    if len(shares) < 3 or total < survey.rows:
        return f"column {column.name} names sets ({said}), not one for each row of all"
    return Split(
        settings={"method": "column", "column": column.name},
        validation={"scheme": HOLDOUT},
        test_share=shares["test"],
        why=f"column {column.name} names the sets ({said})",
        validation_why="holdout, on the validation set of that column",
    )


def _drawn(survey: TableSurvey, cautions: list[str]) -> Split:
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
            cautions=cautions,
        )
    folds, folds_why = _choose_folds(survey, molecules, test)
    return Split(
        settings=settings,
        validation={"scheme": CROSS_VALIDATION, "folds": folds},
        test_share=test,
        why=why,
        validation_why=folds_why,
        cautions=cautions,
    )


def _choose_method(survey: TableSurvey) -> tuple[str, str]:
    """Return a splitter, and why."""
    molecules = max(survey.molecules.values())
    if survey.tasks.task_type == TaskType.BINARY:
        share = max(survey.rarest.values()) / max(1, molecules)
        if molecules < SMALL and share < _UNEVEN:
            return "stratified", (
                f"stratified: with {share:.0%} in the rarer class, chance could leave "
                "a set without"
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


def _choose_folds(survey: TableSurvey, molecules: int, test: float) -> tuple[int, str]:
    """Return the number of folds, and why there are folds."""
    why = f"one validation set of {molecules:,} molecules would be too small"
    if survey.tasks.task_type == TaskType.REGRESSION:
        return FOLDS, f"{FOLDS} folds: {why}"
    rarest = max(survey.rarest.values())
    # Two of the rarer class in each fold, at least.
    folds = min(FOLDS, max(2, int((1 - test) * rarest / 2)))
    return folds, f"{folds} folds: {why}, or have too few of the rarer class"
