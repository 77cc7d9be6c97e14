"""Chapter 5: for which molecules predictions are to be trusted, and the evidence."""

from collections.abc import Iterator

from toxtune.dossier.content import Block, Parts, Table, sentence
from toxtune.dossier.general import versions
from toxtune.dossier.run_files import FINAL_JSON
from toxtune.dossier.subject import Subject
from toxtune.prediction.descriptor_domain import PROPERTIES
from toxtune.tasks import TaskType

_METHODS = {
    "similarity": "a. structures: similarity to the nearest training molecule",
    "leverage": "b. properties: leverage",
}


def domain(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 5: two domains, each with its bound and its evidence."""
    for block in _description(subject):
        yield "5.1", block
    for block in _assessment(subject):
        yield "5.2", block
    yield "5.3", versions(subject.files, ["rdkit", "numpy"], "Software of the domain")
    yield (
        "5.4",
        sentence(
            "Outside of either domain the scores of chapter 7 say nothing of a "
            "prediction. Of a molecule with several organic parts, only the largest is "
            "described; one that RDKit cannot read has no prediction."
        ),
    )


def _description(subject: Subject) -> Iterator[Block]:
    files = subject.files
    yield sentence(
        "a. Structures. A molecule is in the domain if its nearest training molecule "
        "has a Tanimoto similarity of at least {}.",
        files.json(FINAL_JSON, "applicability_domain", "min_similarity"),
    )
    yield sentence(
        "b. Properties. A molecule is in the domain if its leverage in ten properties "
        f"({', '.join(PROPERTIES)}) is at most {{}}, the domain of the Williams plot.",
        files.json(FINAL_JSON, "descriptor_domain", "max_leverage"),
    )
    yield sentence(
        "Both bounds are fixed, and leave out the {}% of the validation molecules that "
        "are least like the training set. The response has no bound of its own"
        + ("." if subject.task_type != TaskType.REGRESSION else "; 3.3 has its range."),
        files.json(FINAL_JSON, "applicability_domain", "percentile"),
    )
    yield _evidence(subject)
    for method, name in _METHODS.items():
        low = files.cell("domain.tsv", "low", method=method)
        if low is None or low.value is None:
            verdict = "too few molecules are outside to tell."
        elif low.value > 0:
            verdict = "errors are larger outside: the domain is borne out."
        else:
            verdict = "errors are not clearly larger outside: it is not borne out here."
        yield sentence(f"{name[:1]}. On the test set, {verdict}")


def _assessment(subject: Subject) -> Iterator[Block]:
    files = subject.files
    fingerprint = ("applicability_domain", "fingerprint")
    yield sentence(
        "a. Fingerprints (ECFP of radius {}, {} bits) of the molecule are compared "
        "with those of all training molecules.",
        files.json(FINAL_JSON, *fingerprint, "radius"),
        files.json(FINAL_JSON, *fingerprint, "size"),
    )
    yield sentence(
        "b. The leverage is the squared Mahalanobis distance from the middle of the {} "
        "different structures of the training set, plus 1/n (Tropsha, Gramatica and "
        "Gombar 2003; Sahigara and others 2012). `predict` writes both for every "
        "molecule.",
        files.json(FINAL_JSON, "descriptor_domain", "molecules"),
    )


def _evidence(subject: Subject) -> Table:
    files = subject.files
    is_regression = subject.task_type == TaskType.REGRESSION
    error = "absolute error / SD" if is_regression else "squared error (Brier)"
    rows: list[list[Parts]] = []
    for method, name in _METHODS.items():
        cells = {
            column: files.cell("domain.tsv", column, method=method)
            for column in (
                "molecules_in",
                "molecules_out",
                "error_in",
                "error_out",
                "difference",
                "low",
                "high",
            )
        }
        if cells["molecules_in"] is None:
            continue
        row: list[Parts] = [(name,)]
        row += [(cell or "none",) for cell in list(cells.values())[:5]]
        low, high = cells["low"], cells["high"]
        known = low and high and low.value is not None and high.value is not None
        row.append((low, " to ", high) if known and low and high else ("none",))
        rows.append(row)
    level = subject.level()
    header = ["domain", "test molecules in", "out", f"{error}, in", "out"]
    header += ["out less in", f"{level.shown} interval"]
    return Table(
        "Evidence: errors of test molecules in and out of the domain",
        header,
        rows,
        "A domain is worth asking for where molecules outside have the larger errors: "
        "where the interval of the difference is above 0.",
    )
