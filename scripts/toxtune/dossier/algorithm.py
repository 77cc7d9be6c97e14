"""Chapter 4: what computes a prediction, from which descriptors."""

from collections.abc import Iterator

from toxtune.dossier.content import Block, Names, Part, Parts, Table, Value, sentence
from toxtune.dossier.content import words as put
from toxtune.dossier.general import family_words, versions
from toxtune.dossier.run_files import FINAL, FINAL_JSON
from toxtune.dossier.subject import Subject
from toxtune.dossier.vocabulary import OWN_KINDS, kind_words
from toxtune.features.definitions import JOINT, is_scaled
from toxtune.search.selection_file import ENSEMBLE
from toxtune.splits.settings import NO_REFIT
from toxtune.tasks import TaskType


def algorithm(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill chapter 4."""
    yield "4.1", _type(subject)
    yield "4.2", _explicit(subject)
    yield "4.2", _members(subject)
    yield "4.2", _hyperparameters(subject)
    if subject.task_type == TaskType.BINARY:
        yield "4.2", _thresholds(subject)
    elif subject.task_type == TaskType.MULTICLASS:
        yield "4.2", sentence("The predicted class is the most probable one.")
    yield "4.3", _descriptors(subject)
    for names in _names(subject):
        yield "4.3", names
    yield "4.4", _selection(subject)
    yield "4.5", _generation(subject)
    yield "4.5", _settings(subject)
    yield "4.6", _software(subject)
    yield "4.7", _ratio(subject)


def _type(subject: Subject) -> Block:
    families = dict.fromkeys(trial["family"] for trial in subject.final["trials"])
    kinds = "; ".join(map(family_words, families))
    if subject.overall != ENSEMBLE:
        return sentence("QSAR, fitted by machine learning: {}.", kinds)
    return sentence(
        "QSAR, fitted by machine learning: the mean of {} models of these kinds: {}.",
        _number_of_models(subject),
        kinds,
    )


def _number_of_models(subject: Subject) -> Value:
    """Count the models in ``final.zip``, one per member and seed."""
    count = len(subject.final["members"])
    return subject.files.computed(FINAL_JSON, count, {"length": "/members"})


def _explicit(subject: Subject) -> Block:
    files = subject.files
    return sentence(
        "A prediction is the mean of what the models below predict, each counted by "
        "its weight. They are too large to be written out here: {} has every one, and "
        "the code that runs them is public. The SHA-256 of that file is {}.",
        files.path(FINAL).as_posix(),
        files.sha256(FINAL),
    )


def _members(subject: Subject) -> Table:
    files, trials = subject.files, subject.final["trials"]
    numbers = {trial["id"]: number for number, trial in enumerate(trials)}
    rows: list[list[Parts]] = []
    for number, member in enumerate(subject.final["members"]):
        trial = numbers[member["trial"]]
        rows.append(
            [
                (files.json(FINAL_JSON, "trials", trial, "family"),),
                (files.json(FINAL_JSON, "members", number, "trial"),),
                (files.seed(FINAL_JSON, "members", number, "seed"),),
                (files.json(FINAL_JSON, "members", number, "weight"),),
            ]
        )
    note = (
        "Trained on the training and the validation set together."
        if subject.final["refit"] != NO_REFIT
        else "Trained on the training set."
    )
    return Table("Models", ("family", "trial", "training seed", "weight"), rows, note)


def _hyperparameters(subject: Subject) -> Table:
    rows: list[list[Parts]] = []
    for number, trial in enumerate(subject.final["trials"]):
        at = (FINAL_JSON, "trials", number)
        features = subject.files.json(*at, "features")
        shown = features.value.replace(JOINT, f" {JOINT} ")
        descriptors = Value(features.value, features.source, shown)
        parts: list[Part] = ["descriptors ", descriptors]
        for name in sorted(trial["hyperparameters"]):
            value = subject.files.json(*at, "hyperparameters", name)
            parts += [f", {name} ", _as_written(value)]
        rows.append(
            [
                (subject.files.json(*at, "id"),),
                (subject.files.json(*at, "family"),),
                tuple(parts),
            ]
        )
    header = ("trial", "family", "hyperparameters")
    return Table("Hyperparameters", header, rows)


def _as_written(value: Value) -> Value:
    """Show a hyperparameter to the last digit."""
    text = "null" if value.value is None else str(value.value)
    return Value(value.value, value.source, text)


def _thresholds(subject: Subject) -> Table:
    files = subject.files
    rows: list[list[Parts]] = []
    for number, task in enumerate(subject.tasks):
        at = (FINAL_JSON, "thresholds", task)
        rows.append(
            [
                (files.json(FINAL_JSON, "tasks", number),),
                (files.json(*at, "threshold"),),
                (files.json(*at, "temperature"),),
            ]
        )
    note = (
        "The log odds are divided by the temperature. The threshold maximizes "
        "sensitivity + specificity (Youden) on the validation set."
    )
    fitted = subject.final["thresholds"].values()
    if any(each["temperature"] is None is not each["threshold"] for each in fitted):
        note += (
            " A threshold without a temperature: on the validation set no probability "
            "is on the wrong side of one half, so that no number fits best."
        )
    header = ("task", "class 1 from", "temperature")
    return Table("From probability to class", header, rows, note)


def _blocks(subject: Subject) -> list[str]:
    """Return the names of the representations that the models use, each once."""
    names: dict[str, None] = {}
    for trial in subject.final["trials"]:
        names |= dict.fromkeys(trial["features"].split(JOINT))
    return list(names)


def _file_of(subject: Subject, name: str) -> str:
    """Return the file with the descriptors of the training set, as they are used."""
    ending = ".scaled.npz" if is_scaled(name) else ".npz"
    return f"{subject.trained_on}/train/{name}{ending}"


def _descriptors(subject: Subject) -> Table:
    rows: list[list[Parts]] = []
    for name in _blocks(subject):
        definition = subject.files.json(
            FINAL_JSON,
            "features",
            name,
            shown=kind_words(subject.final["features"][name]),
        )
        number: Part = "unknown"
        if subject.files.has(file := _file_of(subject, name)):
            number = subject.files.columns(file)
        rows.append([(name,), (definition,), (number,)])
    return Table("Descriptors", ("name", "what it is", "number"), rows)


def _names(subject: Subject) -> Iterator[Names]:
    """Yield the names of descriptors that have names."""
    for name in _blocks(subject):
        file = _file_of(subject, name)
        if subject.files.has(file) and (names := subject.files.column_names(file)):
            count = subject.files.columns(file)
            yield Names(put("The {} columns of {}", count, name), names)


def _selection(subject: Subject) -> Block:
    files = subject.files
    tried = dict.fromkeys(row["features"] for row in files.rows("trials.tsv"))
    representations = "; ".join(tried)
    return sentence(
        "Descriptors were chosen with the other hyperparameters, by the validation "
        "score of whole models, never one by one and never by the test set. Used by "
        "the trials of the search ({}): {}. Columns are not left out; each model "
        "weighs them itself.",
        files.count("trials.tsv"),
        representations,
    )


def _generation(subject: Subject) -> Block:
    standardize = subject.files.json(FINAL_JSON, "standardize")
    what = {
        "parent": "A molecule is described by its largest organic part, uncharged",
        "none": "A molecule is described as its SMILES is written",
    }[standardize.value]
    texts = [f"{what} (standardize: {{}})."]
    if all(each["kind"] in OWN_KINDS for each in subject.final["features"].values()):
        texts.append("The descriptors are read, and not computed of it.")
    if any(map(is_scaled, _blocks(subject))):
        texts.append(
            "Descriptors that are no bits or counts are scaled by their quantiles in "
            "the training set; a missing one is its median there."
        )
    texts.append("The models were then fitted with the settings of 4.2.")
    return sentence(" ".join(texts), standardize)


def _settings(subject: Subject) -> Table:
    """Return how the search chose the model."""
    files = subject.files
    chosen = {
        "trials of the search": files.count("trials.tsv"),
        "of them with a score": files.count("trials.tsv", status="ok"),
        "ranked by": files.json("selection.json", "objective", "metric"),
        "rule": files.json("selection.json", "rule"),
        "training seeds": files.json("selection.json", "seeds"),
        "selected": files.json("selection.json", "overall"),
    }
    rows: list[list[Parts]] = [[(name,), (value,)] for name, value in chosen.items()]
    return Table("How the model was chosen", ("what", "value"), rows)


def _software(subject: Subject) -> Block:
    kinds = {each["kind"] for each in subject.final["features"].values()}
    if kinds <= OWN_KINDS:
        return sentence("None: the descriptors are numbers of the author's own.")
    return versions(subject.files, ["rdkit", "numpy"], "Software of the descriptors")


def _ratio(subject: Subject) -> Block:
    files = subject.files
    paths = [_file_of(subject, name) for name in _blocks(subject)]
    molecules = files.json(FINAL_JSON, "training_molecules")
    if not all(map(files.has, paths)):
        return sentence("{} training molecules.", molecules)
    columns = [files.columns(path) for path in paths]
    return sentence(
        "{} training molecules / {} descriptors = {}. Models of these kinds bound "
        "their own complexity, so that the ratio says little of overfitting; 6.7 "
        "beside 7.7 shows it.",
        molecules,
        files.total(columns),
        files.ratio(molecules, columns),
    )
