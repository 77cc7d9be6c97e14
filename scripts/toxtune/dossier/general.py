"""Chapters 1, 2, 8, 9 and 10: what the model is, who made it, and what is attached."""

from collections.abc import Iterator

from toxtune.dossier.content import Block, Parts, Table, Value, sentence, words
from toxtune.dossier.run_files import FINAL, FINAL_JSON, RunFiles
from toxtune.dossier.subject import TEST, Subject
from toxtune.dossier.vocabulary import FAMILIES
from toxtune.report.words import first_of

_MOST_TASKS = 12
# What of a run supports the dossier, and what it is.
_SUPPORT = {
    FINAL: "the model, with all that prediction needs, and its training set",
    "report.html": "the report: figures, all trials, warnings",
    "summary.md": "the same in words and tables",
    "selection.json": "what was selected, before the test set was opened",
    TEST: "scores of all three sets",
    "test_predictions.csv": "predictions of each test molecule",
    "optimism.json": "validation scores, corrected for the search",
    "coverage.tsv": "coverage of prediction sets or intervals",
    "domain.tsv": "errors in and out of the applicability domain",
    "trials.tsv": "every trial of the search",
    "provenance.json": "versions of all libraries, machine, command",
}


def identity(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 1."""
    files = subject.files
    tasks = files.json(FINAL_JSON, "tasks", shown=first_of(subject.tasks, _MOST_TASKS))
    run = files.json(FINAL_JSON, "run")
    yield "1.1", sentence("{}: {}", run, tasks)
    if "permute_labels" in files.content("provenance.json")["dataset"]:
        yield (
            "1.1",
            sentence(
                "A control: the labels of this run were shuffled (seed {}). It is no "
                "model for use.",
                files.seed("provenance.json", "dataset", "permute_labels"),
            ),
        )
    yield (
        "1.3",
        sentence(
            "The model was made by toxtune (commit: {}). It predicts with the "
            "libraries below; `toxtune-predict final.zip molecules.csv` runs it.",
            _commit(files),
        ),
    )
    if files.content("provenance.json")["git"]["changed_files"]:
        yield (
            "1.3",
            sentence(
                "The code was not quite that of the commit; changed were: {}.",
                files.json("provenance.json", "git", "changed_files"),
            ),
        )
    yield "1.3", versions(files, list(subject.final["versions"]), "Software")


def _commit(files: RunFiles) -> Value:
    value = files.json("provenance.json", "git", "commit")
    shown = "not known" if value.value is None else value.shown
    return Value(value.value, value.source, shown)


def general(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 2."""
    files = subject.files
    written = files.json("provenance.json", "written")
    day = Value(written.value, written.source, str(written.value)[:10])
    yield "2.6", sentence("The run was written on {}.", day)
    yield (
        "2.8",
        sentence(
            "{} holds the models, the SMILES and labels of the training set, and this "
            "model's card. toxtune is free software (MIT license).",
            f"results/{files.run}/{FINAL}",
        ),
    )


def mechanism(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 8, which is the author's: a fit to data knows no mechanism."""
    yield (
        "8.3",
        sentence(
            "The model was fitted to data, and no mechanism went into it. What its "
            "trials turned on is in the section Search of {}. `predict --explain` says "
            "which atoms of a molecule a prediction comes from.",
            f"results/{subject.files.run}/report.html",
        ),
    )


def miscellany(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 9."""
    files = subject.files
    rows = [
        [words("{}", files.path(name).as_posix()), (what,), (files.sha256(name),)]
        for name, what in _SUPPORT.items()
        if files.has(name)
    ]
    yield "9.3", Table("Files of the run", ("file", "content", "SHA-256"), rows)
    data = {
        f"{subject.trained_on}/train.csv": "training set",
        subject.test_set: "test set",
        f"{subject.split}/settled.tsv": "labels that were cleared or averaged",
        f"{subject.data}/curation.tsv": "rows that were left out, with the reason",
    }
    rows = [
        [words("{}", name), (what,), (files.sha256(name),)]
        for name, what in data.items()
        if files.has(name)
    ]
    yield "9.3", Table("Files of the data", ("file", "content", "SHA-256"), rows)


def versions(files: RunFiles, names: list[str], title: str) -> Table:
    """Return the versions of libraries that the final model was made with."""
    rows: list[list[Parts]] = [
        [(name,), (files.json(FINAL_JSON, "versions", name),)] for name in sorted(names)
    ]
    return Table(title, ("library", "version"), rows)


def family_words(family: str) -> str:
    """Name a model family for people."""
    return FAMILIES.get(family, f"a family of the author's own ({family})")
