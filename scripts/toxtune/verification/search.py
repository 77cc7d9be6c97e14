"""From stored predictions to the selection: scored, gathered and chosen rebuild."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import gather_trials
import propose_trials
import rank_simplicity
import select_best
from toxtune.config.job_settings import selection_settings, weighing_settings
from toxtune.config.plan import Plan
from toxtune.data.subsets import read_subset
from toxtune.io.files import read_json
from toxtune.search.proposals import read_proposal
from toxtune.search.trials import Trial, seed_and_set
from toxtune.selection.scoring import (
    ScoredReplicate,
    distinct,
    read_scoring_labels,
    score_replicate,
)
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import ScoringLabels
from toxtune.statuses import NO_RESULT
from toxtune.training.replicates import Replicate, replicate_of
from toxtune.verification.findings import Rebuild
from toxtune.verification.store_entries import verify_entries

TRAININGS, TABLES = "trainings", "tables of the search"


@dataclass(frozen=True)
class Training:
    """A finished training of a search.

    Attributes
    ----------
    folder
        Where its files are.
    replicate
        What was trained, according to the plan.
    scored
        Its result, and the scores of its predictions.
    """

    folder: Path
    replicate: Replicate
    scored: ScoredReplicate

    @property
    def has_result(self) -> bool:
        """Whether it was trained to the end; else there is nothing to do rebuild."""
        return self.scored.result["status"] not in NO_RESULT

    @property
    def is_of_this_code(self) -> bool:
        """Whether the same training would have the same key here and now."""
        with suppress(OSError):
            return self.replicate.key == self.scored.result["store_key"]
        # A file with data is missing.
        return False


def verify_search(
    config: dict[str, Any], plan: Plan, rebuild: Rebuild
) -> list[Training]:
    """Verify trainings, tables and selection; return the trainings that are sound.

    Nothing is made of trainings if one of them is not sound.
    """
    judged = read_scoring_labels(
        *(rebuild.paths(plan.search_files(subset)) for subset in ("train", "valid"))
    )
    trainings = [
        _verify_training(config, folder, plan.trials[id], name, judged, rebuild)
        for (id, name), folder in zip(plan.replicates, plan.results, strict=False)
    ]
    for stage in plan.stages:
        if all(trainings):
            _propose(plan, stage, rebuild)
        for number, folder in enumerate(plan.slots(stage)):
            slot = number // len(plan.stages[stage].replicates)
            trial = _proposed(plan, stage, slot, rebuild)
            name = Path(folder).name
            trainings.append(
                _verify_training(config, folder, trial, name, judged, rebuild)
                if trial
                else None
            )
    if all(trainings):
        _gather(plan, [training.scored for training in trainings], rebuild)
        _select(config, plan, rebuild)
    else:
        rebuild.findings.notes.append(
            f"results/{plan.run}: no table was made of trainings that do not hold"
        )
    sound = [training for training in trainings if training]
    if others := sum(not training.is_of_this_code for training in sound):
        rebuild.findings.notes.append(
            f"results/{plan.run}: {others} trainings were done with other code, "
            "libraries or data files than are here now"
        )
    return sound


def _verify_training(
    config: dict[str, Any],
    folder: str,
    trial: Trial,
    name: str,
    judged: list[ScoringLabels],
    rebuild: Rebuild,
) -> Training | None:
    path, findings = Path(folder, "result.json"), rebuild.findings
    before = len(findings.faults)
    with findings.attempt(TRAININGS, path):
        scored = score_replicate(Path(folder), judged)
        result = scored.result
        findings.expect(
            TRAININGS,
            path,
            result["trial"] == vars(trial)
            and (result["seed"], result["training_set"]) == seed_and_set(name),
            f"must be of trial {trial.id}, {name}",
        )
        verify_entries(path, result, findings)
        replicate = replicate_of(trial, name, config)
        if len(findings.faults) == before:
            return Training(Path(folder), replicate, scored)
    return None


def _propose(plan: Plan, stage: str, rebuild: Rebuild) -> None:
    """Propose a stage's trials rebuild, from the scores of the stages before."""
    output = f"results/{plan.run}/search/{stage}/proposals.json"
    rebuild.check(
        TABLES,
        "must be what the scores of the stages before give",
        [output],
        lambda: propose_trials.main(
            *(
                rebuild.paths(plan.search_files(subset))
                for subset in ("train", "valid")
            ),
            [Path(folder) for folder in plan.results_before(stage)],
            plan.stages[stage].settings,
            rebuild.path(output),
        ),
    )


def _proposed(plan: Plan, stage: str, slot: int, rebuild: Rebuild) -> Trial | None:
    path = Path(f"results/{plan.run}/search/{stage}/proposals.json")
    with rebuild.findings.attempt(TABLES, path):
        return read_proposal(path, slot).trial
    return None


def _gather(plan: Plan, scored: list[ScoredReplicate], rebuild: Rebuild) -> None:
    files = {"trials": "trials.tsv", "scores": "scores.tsv"}
    files |= {"specs": "trials.json", "cost": "cost.tsv"}
    tables = {key: f"results/{plan.run}/{name}" for key, name in files.items()}
    tasks = read_subset(rebuild.path(plan.search_files("valid")[0])).tasks
    rebuild.check(
        TABLES,
        "must be what the stored predictions give",
        list(tables.values()),
        lambda: gather_trials.write_tables(
            distinct(scored),
            tasks,
            {key: rebuild.path(path) for key, path in tables.items()},
        ),
    )


def _select(config: dict[str, Any], plan: Plan, rebuild: Rebuild) -> None:
    results = Path("results", plan.run)
    tables = [rebuild.path(results / name) for name in ("trials.tsv", "trials.json")]
    weighed = f"{results}/simplicity.json"
    is_weighed = config["select"]["rule"] == "one_se"
    if is_weighed:
        rebuild.check(
            TABLES,
            "must be what the stored predictions give",
            [weighed],
            lambda: rank_simplicity.main(
                *tables,
                {
                    subset: rebuild.paths(plan.search_files(subset))
                    for subset in ("train", "valid")
                },
                weighing_settings(config, plan),
                Resampling(**config["test"]),
                rebuild.path(weighed),
            ),
        )
    output = f"{results}/selection.json"
    rebuild.check(
        "selections",
        "must be what the search selects by trials.tsv",
        [output],
        lambda: select_best.main(
            *tables,
            read_json(rebuild.path(weighed)) if is_weighed else None,
            selection_settings(config, plan),
            rebuild.path(output),
        ),
    )
