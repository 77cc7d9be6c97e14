"""Fields 6.8 to 6.12: would other molecules, seeds or labels have led elsewhere."""

from collections.abc import Iterator, Mapping
from typing import Any

from toxtune.dossier.content import Block, NotDone, Parts, Table, Value, sentence
from toxtune.dossier.run_files import RunFiles
from toxtune.dossier.sets import decisions
from toxtune.dossier.subject import TEST, Subject, runs
from toxtune.search.selection_file import ENSEMBLE
from toxtune.splits.settings import NO_REFIT, draws_sets
from toxtune.stats.metrics import METRICS
from toxtune.tasks import TaskType

_PERMUTED = "permute_labels"


def robustness(subject: Subject) -> Iterator[tuple[str, Block]]:
    """Fill the fields."""
    yield "6.8", NotDone(("Leave-one-out cross-validation was not carried out.",))
    for number, write in {
        "6.9": _folds,
        "6.10": _scrambling,
        "6.11": _bootstrap,
        "6.12": _others,
    }.items():
        for block in write(subject):
            yield number, block


def _folds(subject: Subject) -> Iterator[Block]:
    files = subject.files
    if not subject.folds:
        why = "Not carried out: the trials were scored on one validation set (6.12). "
        if draws_sets(subject.settings_of_split["method"]):
            why += "`validation: {scheme: cross_validation}` scores them fold by fold."
        else:
            why += "A split whose sets are given has no folds."
        yield NotDone((why,))
        return
    at = ("provenance.json", "split", "cross_validation")
    yield sentence(
        "Training and validation set together were cut into {} folds (repeats: {}), so "
        "that each molecule was predicted by models that had not seen it; no compound "
        "is in two folds. The score of each winner is the mean over folds and training "
        "seeds:",
        files.json(*at, "folds"),
        files.json(*at, "repeats"),
    )
    yield _winners(subject, "Cross-validation")
    if table := _by_fold(subject):
        yield table


def _winners(subject: Subject, title: str) -> Table:
    """Return the validation scores that the winners were selected by."""
    files = subject.files
    rows: list[list[Parts]] = []
    for family in subject.selection.contenders:
        at: tuple[str, ...] = ("winners", family)
        if family == ENSEMBLE:
            at = ("ensemble",)
        chosen = " (selected)" if family == subject.overall else ""
        rows.append(
            [
                (f"{family}{chosen}",),
                (files.json("selection.json", *at, "mean"),),
                (files.json("selection.json", *at, "sd"),),
            ]
        )
    metric = subject.title(subject.metric)
    several = files.content("optimism.json")["overall"]["out_of"] > 1
    note = "The best of several, so optimistic; 6.11 corrects it." if several else ""
    return Table(title, ("winner of", metric, "SD over seeds"), rows, note)


def _by_fold(subject: Subject) -> Table | None:
    """Return the winners' scores fold by fold."""
    files, prefix = subject.files, f"{subject.metric}_fold-"
    rows_of_trials = files.rows("trials.tsv")
    columns = [name for name in rows_of_trials[0] if name.startswith(prefix)]
    if not columns:
        return None
    rows: list[list[Parts]] = []
    for family, winner in sorted(subject.selection.winners.items()):
        cells = [
            (files.cell("trials.tsv", column, trial=winner.trial.id) or "none",)
            for column in columns
        ]
        rows.append([(family,), *cells])
    header = ["winner of", *(f"fold {name.removeprefix(prefix)}" for name in columns)]
    return Table("Fold by fold", header, rows)


def _scrambling(subject: Subject) -> Iterator[Block]:
    """Look for runs of the same data and split whose labels were shuffled."""
    settings = subject.files.content("provenance.json")["dataset"]
    if _PERMUTED in settings:
        yield sentence(
            "The labels of this very run are shuffled (seed {}): it is a control, and "
            "no model for use.",
            subject.files.seed("provenance.json", "dataset", _PERMUTED),
        )
        return
    controls = [run for run in runs() if _is_control(subject, run)]
    if not controls:
        yield NotDone(
            (
                "Not carried out. `dataset: {permute_labels: 0}`, under another name "
                "of the run, repeats the whole search with shuffled labels; this "
                "dossier then finds it.",
            )
        )
        return
    rows = [_control(subject, run) for run in controls]
    metric = subject.title(subject.metric)
    interval_of = f"{subject.level().shown} interval"
    header = ["run", "seed", "chosen out of", f"{metric}, validation", interval_of]
    header += [f"{metric}, test", interval_of]
    yield Table(
        "Searches with shuffled labels",
        header,
        rows,
        "An honest search is at chance here. Validation scores are corrected for the "
        "search.",
    )
    yield sentence(
        "This run chose out of so many models: {}. A control that chose out of fewer "
        "shows less.",
        subject.files.json("optimism.json", "overall", "out_of"),
    )


def _is_control(subject: Subject, run: str) -> bool:
    files = RunFiles(run)
    needed = ("provenance.json", TEST, "optimism.json")
    if run == subject.files.run or not all(map(files.has, needed)):
        return False
    is_permuted = _PERMUTED in files.content(needed[0])["dataset"]
    return is_permuted and _settings(files) == _settings(subject.files)


def _settings(files: RunFiles) -> tuple[Any, ...]:
    """Return what a run and its control have in common: data, split and scores.

    The split is known by its settings: who is where depends on the labels, too.
    """
    provenance, test = files.content("provenance.json"), files.content(TEST)
    return (
        _without(provenance["dataset"], _PERMUTED),
        _without(provenance["split"], "sha256"),
        test["objective"],
        test["confidence"],
    )


def _without(settings: Mapping[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in settings.items() if key != name}


def _control(subject: Subject, run: str) -> list[Parts]:
    folder = f"results/{run}"
    files, metric = subject.files, subject.metric
    overall = files.content(f"{folder}/{TEST}")["overall"]
    at = (f"{folder}/{TEST}", "families", overall, metric, "mean")
    corrected = (f"{folder}/optimism.json", "overall")
    return [
        (run,),
        (files.seed(f"{folder}/provenance.json", "dataset", _PERMUTED),),
        (files.json(*corrected, "out_of"),),
        (files.json(*corrected, "corrected"),),
        interval(files, *corrected, "interval"),
        (files.json(*at, "test"),),
        interval(files, *at, "test_interval"),
    ]


def interval(files: RunFiles, name: str, *keys: str | int) -> Parts:
    """Read both ends of an interval."""
    if files.json(name, *keys).value is None:
        return ("none",)
    return (files.json(name, *keys, 0), " to ", files.json(name, *keys, 1))


def _bootstrap(subject: Subject) -> Iterator[Block]:
    files, name = subject.files, "optimism.json"
    known = files.content(name)["overall"]
    if known["corrected"] is None or known["interval"] is None:
        yield NotDone(("The validation score could not be corrected by resampling.",))
        return
    yield sentence(
        "The winner was chosen by its validation score, from so many models: {}. "
        + ("That makes the score optimistic. " if known["out_of"] > 1 else "")
        + "The validation molecules were resampled {} times, and the selection was "
        "repeated on each resample (docs/statistics.md): corrected for the search, the "
        "score is {} (raw {}; interval {} to {}). The same model won {} of the "
        "resamples.",
        files.json(name, "overall", "out_of"),
        files.json(name, "resamples"),
        files.json(name, "overall", "corrected"),
        files.json(name, "overall", "raw"),
        files.json(name, "overall", "interval", 0),
        files.json(name, "overall", "interval", 1),
        _percent(files.json(name, "overall", "chosen_again")),
    )


def _percent(value: Value) -> Value:
    return Value(value.value, value.source, f"{100 * value.value:.0f}%")


def _others(subject: Subject) -> Iterator[Block]:
    files = subject.files
    if subject.folds:
        yield sentence("The folds of 6.9 are the validation set.")
    else:
        yield sentence(
            "Hold-out: the trials were scored on {} validation molecules, which no "
            "model was fitted to.",
            files.json(TEST, "molecules", "valid"),
        )
        yield _winners(subject, "Validation set")
    if subject.task_type == TaskType.BINARY:
        yield decisions(subject, "valid")
    at = (TEST, "families", subject.overall, subject.metric, "mean")
    before = "" if subject.final["refit"] == NO_REFIT else ", before the refit"
    if files.json(*at, "test_sd_over_seeds").value is not None:
        yield sentence(
            f"Training seeds{before}: {{}} on the test set with single seeds; SD {{}}.",
            files.json(*at, "test_per_seed"),
            files.json(*at, "test_sd_over_seeds"),
        )
    if table := _splits(subject):
        yield table
    if subject.task_type == TaskType.REGRESSION and files.content(TEST).get("task_sds"):
        scaled = [METRICS[m].title for m in subject.metrics if METRICS[m].has_unit]
        yield sentence(
            f"Means over tasks of {' and '.join(scaled)} are in SDs of each task's "
            "training labels."
        )


def _splits(subject: Subject) -> Table | None:
    """Return what the same search gave on the other splits of the configuration."""
    name, _, part = subject.files.run.partition("/")
    table = f"results/{name}/splits.tsv"
    if not part or not subject.files.has(table):
        return None
    files = subject.files
    rows: list[list[Parts]] = []
    for row in files.rows(table):
        where = {"split": row["split"], "family": row["family"]}
        selected = row["selected"] == "True"
        rows.append(
            [
                (row["split"],),
                (f"{row['family']}{' (selected)' if selected else ''}",),
                *(
                    (files.cell(table, column, **where) or "none",)
                    for column in ("valid", "test", "low", "high")
                ),
            ]
        )
    header = ("split", "winner of", "validation", "test", "from", "to")
    title = f"Other splits of the same data: {subject.title(subject.metric)}"
    return Table(title, header, rows)
