"""The summary that a person reads: what won, how good it is, how that is known."""

from dataclasses import dataclass
from typing import Any

import pandas as pd

from toxtune.report.final_model_section import final_section, prospective_section
from toxtune.report.markdown import (
    format_interval,
    format_score,
    in_markdown,
    markdown_table,
)
from toxtune.report.run import Evidence
from toxtune.report.summary_sections import (
    calls_section,
    comparison_section,
    part_in_words,
    selection_section,
    similarity_section,
    warning_section,
)
from toxtune.search.selection_file import Selection
from toxtune.stats.metrics import METRICS
from toxtune.statuses import NO_RESULT


@dataclass(frozen=True)
class Results:
    """What the files of a run say.

    Attributes
    ----------
    run
        Name of the run.
    selection
        What was selected.
    test, curation, plan
        Contents of ``test.json``, ``curation.json``, and the settings of dataset,
        split and test.
    trials, cost
        The tables of the search.
    openings
        Lines of the split's ledger.
    largest_difference
        Between a saved model's validation predictions and those it was selected by.
    evidence
        What was made to doubt the scores.
    prospective
        Scores of the final model on data that came later.
    """

    run: str
    selection: Selection
    test: dict[str, Any]
    curation: dict[str, Any]
    plan: dict[str, Any]
    trials: pd.DataFrame
    cost: pd.DataFrame
    openings: list[dict[str, Any]]
    largest_difference: float
    evidence: Evidence
    prospective: list[dict[str, Any]]

    def where(self, subset: str) -> str:
        """Say which set a number is from, with the split and the size."""
        return part_in_words(subset, self.test, self.plan["split"])


def summary(results: Results) -> str:
    """Write the summary as Markdown."""
    sections = [
        f"# {results.run}: the result\n",
        _verdict(results),
        _score_table(results),
        _notes(results),
        warning_section(results.evidence, results.test, results.plan),
        "## Winners\n",
        _winner_table(results),
        "## Tasks\n",
        _task_table(results),
        *_evidence(results),
        "## Search\n",
        _search_table(results),
        _failures(results),
        "## Data\n",
        _data(results),
    ]
    return "\n".join(section for section in sections if section)


def _evidence(results: Results) -> list[str]:
    evidence, where = results.evidence, results.where
    metric = results.selection.objective.metric
    return [
        selection_section(evidence, where("valid")),
        comparison_section(evidence, metric, where("test")),
        calls_section(evidence, where("test")),
        final_section(results.test, results.plan["final"], where("test")),
        prospective_section(results.prospective),
        similarity_section(evidence, where("test")),
    ]


def _verdict(results: Results) -> str:
    family = results.selection.overall
    metric = results.selection.objective.metric
    mean = results.test["families"][family][metric]["mean"]
    won = results.selection.winner
    corrected = results.evidence.optimism["overall"]["corrected"]
    folds = results.plan["split"].get("cross_validation")
    judged = "over the folds" if folds else "on the validation set"
    return (
        f"Selected: **{family}** trial `{won.trial.id}`, for its "
        f"{METRICS[metric].title} {judged} ({won.mean:.3f}; corrected "
        f"for the choice {format_score(corrected)}). "
        f"On the test set: **{METRICS[metric].title} {format_score(mean['test'])}**"
        f"{_spread(mean)}. ({results.where('test').capitalize()}; means over seeds "
        f"{', '.join(map(str, results.selection.seeds))}.)\n"
    )


def _spread(mean: dict[str, Any]) -> str:
    subsets = []
    if mean["test_sd_over_seeds"] is not None:
        subsets.append(f"SD over seeds {mean['test_sd_over_seeds']:.3f}")
    if mean["test_interval"]:
        low, high = mean["test_interval"]
        subsets.append(f"interval over molecules {low:.3f} to {high:.3f}")
    return f" ({'; '.join(subsets)})" if subsets else ""


def _score_table(results: Results) -> str:
    test = results.test
    level = f"{100 * test['confidence']:g}%"
    rows = []
    for family, metrics in test["families"].items():
        for metric, report in metrics.items():
            mean = report["mean"]
            mark = " *" if family == test["overall"] else ""
            rows.append(
                [
                    family + mark,
                    METRICS[metric].title,
                    *(
                        format_score(mean[subset])
                        for subset in ("train", "valid", "test")
                    ),
                    format_score(mean["test_sd_over_seeds"]),
                    format_interval(mean["test_interval"]),
                ]
            )
    header = ["family", "mean over tasks", "train", "valid", "test"]
    return markdown_table([*header, "SD (seeds)", f"{level} interval"], rows)


def _notes(results: Results) -> str:
    n_openings = len(results.openings)
    times = "time" if n_openings == 1 else "times"
    lines = [
        "`*` selected overall. Scores are means over seeds "
        f"{', '.join(map(str, results.selection.seeds))} of the means over tasks; "
        "the interval is a bootstrap over test molecules "
        f"({results.test['resamples']} resamples). The winners were chosen by the "
        "valid column, so that it is too good; train was fitted on."
        + _validation_note(results.plan["split"]),
        "",
        "; ".join(
            results.where(subset) for subset in ("train", "valid", "test")
        ).capitalize()
        + ".",
        "",
        f"Distinct selections that have opened this test set: **{n_openings}** "
        f"{times}." + _warning_of_openings(n_openings),
    ]
    if results.largest_difference > 0:
        lines += [
            "",
            "The saved models' validation predictions differ from those of the search "
            f"by up to {results.largest_difference:.2g}: they were trained on another "
            "kind of processor or with other library versions.",
        ]
    return "\n".join(lines) + "\n"


def _validation_note(split: dict[str, Any]) -> str:
    scheme = split.get("cross_validation")
    if not scheme:
        return ""
    times = f", {scheme['repeats']} times over" if scheme["repeats"] > 1 else ""
    return (
        f" Valid is the mean over {scheme['folds']} folds of the training set{times}; "
        "the models that were tested are trained on all of it."
    )


def _warning_of_openings(n_openings: int) -> str:
    if n_openings < 2:
        return ""
    return (
        " Each further look makes the test score a little less of a test; report the "
        "number with it."
    )


def _winner_table(results: Results) -> str:
    rows = []
    for family, won in results.selection.winners.items():
        trial = won.trial
        settings = ", ".join(
            f"{name} {'null' if value is None else value}"
            for name, value in sorted(trial.hyperparameters.items())
        )
        rows.append([family, f"`{trial.id}`", trial.features, settings, won.out_of])
    header = ["family", "trial", "features", "hyperparameters", "best of"]
    return markdown_table(header, rows)


def _task_table(results: Results) -> str:
    metric = results.selection.objective.metric
    families = list(results.test["families"])
    tasks = results.test["families"][families[0]][metric]["tasks"]
    rows = []
    for task in tasks:
        row = [task]
        for family in families:
            scores = results.test["families"][family][metric]["tasks"][task]
            row += [
                format_score(scores["valid"]),
                format_score(scores["test"]),
                format_interval(scores["test_interval"]),
            ]
        rows.append(row)
    header = ["task"]
    for family in families:
        header += [f"{family} valid", "test", "interval"]
    unscored = [row[0] for row in rows if "none" in row]
    table = markdown_table(header, rows)
    if unscored:
        table += (
            f"\nNo score (`none`) where a set has one class alone: "
            f"{', '.join(map(in_markdown, unscored))}.\n"
        )
    where = f"{results.where('valid')}; {results.where('test')}"
    return f"{METRICS[metric].title} per task ({where}).\n\n{table}"


def _search_table(results: Results) -> str:
    metric = results.selection.objective.metric
    rows = []
    for family, trials in results.trials.groupby("family"):
        cost = results.cost[results.cost["family"] == family]
        best = trials[f"{metric}_mean"]
        rows.append(
            [
                family,
                len(trials),
                int((trials["status"] != "ok").sum()),
                f"{format_score(best.min())} to {format_score(best.max())}",
                f"{cost['seconds'].sum():.0f} s",
                f"{cost['peak_memory_mib'].max():.0f} MiB",
            ]
        )
    header = ["family", "trials", "failed", "valid scores", "training", "peak memory"]
    return markdown_table(header, rows)


def _failures(results: Results) -> str:
    failed = results.trials[results.trials["status"] != "ok"]
    if failed.empty:
        return ""
    lines = [
        f"- `{row['trial']}` ({row['family']}): {row['status']}"
        for _, row in failed.iterrows()
    ]
    if set(failed["status"]) & NO_RESULT:
        lines += ["", "`make retry` has those trained again that did not diverge."]
    return (
        "Trials without a score, left out of the ranking:\n\n" + "\n".join(lines) + "\n"
    )


def _data(results: Results) -> str:
    curation, split = results.curation, results.plan["split"]
    sizes = results.test["molecules"]
    how = ", ".join(f"{key} {in_markdown(split[key])}" for key in sorted(split))
    return "\n".join(
        [
            f"- SHA-256 of the CSV: `{results.plan['dataset']['sha256']}`",
            f"- the tasks are {curation['task_type']}, as the objective says",
            f"- {curation['rows']} rows, {curation['dropped']} dropped, "
            f"{curation['groups']} distinct molecules "
            f"({curation['groups_with_several_rows']} in several rows, "
            f"{curation['groups_with_conflicts']} with conflicting labels, "
            f"{curation['labels_cleared']} labels cleared, "
            f"{curation['labels_averaged']} averaged); each in `curation.tsv`",
            f"- split: {how}",
            f"- train {sizes['train']}, valid {sizes['valid']}, test {sizes['test']} "
            "rows",
            "",
        ]
    )
