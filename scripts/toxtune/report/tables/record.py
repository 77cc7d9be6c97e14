"""Tables for the record: data, ledger of the test set, and provenance."""

from toxtune.report.run import Run
from toxtune.report.tables.table import Table
from toxtune.report.words import SET_NAMES, Facts, counted, listed


def data_table(run: Run) -> Table:
    """Return what the models were trained and tested on."""
    curation, provenance = run.curation, run.provenance
    folder = f"data/{run.selection.dataset}"
    sizes = [f"{SET_NAMES[subset]} {run.size(subset)}" for subset in SET_NAMES]
    labels = run.recipe["labels"]
    return Table(
        "Data",
        ["what", "value"],
        [
            *(["Source", origin] for origin in run.origins),
            ["Raw file, SHA-256", provenance.dataset["sha256"]],
            ["Tasks", f"{len(run.tasks):,}, {run.task_type}"],
            *(
                ["Task left out", f"{task}: {reason}"]
                for task, reason in run.recipe["tasks_left_out"].items()
            ),
            [
                "Rows",
                f"{curation['rows']:,}, {curation['dropped']:,} dropped, "
                f"{curation['molecules_without_label']:,} without a label",
            ],
            [
                "Compounds",
                f"{curation['compounds']:,}, of {curation['groups']:,} different "
                f"connectivities; {labels['compounds_with_several_rows']:,} in several "
                f"rows of one set, {labels['compounds_with_conflicts']:,} with "
                "conflicting labels",
            ],
            [
                "Labels",
                f"{labels['measured']:,}: {labels['cleared']:,} contradicting ones "
                f"cleared, {labels['averaged']:,} averaged",
            ],
            *_permutation(run),
            ["Sets", ", ".join(sizes)],
            ["Split", f"{run.split}; SHA-256 {provenance.split['sha256']}"],
            *(["Read", note] for note in run.data_notes),
            *(["Warning", warning] for warning in run.data_warnings),
        ],
        note=(
            f"`{folder}/curation.tsv` and `{folder}/{run.selection.split}/settled.tsv` "
            "list every change to the raw data."
        ),
    )


def _permutation(run: Run) -> list[list[str]]:
    if run.permutation is None:
        return []
    return [["Labels", f"shuffled (seed {run.permutation})"]]


def ledger_table(run: Run) -> Table:
    """Return every distinct opening of the test set."""
    rows = [
        [
            line["opened"],
            line["run"],
            line["selection"],
            f"{line['shared']:,}" + ("" if line["own"] else ", by other settings"),
            line["objective"],
            ", ".join(
                f"{family} {trial}" for family, trial in sorted(line["winners"].items())
            ),
        ]
        for line in run.openings
    ]
    return Table(
        "Ledger of the test set",
        ["opened", "run", "selection", "molecules", "objective", "winners"],
        rows,
        facts=Facts(("test",), remark=f"of the {run.split}; all runs"),
        note=(
            "One line for each distinct selection that was scored on this test set, or "
            "on one that shares molecules with it: how many, and whether settings of "
            "the data or of the split were others. "
            "The more lines, the more optimistic the best of the test scores."
        ),
    )


def provenance_table(run: Run) -> Table:
    """Return the code, the machine and the command that the numbers came from."""
    record = run.provenance
    code = record.git.commit or "not from a git checkout"
    if record.git.changed_files:
        code += f", with changes in {listed(record.git.changed_files)}"
    seeds = ", ".join(map(str, run.seeds))
    return Table(
        "Provenance",
        ["what", "value"],
        [
            [
                "Search",
                f"{run.settings.strategy}, {counted(len(run.trials), 'trial')}, seeds "
                f"{seeds}",
            ],
            ["Code", code],
            [
                "Machine",
                f"Python {record.python} on {record.platform}, host {record.host}",
            ],
            ["Command", " ".join(record.command or ["unknown"])],
            ["Written", record.written],
        ],
    )
