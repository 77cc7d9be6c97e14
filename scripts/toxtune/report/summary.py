"""The summary as Markdown: what won, how good it is, and how that is known."""

from toxtune.report.markdown import in_markdown, markdown_table
from toxtune.report.published import published_table
from toxtune.report.run import Run
from toxtune.report.sanity_checks import warnings
from toxtune.report.tables.diagnostics import (
    comparison_table,
    correction_table,
    probabilities_table,
    similarity_table,
)
from toxtune.report.tables.final_model import final_model_table, prospective_table
from toxtune.report.tables.prospective import prospective_models_table
from toxtune.report.tables.record import data_table
from toxtune.report.tables.scores import (
    other_metrics_table,
    scores_table,
    winners_table,
)
from toxtune.report.tables.search import failures_table, search_table
from toxtune.report.tables.table import Table
from toxtune.report.tables.tasks import tasks_table
from toxtune.report.tables.trust import coverage_table, domain_table
from toxtune.report.verdict import headline, verdict
from toxtune.report.words import SET_NAMES

_AFTER_THE_SCORES = (
    winners_table,
    published_table,
    other_metrics_table,
    tasks_table,
    correction_table,
    comparison_table,
    probabilities_table,
    coverage_table,
    domain_table,
    final_model_table,
    prospective_table,
    prospective_models_table,
    similarity_table,
    search_table,
    failures_table,
    data_table,
)


def summary(run: Run) -> str:
    """Write the summary as Markdown."""
    tables = [table for make in _AFTER_THE_SCORES if (table := make(run))]
    sections = [
        f"# {in_markdown(run.name)}: results",
        _headline(run),
        *(in_markdown(sentence) for sentence in verdict(run)[1:]),
        f"{in_markdown(_capitalized(str(run.facts(*SET_NAMES))))}.",
        _table_text(scores_table(run)),
        *_notes(run),
        _warnings_text(run),
        *(f"## {in_markdown(table.title)}\n\n{_table_text(table)}" for table in tables),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _headline(run: Run) -> str:
    """Write the first sentence, with its number in bold."""
    number = headline(run).value
    sentence = in_markdown(verdict(run)[0])
    return sentence.replace(f" {number} ", f" **{number}** ", 1)


def _table_text(table: Table) -> str:
    paragraphs = [
        f"{in_markdown(_capitalized(table.facts.short))}." if table.facts.short else "",
        markdown_table(table.header, table.rows).rstrip(),
        in_markdown(table.note),
    ]
    return "\n\n".join(paragraph for paragraph in paragraphs if paragraph)


def _notes(run: Run) -> list[str]:
    """Say how often the test set was opened, and whether the models are the same."""
    times = f"**{run.opened_in_words}** (distinct selections)"
    opened = f"This test set has been opened {times}."
    if not all(opening["own"] for opening in run.openings):
        opened += (
            " Those had other settings of the data or of the split, and a test set "
            "that shares molecules with this one."
        )
    if len(run.openings) > 1:
        opened += (
            " Every further opening makes its scores a little more optimistic; report "
            "the number with them."
        )
    notes = [opened]
    if run.largest_difference > 0:
        notes.append(
            "The saved models' validation predictions differ by up to "
            f"{run.largest_difference:.2g} from those of the search: the models were "
            "trained on another type of processor or with other library versions."
        )
    return notes


def _warnings_text(run: Run) -> str:
    lines = [f"- {in_markdown(warning)}" for warning in warnings(run)]
    return "\n".join(["## Warnings", "", *lines]) if lines else ""


def _capitalized(text: str) -> str:
    return text[:1].upper() + text[1:]
