"""Prediction sets, how often they hold, and the domain: trust in one prediction."""

from pathlib import Path

from toxtune.config.job_settings import told
from toxtune.config.plan import Plan
from toxtune.data.subsets import read_subset
from toxtune.evaluation.conformal import (
    calibrate_selected,
    deliver,
    read_conformal,
)
from toxtune.evaluation.coverage import (
    judge_sets,
)
from toxtune.evaluation.predictions import read_test_predictions
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.prediction.final_file import member_seeds
from toxtune.prediction.judged_domain import judge_domain
from toxtune.search.selection_file import Selection
from toxtune.selection.predictions import read_winners_predictions
from toxtune.splits.settings import NO_REFIT
from toxtune.stats.bootstrap import Resampling
from toxtune.verification.findings import Rebuild

TRUST = "prediction sets"


def verify_trust(
    plan: Plan, selection: Selection, predictions: dict[str, Path], rebuild: Rebuild
) -> None:
    """Make the sets' calibration, their coverage and the domain's table again.

    Parameters
    ----------
    plan, selection
        Of the run.
    predictions
        What was refitted to a table of predictions of the test set.
    rebuild
        Has the sets of molecules.
    """
    results = Path("results", plan.run)
    conformal = results / "conformal.json"
    subsets = {
        name: rebuild.path(plan.whole.subset(name)) for name in ("train", "test")
    }
    valid = rebuild.paths(plan.search_files("valid"))
    tables = {
        refit: read_test_predictions(path, selection.seeds)
        for refit, path in predictions.items()
    }

    def calibrate() -> None:
        settings = told("calibrate_sets", plan)
        pooled = read_winners_predictions(selection, valid, settings["cross_validated"])
        seeds = member_seeds(selection.seeds, settings["seeds"])
        report = calibrate_selected(selection, *pooled[selection.overall], seeds)
        write_json(rebuild.path(conformal), report.to_dict())

    def judge() -> None:
        calibrated = read_conformal(rebuild.path(conformal))
        test = read_subset(subsets["test"])
        write_tsv(
            rebuild.path(results / "coverage.tsv"),
            judge_sets(selection, calibrated, test, tables),
        )
        delivered = deliver(selection, tables[NO_REFIT], calibrated.seeds)
        table = judge_domain(
            train=[
                read_subset(path) for path in rebuild.paths(plan.search_files("train"))
            ],
            valid=[read_subset(path) for path in valid],
            trained_on=read_subset(subsets["train"]),
            test=test,
            delivered=delivered,
            task_type=selection.objective.task_type,
            resampling=Resampling(**told("resampling", plan)),
        )
        write_tsv(rebuild.path(results / "domain.tsv"), table)

    rule = "must be what the winners' validation predictions give"
    rebuild.check(TRUST, rule, [str(conformal)], calibrate)
    if rebuild.path(conformal).is_file():
        outputs = [str(results / name) for name in ("coverage.tsv", "domain.tsv")]
        rule = "must be what the stored predictions of the test set give"
        rebuild.check(TRUST, rule, outputs, judge)
