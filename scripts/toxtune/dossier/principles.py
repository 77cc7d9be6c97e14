"""The five principles of the OECD for the validation of (Q)SAR models (2004)."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Principle:
    """A principle, and where the dossier has the evidence for it.

    Attributes
    ----------
    number, text
        As the OECD has them.
    fields
        Numbers of the fields that speak of it.
    files
        Files of the run that they are read of.
    """

    number: int
    text: str
    fields: tuple[str, ...]
    files: tuple[str, ...]


PRINCIPLES = (
    Principle(
        1,
        "a defined endpoint",
        ("3.1", "3.2", "3.3", "3.4", "3.5", "3.6", "3.7"),
        (),
    ),
    Principle(
        2,
        "an unambiguous algorithm",
        ("4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7"),
        ("final.zip", "selection.json", "trials.tsv"),
    ),
    Principle(
        3,
        "a defined domain of applicability",
        ("5.1", "5.2", "5.3", "5.4"),
        ("final.zip", "domain.tsv"),
    ),
    Principle(
        4,
        "appropriate measures of goodness-of-fit, robustness and predictivity",
        ("6.7", "6.9", "6.10", "6.11", "6.12", "7.6", "7.7", "7.8"),
        ("test.json", "optimism.json", "coverage.tsv", "similarity.tsv"),
    ),
    Principle(
        5, "a mechanistic interpretation, if possible", ("8.1", "8.2", "8.3"), ()
    ),
)
