"""The page: figures, tables and sentences put into the template of ``report/``."""

from collections.abc import Callable
from typing import Any

from toxtune.report.contents import FOLDER, entries
from toxtune.report.figures.figure import Figure
from toxtune.report.molecule_pairs import molecules_for_page, pairs_parts
from toxtune.report.published import published_table
from toxtune.report.rendering import as_json, figure_parts, render
from toxtune.report.run import Run
from toxtune.report.sanity_checks import warnings
from toxtune.report.tables.diagnostics import probabilities_table
from toxtune.report.tables.final_model import final_model_table, prospective_table
from toxtune.report.tables.molecules import cliffs_table, labels_table
from toxtune.report.tables.prospective import prospective_models_table
from toxtune.report.tables.record import data_table, ledger_table, provenance_table
from toxtune.report.tables.scores import (
    other_metrics_table,
    scores_table,
    winners_table,
)
from toxtune.report.tables.search import search_table
from toxtune.report.tables.table import Table
from toxtune.report.tables.tasks import tasks_table
from toxtune.report.tables.trials import all_trials
from toxtune.report.verdict import cards, headline, no_model_for_use, verdict

LEADS = {
    "Test": "The winners of all families on the test set, which was opened only after "
    "they had been selected.",
    "Molecules": "What the test set's molecules show: which the model gets right and "
    "wrong, which it can hardly get right, and how far a single prediction can be "
    "trusted.",
    "Search": "What was tried, scored on the validation set. Nothing in this section "
    "has seen the test set.",
    "Cost": "What the trainings of the search took.",
}

TABLES: dict[str, list[Callable[[Run], Table | None]]] = {
    "Search": [],
    "Test": [
        published_table,
        tasks_table,
        other_metrics_table,
        probabilities_table,
        final_model_table,
        prospective_table,
        prospective_models_table,
    ],
    "Molecules": [labels_table],
    "Cost": [search_table],
}


def page(run: Run, figures: dict[str, Figure]) -> str:
    """Return the report as HTML that asks for nothing from elsewhere."""
    return render(
        "page.html.j2",
        figures,
        name=run.name,
        others=_others(run),
        about=run.facts("train", "valid", "test"),
        headline=headline(run),
        verdict=[*filter(None, [no_model_for_use(run)]), *verdict(run)[1:]],
        cards=cards(run),
        warnings=warnings(run),
        scores=scores_table(run),
        winners=winners_table(run),
        sections=[_section(run, title, figures) for title in LEADS],
        record=[ledger_table(run), data_table(run), provenance_table(run)],
        packages=run.provenance.packages,
        written=run.provenance.written,
        model=run.model if run.permutation is None else None,
        trials=as_json(all_trials(run)),
        trials_script=(FOLDER / "trials.js").read_text("utf-8"),
        molecules=_molecules(run),
    )


def _molecules(run: Run) -> dict[str, Any] | None:
    """Return what the template and ``molecules.js`` show of molecules, if there are."""
    if run.molecules is None:
        return None
    return {
        "facts": run.facts("test", "train", over_tasks=False),
        "pairs": [
            pairs_parts(run, run.molecules, name) for name in ("gallery", "cliffs")
        ],
        "cliffs": cliffs_table(run),
        "data": as_json(molecules_for_page(run, run.molecules)),
        "script": (FOLDER / "molecules.js").read_text("utf-8"),
        "style": (FOLDER / "molecules.css").read_text("utf-8"),
    }


def _others(run: Run) -> dict[str, str]:
    """Return the other splits of the configuration, and where their reports are."""
    names = [name.split("/")[-1] for name in run.settings.splits if name != run.name]
    return {name: f"../{name}/report.html" for name in names}


def _section(run: Run, title: str, figures: dict[str, Figure]) -> dict[str, Any]:
    of_section = [entry for entry in entries(run.task_type) if entry.section == title]
    return {
        "id": title.lower(),
        "title": title,
        "lead": LEADS[title],
        "figures": [
            figure_parts(
                entry.name, entry.title, figures[entry.name], run.selection.objective
            )
            for entry in of_section
            if figures[entry.name].panels
        ],
        "left_out": {
            entry.title: figures[entry.name].note
            for entry in of_section
            if not figures[entry.name].panels
        },
        "tables": [table for make in TABLES[title] if (table := make(run))],
    }
