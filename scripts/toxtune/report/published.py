"""Published scores of the datasets that toxtune ships, from a file of ``report/``."""

import pandas as pd

from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.io.tsv import read_tsv
from toxtune.report.contents import FOLDER
from toxtune.report.run import Run, RunSettings
from toxtune.report.tables.table import Table
from toxtune.report.words import SET_NAMES, Facts, format_score
from toxtune.stats.metrics import METRICS

PUBLISHED = FOLDER / "published_scores.tsv"
# A run with one of these has other labels, or another test set.
_CHANGED = ("permute_labels", "test_sha256", "not_tasks")


def published_table(run: Run) -> Table | None:
    """Return what others score on the same dataset with the same kind of split."""
    found = published_scores(run.settings, run.metric, run.tasks)
    if found.empty:
        return None
    rows = [
        [
            row["model"],
            _with_sd(row["score"], row["sd"]),
            SET_NAMES[row["set"]],
            f"{row['split']} split {row['fractions']}",
            METRICS[row["metric"]].title,
            row["source"],
        ]
        for row in found.to_dict("records")
    ]
    return Table(
        "Published scores",
        ["model", "score", "of the", "split", "metric", "source"],
        rows,
        facts=Facts(remark="scores of others, mean and SD over splits where given"),
        note=(
            "The same table and the same kind of split, but other molecules in each "
            "set, since these splits were drawn with other seeds. Differences of a "
            "few hundredths are no more than the luck of a split. A validation score "
            "that a model was chosen by is optimistic."
        ),
    )


def published_scores(
    settings: RunSettings, metric: str, tasks: list[str]
) -> pd.DataFrame:
    """Look the scores up that were published for a run's data, split and metric.

    Parameters
    ----------
    settings
        Of the run. Its table must be the very one, with all tasks and their labels.
    metric
        The objective's.
    tasks
        The tasks of the run.
    """
    table = read_tsv(PUBLISHED)
    shipped = {name: known.sha256 for name, known in KNOWN_DATASETS.items()}
    dataset, split = settings.dataset, settings.split
    if any(key in dataset for key in _CHANGED) or split.get("outer"):
        return table[:0]
    fractions = split.get("fractions") or {}
    shares = "/".join(f"{100 * fractions.get(name, 0):g}" for name in SET_NAMES)
    return table[
        (table["dataset"].map(shipped) == dataset.get("sha256"))
        & (table["split"] == split["method"])
        & (table["fractions"] == shares)
        & (table["metric"] == metric)
        & (table["tasks"] == len(tasks))
    ]


def _with_sd(score: float, sd: float) -> str:
    written = format_score(score)
    return written if pd.isna(sd) else f"{written} ± {format_score(sd)}"
