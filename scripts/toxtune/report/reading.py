"""Reading a finished run from its files, once."""

from collections.abc import Iterable, Mapping
from dataclasses import fields
from pathlib import Path

import pandas as pd

from toxtune.data.kept_files import origins
from toxtune.data.subsets import read_subset
from toxtune.evaluation.baselines import read_baselines
from toxtune.evaluation.evaluation_file import read_evaluation
from toxtune.evaluation.ledger import Opened, read_openings_of
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.export.run import read_search
from toxtune.io.files import read_json
from toxtune.io.tsv import read_tsv
from toxtune.report.diagnostics import read_diagnostics
from toxtune.report.model_file import read_model_file
from toxtune.report.molecules import read_molecules
from toxtune.report.prospective import read_prospective_score
from toxtune.report.provenance import Provenance
from toxtune.report.run import Run, RunSettings
from toxtune.selection.search_results import TrialRecord


def read_run(
    name: str,
    *,
    settings: RunSettings,
    files: Mapping[str, str | list[str]],
    ledger: Path,
    provenance: Provenance,
) -> Run:
    """Read the files of a run.

    Parameters
    ----------
    name
        Folder of the run below ``results/``.
    settings
        Its configuration.
    files
        Paths by the names that the rules give them; ``records`` and ``prospective`` are
        lists. Tables that the type of tasks does not have are empty lists. Learning
        curves are read from the folders that ``specs`` names.
    ledger
        The ledger of the test set's source.
    provenance
        Where the numbers came from.
    """
    paths = {key: Path(path) for key, path in files.items() if isinstance(path, str)}
    search = read_search(
        name,
        selection=paths["selection"],
        specs=paths["specs"],
        trials=paths["trials"],
        cost=paths["cost"],
    )
    test_set = read_subset(paths["test_set"])
    opened = Opened(
        search.selection.dataset, search.selection.split, frozenset(test_set.groups)
    )
    return Run(
        **{field.name: getattr(search, field.name) for field in fields(search)},
        settings=settings,
        evaluation=read_evaluation(paths["test"]),
        baselines=read_baselines(paths["baselines"]),
        origins=origins(paths["sources"]),
        curation=read_json(paths["curation"]),
        recipe=read_json(paths["recipe"]),
        provenance=provenance,
        openings=read_openings_of(ledger, opened, provenance.siblings),
        diagnostics=read_diagnostics(paths),
        largest_difference=_largest_difference(files["records"]),
        test_set=test_set,
        test_predictions=read_test_predictions(paths["test_predictions"], search.seeds),
        curves=_learning_curves(search.trained),
        prospective=[
            read_prospective_score(Path(path)) for path in files["prospective"]
        ],
        model=read_model_file(paths["model"]) if "model" in paths else None,
        molecules=read_molecules(paths) if "examples" in paths else None,
    )


def _largest_difference(records: Iterable[str]) -> float:
    differences = [
        read_json(Path(path))["largest_difference_from_search"] for path in records
    ]
    return max((difference or 0.0 for difference in differences), default=0.0)


def _learning_curves(
    trained: Mapping[str, TrialRecord],
) -> dict[str, dict[str, pd.DataFrame]]:
    curves: dict[str, dict[str, pd.DataFrame]] = {}
    for id, trial in trained.items():
        for name, folder in trial.folders.items():
            curve = read_tsv(Path(folder) / "learning_curve.tsv")
            if len(curve):
                curves.setdefault(id, {})[name] = curve
    return curves
