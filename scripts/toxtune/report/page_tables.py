"""The tables of the page: scores, winners, costs, ledger, provenance."""

from dataclasses import dataclass
from typing import Any

from toxtune.report.figures.cost import total_costs
from toxtune.report.final_model_section import final_table, prospective_table
from toxtune.report.markdown import format_score
from toxtune.report.run import Run, listed
from toxtune.report.settings import setting_texts
from toxtune.report.summary_sections import calls_rows
from toxtune.report.verdict import duration
from toxtune.stats.metrics import METRICS, metrics_of


@dataclass(frozen=True)
class Table:
    """A table as it stands in the page, all of it text."""

    title: str
    header: list[str]
    rows: list[list[str]]
    facts: str = ""
    note: str = ""


def scores_table(run: Run) -> Table:
    """Return the winners' scores on all three parts, by every metric."""
    rows = []
    for metric in sorted(
        metrics_of(run.task_type), key=lambda name: name != run.metric
    ):
        for family in run.families:
            mean = run.test["families"][family][metric]["mean"]
            low, high = mean["test_interval"] or (None, None)
            chosen = " (selected)" if family == run.selection.overall else ""
            rows.append(
                [
                    family + chosen,
                    METRICS[metric].title,
                    *(
                        format_score(mean[subset])
                        for subset in ("train", "valid", "test")
                    ),
                    f"{format_score(low)} to {format_score(high)}",
                    format_score(mean["test_sd_over_seeds"]),
                ]
            )
    header = ["winner of", "metric", "train", "valid", "test", f"{run.level} interval"]
    return Table(
        "Scores of the winners",
        [*header, "SD (seeds)"],
        rows,
        facts=run.facts("train", "valid", "test"),
        note=(
            "Interval and SD are of the test column. The models were fitted on the "
            "training set and chosen by the validation set, so that both columns are "
            "too good. The test column is the one to quote, with the number of times "
            "that the set was opened."
        ),
    )


def winners_table(run: Run) -> Table:
    """Return each family's winner with its settings."""
    texts = setting_texts(run)
    rows = [
        [
            family,
            won.trial.id,
            run.setting(won.trial.id)["features"],
            texts[won.trial.id] or "nothing was varied",
            f"{won.mean:.3f}",
            str(won.out_of),
        ]
        for family, won in sorted(run.selection.winners.items())
    ]
    header = ["family", "trial", "features", "settings", "valid", "best of"]
    return Table(
        "Winners",
        header,
        rows,
        facts=f"{run.facts('valid')}. Rule: {run.selection.rule}",
    )


def calls_table(run: Run) -> Table:
    """Return how good calls and probabilities are, for binary tasks."""
    header = ["winner of", "precision", "recall", "specificity", "F1", "MCC"]
    return Table(
        "Calls and probabilities",
        [*header, "Brier", "Brier, scaled", "Brier, constant"],
        calls_rows(run.evidence),
        facts=run.facts("test"),
        note=(
            "Called active above a threshold for each task (Youden's J), which was "
            "fitted on the validation set, as were the temperatures that scale the "
            "probabilities. The Brier score is the mean squared error of the "
            "probabilities, low is good; constant: of one who always says how many "
            "are active. Each task is in decisions.tsv and brier.tsv."
        ),
    )


def final_model_table(run: Run) -> Table:
    """Return the test scores of the models for use, before and after a refit."""
    header, rows = final_table(run.test, run.settings["final"])
    note = "The starred one is in final.zip. That was configured, not chosen by this."
    title = f"Final model: {run.metric_name}"
    return Table(title, header, rows, run.facts("test"), note)


def later_data_table(run: Run) -> Table:
    """Return how the final model did on data that came later."""
    header, rows = prospective_table(run.prospective)
    return Table(
        f"Data that came later: {run.metric_name}",
        header,
        [[str(cell) for cell in row] for row in rows],
        facts="available after the model was frozen; molecules of train and valid "
        "left out",
        note="Looks: distinct final models that these data have been shown to.",
    )


def costs_table(run: Run) -> Table:
    """Return what each family's trainings cost."""
    rows = [
        [
            row["family"],
            f"{row['trials']:,}",
            f"{row['trainings']:,}",
            duration(row["seconds"]),
            duration(row["seconds_per_training"]),
            f"{row['memory_mib']:,.0f} MiB",
        ]
        for _, row in total_costs(run).iterrows()
    ]
    header = ["family", "trials", "trainings", "in all", "per training", "peak memory"]
    return Table("Total cost", header, rows, facts="Seconds of one core, summed")


def ledger_table(run: Run) -> Table:
    """Return every distinct opening of the test set."""
    rows = [
        [
            line["opened"],
            line["run"],
            line["selection"],
            line["objective"],
            ", ".join(
                f"{family} {trial}" for family, trial in sorted(line["winners"].items())
            ),
        ]
        for line in run.openings
    ]
    return Table(
        "Ledger of the test set",
        ["opened", "run", "selection", "objective", "winners"],
        rows,
        facts=f"test set; {run.split}; all runs together",
        note="One line for each distinct selection that looked at this test set. "
        "Each look makes its scores a little less of a test.",
    )


def provenance_table(run: Run) -> Table:
    """Return where the numbers came from."""
    record = run.provenance
    git, changed = record["git"], record["git"]["changed_files"]
    code = git["commit"] or "not from a git checkout"
    if changed:
        code += f", with changes in {listed(changed)}"
    rows = [
        ["Data, SHA-256", record["dataset"]["sha256"]],
        ["Molecules", _curation(run.curation)],
        ["Split", f"{run.split}; SHA-256 {record['split']['sha256']}"],
        ["Search", _search(run)],
        ["Code", code],
        [
            "Python",
            f"{record['python']} on {record['platform']}, host {record['host']}",
        ],
        ["Written", record["written"]],
        ["Command", " ".join(record["command"] or ["unknown"])],
        ["Test bootstrap", f"{run.test['resamples']:,} resamples of molecules"],
    ]
    return Table("Provenance", ["what", "value"], rows)


def _curation(curation: dict[str, Any]) -> str:
    return (
        f"{curation['rows']:,} rows, {curation['dropped']} dropped; "
        f"{curation['groups']:,} distinct molecules; {curation['labels_cleared']} "
        "contradicting labels cleared"
    )


def _search(run: Run) -> str:
    return (
        f"{run.settings['strategy']}, {len(run.trials):,} trials, seeds "
        f"{', '.join(map(str, run.seeds))}"
    )
