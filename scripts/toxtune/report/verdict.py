"""What a hurried reader takes away: one number, a few sentences, a few more numbers."""

from dataclasses import dataclass

from toxtune.evaluation.control import control_in_words
from toxtune.report.delivered import delivered
from toxtune.report.figures.cost import total_costs
from toxtune.report.figures.importance import verdict_on_settings
from toxtune.report.rivals import on_test, on_validation, what_to_do
from toxtune.report.run import Run
from toxtune.report.words import counted, listed, notes
from toxtune.runs.progress import format_duration
from toxtune.search.selection_file import Winner
from toxtune.splits.settings import NO_REFIT


@dataclass(frozen=True)
class Card:
    """One number, what it is, and where it is from."""

    label: str
    value: str
    facts: str


def headline(run: Run) -> Card:
    """Return the number that counts: the delivered model's on the test set."""
    model = delivered(run)
    interval = run.interval_in_words(model.interval)
    of_shuffled = "" if run.permutation is None else " of shuffled labels"
    about = (
        model.what if model.is_itself else f"models such as {model.what}, on average"
    )
    return Card(
        f"{run.metric_name}, test set{of_shuffled}",
        run.written(model.score),
        f"{interval}; {run.size('test')}. The delivered model: {about}.",
    )


def cards(run: Run) -> list[Card]:
    """Return the other numbers that readers look for first."""
    costs = total_costs(run)
    failed = int((run.trials["status"] != "ok").sum())
    return [
        Card(
            f"{run.metric_name}, validation set",
            run.written(run.selection.selected.mean),
            _corrected(run),
        ),
        Card("Trials", f"{len(run.trials):,}", f"{failed} failed"),
        Card("Test set opened", f"{len(run.openings)} ×", "distinct selections, ever"),
        Card(
            "Training",
            format_duration(costs["seconds"].sum()),
            f"{counted(int(costs['trainings'].sum()), 'training')}, one core each",
        ),
    ]


def verdict(run: Run) -> list[str]:
    """Say it as a person would: the test score first, the ids last."""
    sentences = [
        how_good(run),
        single_seeds(run),
        f"{on_validation(run)} {on_test(run)}".strip(),
        what_to_do(run),
        what_mattered(run),
        what_won(run),
    ]
    return [sentence for sentence in sentences if sentence]


def how_good(run: Run) -> str:
    """Say what the delivered model scores on the test set."""
    model = delivered(run)
    subject = "The delivered model" if model.is_itself else "A model like the delivered"
    return notes(
        no_model_for_use(run),
        f"{subject} scores {run.written(model.score)} {run.metric_name} on the test "
        f"set ({run.interval_in_words(model.interval)} over molecules): {model.what}.",
    )


def no_model_for_use(run: Run) -> str:
    """Say that a run is a control, if its labels were shuffled."""
    return "" if run.permutation is None else control_in_words(run.permutation)


def single_seeds(run: Run) -> str:
    """Say what the selected model scores with single seeds, if it has several."""
    scores = run.selected_scores
    if scores.test_sd_over_seeds is None or scores.test is None:
        return ""
    is_refit = run.settings.final["refit"] != NO_REFIT
    return (
        f"{'Before the refit, with' if is_refit else 'With'} single seeds it scores "
        f"{run.written(scores.test)} on average (SD "
        f"{run.written(scores.test_sd_over_seeds)} over seeds)."
    )


def what_mattered(run: Run) -> str:
    """Say what the search cost, and which hyperparameters mattered most."""
    costs = total_costs(run)
    cost = (
        f"The search took {counted(int(costs['trainings'].sum()), 'training')} and "
        f"{format_duration(costs['seconds'].sum())} of one core."
    )
    return f"{cost} {verdict_on_settings(run)}".strip()


def what_won(run: Run) -> str:
    """Say which trials were selected, by what score, and how the test set was used."""
    selected = run.selection.selected
    if isinstance(selected, Winner):
        won, members = f"trial {selected.trial.id} of {run.selection.overall}", ""
    else:
        models = run.selection.models
        trials = [f"{models[name].trial.id} ({name})" for name in selected.members]
        won, members = "the ensemble", f" Its members are trials {listed(trials)}."
    evaluated_on = "over the folds" if run.settings.folds else "on the validation set"
    score = run.written(selected.mean)
    corrected = run.diagnostics.corrected.overall.corrected
    if corrected is not None:
        score += f" ({run.written(corrected)} after bias correction)"
    trials_tried = f"{counted(len(run.trials), 'trial')} of {listed(run.families)}"
    return (
        f"Selected from {trials_tried}: {won}, by {score} {evaluated_on}.{members} "
        f"The test set has been opened {run.opened_in_words}."
    )


def _corrected(run: Run) -> str:
    score = run.diagnostics.corrected.overall
    words = "the only model"
    if score.out_of > 1:
        words = f"best of {score.out_of:,}, so optimistic"
    if score.corrected is None:
        return words
    interval = run.interval_in_words(score.interval)
    return f"{words}; corrected {run.written(score.corrected)}, {interval}"
