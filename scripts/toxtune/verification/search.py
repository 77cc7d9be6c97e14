"""From stored predictions to the selection: scored, gathered and chosen rebuild."""

from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from toxtune.config.job_settings import told
from toxtune.config.plan import Plan
from toxtune.config.sections import Config
from toxtune.data.subsets import read_subset
from toxtune.io.files import write_json
from toxtune.io.tsv import write_tsv
from toxtune.search.proposal_file import read_proposal
from toxtune.search.trials import Trial, seed_and_set
from toxtune.selection.from_files import (
    SearchFiles,
    rank_by_simplicity,
    select_winners,
)
from toxtune.selection.next_stage import propose_stage
from toxtune.selection.rules import ONE_SE
from toxtune.selection.scoring import (
    ScoredReplicate,
    distinct,
    read_scoring_labels,
    score_replicate,
    score_replicates,
)
from toxtune.selection.tables import write_tables
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective
from toxtune.stats.scoring_labels import ScoringLabels
from toxtune.training.replicates import Replicate, replicate_of
from toxtune.verification.findings import Rebuild
from toxtune.verification.store_entries import is_of_another_user, verify_entries

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
    # What a training adds to the store that has its predictions, and their file there.
    output = "result"
    made = "valid_predictions.npy"

    @property
    def has_result(self) -> bool:
        """Whether it was trained to the end; else there is nothing to repeat."""
        return self.scored.has_result

    @cached_property
    def is_of_another_user(self) -> bool:
        """Whether the store has it from another user; see `is_of_another_user`."""
        return is_of_another_user(self.scored.result["store_key"])

    @property
    def name(self) -> Path:
        """What messages call it."""
        return self.folder / self.made

    @property
    def host(self) -> str:
        """Where it was done."""
        return self.scored.cost["host"]

    def predictions(self) -> np.ndarray:
        """Read its predictions of the validation set: n_molecules x n_outputs."""
        return np.load(self.name)

    @property
    def is_of_this_code(self) -> bool:
        """Whether the same training would have the same key here and now."""
        with suppress(OSError):
            return self.replicate.key == self.scored.result["store_key"]
        # A data file is missing.
        return False


def verify_search(config: Config, plan: Plan, rebuild: Rebuild) -> list[Training]:
    """Verify trainings, tables and selection; return the trainings that are sound.

    Tables are rebuilt only if all trainings are sound.
    """
    labels = read_scoring_labels(
        rebuild.paths(plan.search_files("train")),
        rebuild.paths(plan.search_files("valid")),
        Objective(**config["objective"]),
    )
    trainings = [
        _verify_training(config, folder, plan.trials[id], name, labels, rebuild)
        for (id, name), folder in zip(plan.replicates, plan.results, strict=False)
    ]
    for stage in plan.stages:
        if all(trainings):
            _verify_proposals(plan, stage, rebuild)
        for number, folder in enumerate(plan.slots(stage)):
            slot = number // len(plan.stages[stage].replicates)
            trial = _proposed(plan, stage, slot, rebuild)
            name = Path(folder).name
            trainings.append(
                _verify_training(config, folder, trial, name, labels, rebuild)
                if trial
                else None
            )
    sound = [training for training in trainings if training]
    if len(sound) == len(trainings):
        _verify_tables(plan, [training.scored for training in sound], rebuild)
        _verify_selection(config, plan, rebuild)
    else:
        rebuild.findings.notes.append(
            f"results/{plan.run}: no tables were checked, since trainings are damaged"
        )
    if others := sum(not training.is_of_this_code for training in sound):
        rebuild.findings.notes.append(
            f"results/{plan.run}: {others} trainings were done with other code, "
            "libraries or data files than are here now"
        )
    return sound


def _verify_training(
    config: Config,
    folder: str,
    trial: Trial,
    name: str,
    labels: list[ScoringLabels],
    rebuild: Rebuild,
) -> Training | None:
    path, findings = Path(folder, "result.json"), rebuild.findings
    before = len(findings.faults)
    with findings.attempt(TRAININGS, path):
        scored = score_replicate(Path(folder), labels)
        result = scored.result
        findings.expect(
            TRAININGS,
            path,
            scored.trial == trial
            and (scored.seed, scored.set_name) == seed_and_set(name),
            f"must be of trial {trial.id}, {name}",
        )
        verify_entries(path, result, findings)
        replicate = replicate_of(trial, name, config["training"]["device"])
        if len(findings.faults) == before:
            return Training(Path(folder), replicate, scored)
    return None


def _verify_proposals(plan: Plan, stage: str, rebuild: Rebuild) -> None:
    """Propose a stage's trials again, from the scores of the stages before."""
    output = f"results/{plan.run}/search/{stage}/proposals.json"

    def make() -> None:
        folders = [Path(folder) for folder in plan.results_before(stage)]
        train, valid = (
            rebuild.paths(plan.search_files(subset)) for subset in ("train", "valid")
        )
        settings = plan.stages[stage].settings
        proposals = propose_stage(
            settings, score_replicates(folders, train, valid, settings.objective)
        )
        write_json(rebuild.path(output), [proposal.to_dict() for proposal in proposals])

    rebuild.check(
        TABLES, "must be what the scores of the stages before give", [output], make
    )


def _proposed(plan: Plan, stage: str, slot: int, rebuild: Rebuild) -> Trial | None:
    path = Path(f"results/{plan.run}/search/{stage}/proposals.json")
    with rebuild.findings.attempt(TABLES, path):
        return read_proposal(path, slot).trial
    return None


def _verify_tables(
    plan: Plan, replicates: list[ScoredReplicate], rebuild: Rebuild
) -> None:
    names = ("trials.tsv", "trials.json", "scores.tsv", "cost.tsv")
    outputs = [f"results/{plan.run}/{name}" for name in names]

    def make() -> None:
        trials, records, scores, cost = rebuild.paths(outputs)
        write_tables(
            distinct(replicates),
            tasks=read_subset(rebuild.path(plan.search_files("valid")[0])).tasks,
            trials=trials,
            records=records,
            scores=scores,
            cost=cost,
        )

    rebuild.check(TABLES, "must be what the stored predictions give", outputs, make)


def _verify_selection(config: Config, plan: Plan, rebuild: Rebuild) -> None:
    results = Path("results", plan.run)
    settings = told("select_best", plan)
    is_one_se = settings["rule"] == ONE_SE
    simplicity = results / "simplicity.json"

    def files() -> SearchFiles:
        return SearchFiles(
            trials=rebuild.path(results / "trials.tsv"),
            records=rebuild.path(results / "trials.json"),
            train=rebuild.paths(plan.search_files("train")),
            valid=rebuild.paths(plan.search_files("valid")),
        )

    def make_simplicity() -> None:
        ranked = rank_by_simplicity(files(), settings, Resampling(**config["test"]))
        write_json(rebuild.path(simplicity), ranked.to_dict())

    def make_selection() -> None:
        read = rebuild.path(simplicity) if is_one_se else None
        selection, scores = select_winners(files(), settings, read)
        write_json(rebuild.path(results / "selection.json"), selection.to_dict())
        write_tsv(rebuild.path(results / "ensemble.tsv"), scores)

    if is_one_se:
        rule = "must be what the stored predictions give"
        rebuild.check(TABLES, rule, [f"{simplicity}"], make_simplicity)
    rebuild.check(
        "selections",
        "must be what the search selects by trials.tsv",
        [f"{results}/selection.json", f"{results}/ensemble.tsv"],
        make_selection,
    )
