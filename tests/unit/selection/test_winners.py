"""Choosing the winners."""

import json
from dataclasses import replace
from io import StringIO

import pandas as pd
import pytest

from helpers.selections import made_trial
from toxtune.errors import UserError
from toxtune.identity import short_id
from toxtune.search.selection_file import BestTrial, Selection, Winner
from toxtune.search.trials import Trial
from toxtune.selection.one_se import Simplicity
from toxtune.selection.search_results import SearchResults, TrialRecord
from toxtune.selection.winners import select
from toxtune.stats.metrics import Objective

RECORDS = {
    name: TrialRecord(
        made_trial(name), {f"seed-{seed}": f"{name}/seed-{seed}" for seed in (0, 1)}
    )
    for name in "abcde"
}
OBJECTIVE = Objective("roc_auc", "maximize")
# Trials a, b, c of one family and d, e of another.
TRIALS = """
trial family        status   seeds roc_auc_mean roc_auc_sd roc_auc_seed-0 roc_auc_seed-1
a     dense         ok       2     0.80         0.014      0.79           0.81
b     dense         ok       2     0.85         0.014      0.84           0.86
c     dense         diverged 2     nan          nan        0.99           nan
d     random_forest ok       2     0.83         0.000      0.83           0.83
e     random_forest ok       2     0.82         0.000      0.82           0.82
"""


def table(**columns):
    """Read `TRIALS`, with some columns replaced."""
    trials = pd.read_csv(StringIO(TRIALS), sep=r"\s+")
    return trials.assign(pr_auc_mean=1 - trials["roc_auc_mean"], pr_auc_sd=0).assign(
        **{"pr_auc_seed-0": 0.5, "pr_auc_seed-1": 0.5}, **columns
    )


def selected(trials, objective=OBJECTIVE, seeds=(0, 1), records=RECORDS, **settings):
    """Select among trials such as `TRIALS`."""
    search = SearchResults(trials, records, objective, list(seeds))
    return select(search, **{"rule": "best", "cross_validated": False, **settings})


def on_other_data(**changes):
    """Give all trials another dataset or split."""
    return {
        name: replace(record, trial=replace(record.trial, **changes))
        for name, record in RECORDS.items()
    }


def winners(selection):
    """Id of each family's winner."""
    return {family: won.trial.id for family, won in selection.winners.items()}


def test_best_mean_of_each_family_wins_and_the_best_of_all():
    selection = selected(table())
    assert winners(selection) == {"dense": "b", "random_forest": "d"}
    assert selection.overall == "dense"
    trial = made_trial("b", hyperparameters={"x": "b"})
    assert selection.winners["dense"] == Winner(
        trial=trial,
        model=trial,
        refit=trial,
        folders={"seed-0": "b/seed-0", "seed-1": "b/seed-1"},
        mean=0.85,
        sd=0.014,
        per_seed=[0.84, 0.86],
        out_of=2,
    )
    assert selection.selected is selection.winners["dense"]


def test_minimizing_takes_the_lowest():
    objective = Objective("roc_auc", "minimize")
    selection = selected(table(), objective)
    assert winners(selection) == {"dense": "a", "random_forest": "e"}
    assert selection.overall == "dense"


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("order", [[0, 1, 2, 3, 4], [4, 3, 2, 1, 0]])
def test_of_equal_means_the_smaller_id_wins(direction, order):
    trials = table(roc_auc_mean=[0.8, 0.8, float("nan"), 0.8, 0.8]).iloc[order]
    objective = Objective("roc_auc", direction)
    selection = selected(trials, objective)
    assert winners(selection) == {"dense": "a", "random_forest": "d"}
    assert selection.overall == "dense"


def test_trial_without_a_score_does_not_win():
    status = ["ok", "diverged", "ok", "ok", "ok"]
    trials = table(status=status, roc_auc_mean=[0.1, 0.9, float("nan"), 0.2, 0.3])
    selection = selected(trials)
    assert winners(selection) == {"dense": "a", "random_forest": "e"}
    assert selection.winners["dense"].out_of == 1
    assert selection.overall == "random_forest"


def test_family_without_a_score_is_an_error_that_names_it():
    status = ["diverged", "diverged", "diverged", "ok", "ok"]
    with pytest.raises(UserError, match=r"no trial of dense gave a .*`make retry`"):
        selected(table(status=status))


def test_single_seed_has_no_sd():
    trials = table(roc_auc_sd=float("nan")).drop(columns="roc_auc_seed-1")
    selection = selected(trials.assign(seeds=1), seeds=[0])
    won = selection.winners["dense"]
    assert (won.sd, won.per_seed) == (None, [0.84])


def test_id_names_what_the_test_part_is_opened_for():
    id = selected(table()).id
    assert id == short_id(
        {
            "dataset": "d" * 12,
            "split": "5" * 12,
            "seeds": [0, 1],
            "winners": {"dense": "b", "random_forest": "d"},
            "overall": "dense",
        }
    )


@pytest.mark.parametrize(
    ("columns", "changes"),
    [
        pytest.param({"roc_auc_mean": [0.86, 0.85, 0, 0.83, 0.82]}, {}, id="winner"),
        pytest.param({"roc_auc_mean": [0.8, 0.85, 0, 0.93, 0.82]}, {}, id="overall"),
        pytest.param({"seeds": 1}, {"seeds": [0]}, id="seeds"),
        pytest.param({}, {"records": on_other_data(split="6" * 12)}, id="split"),
        pytest.param({}, {"records": on_other_data(dataset="e" * 12)}, id="dataset"),
    ],
)
def test_another_selection_has_another_id(columns, changes):
    assert selected(table(**columns), **changes).id != (selected(table()).id)


@pytest.mark.parametrize(
    ("columns", "changes"),
    [
        pytest.param(
            {"pr_auc_mean": [0.1, 0.9, 0, 0.2, 0.1]},
            {"objective": Objective("pr_auc", "maximize")},
            id="another metric",
        ),
        pytest.param({"roc_auc_mean": [0.1, 0.9, 0, 0.5, 0.2]}, {}, id="other scores"),
        pytest.param({"epochs_trained": 5}, {}, id="other columns"),
    ],
)
def test_same_winners_have_the_same_id(columns, changes):
    assert selected(table(**columns), **changes).id == (selected(table()).id)


def test_selection_says_what_it_was_chosen_by():
    selection = selected(table())
    assert selection.objective == OBJECTIVE
    assert "smaller trial id" in selection.rule
    assert selection.seeds == [0, 1]


def test_trial_that_was_given_up_early_does_not_win():
    selection = selected(table(seeds=[2, 1, 2, 2, 2]))
    assert winners(selection) == {"dense": "a", "random_forest": "d"}


def early(patience):
    """Give records of networks that stop early, or do not."""
    settings = {"epochs": 30, "patience": patience}
    networks = {
        name: replace(RECORDS[name], trial=made_trial(name, hyperparameters=settings))
        for name in "abc"
    }
    return {**RECORDS, **networks}


@pytest.mark.parametrize(
    ("trained", "epochs"), [(12.4, 12), (12.6, 13), (0.2, 1), (30.0, 30)]
)
@pytest.mark.parametrize("cross_validated", [False, True])
def test_trainings_on_all_molecules_have_the_epochs_of_the_search(
    trained, epochs, cross_validated
):
    selection = selected(
        table(epochs_trained=trained),
        records=early(patience=3),
        cross_validated=cross_validated,
    )
    won = selection.winners["dense"]
    assert won.trial.hyperparameters == {"epochs": 30, "patience": 3}
    assert won.refit.hyperparameters == {"epochs": epochs, "patience": None}
    assert won.refit.id != won.trial.id
    # Where there is a validation set, the winner is the model of the search.
    assert won.model == (won.refit if cross_validated else won.trial)
    other = selection.winners["random_forest"]
    assert other.trial == other.model == other.refit


def test_trainings_that_stop_early_and_do_not_say_when_are_refused():
    with pytest.raises(UserError, match="dense: trainings that stop early must say"):
        selected(table(epochs_trained=float("nan")), records=early(patience=3))


@pytest.mark.parametrize("cross_validated", [False, True])
def test_trainings_that_do_not_stop_early_stay(cross_validated):
    selection = selected(
        table(epochs_trained=12.0),
        records=early(patience=None),
        cross_validated=cross_validated,
    )
    for won in selection.winners.values():
        assert won.trial == won.model == won.refit


def one_se(errors, ranks, **columns):
    """Select by one standard error."""
    simplicity = Simplicity(
        standard_errors=dict(zip("bd", errors, strict=True)),
        ranks=dict(zip("abcde", ranks, strict=True)),
    )
    return selected(table(**columns), rule="one_se", simplicity=simplicity)


@pytest.mark.parametrize(
    ("errors", "chosen"),
    [
        pytest.param(
            [0.04, 0.0], {"dense": "b", "random_forest": "d"}, id="none close"
        ),
        pytest.param([0.06, 0.0], {"dense": "a", "random_forest": "d"}, id="one close"),
        pytest.param([0.06, 0.02], {"dense": "a", "random_forest": "e"}, id="both"),
    ],
)
def test_simplest_within_one_standard_error_wins(errors, chosen):
    selection = one_se(errors, [1, 2, 0, 2, 1])
    assert winners(selection) == chosen
    # Simplicity is compared within families: the best trial decides between them.
    assert selection.overall == "dense"


def test_one_se_says_which_was_best_and_by_how_much():
    won = one_se([0.06, 0.0], [1, 2, 0, 2, 1]).winners["dense"]
    assert (won.trial.id, won.mean) == ("a", 0.80)
    assert won.best == BestTrial(trial="b", mean=0.85, standard_error=0.06)
    assert won.out_of == 2


def test_best_that_is_simplest_stays():
    assert winners(one_se([1.0, 1.0], [2, 1, 0, 1, 2]))["dense"] == "b"


def test_one_se_is_told_in_words():
    assert "one standard error" in one_se([0, 0], [1] * 5).rule
    assert "one standard error" not in selected(table()).rule


@pytest.mark.parametrize("rule", ["best", "one_se"])
def test_selection_that_is_written_comes_back(rule):
    simplicity = Simplicity({"b": 0.06, "d": 0.0}, dict.fromkeys("abcde", 0))
    selection = selected(
        table(), rule=rule, simplicity=simplicity if rule == "one_se" else None
    )
    content = json.loads(json.dumps(selection.to_dict()))
    assert content["id"] == selection.id
    trials = {id: Trial.from_dict(trial) for id, trial in content["trials"].items()}
    assert Selection.from_dict(content, trials) == selection


def test_each_trial_of_a_selection_is_written_once():
    content = selected(table()).to_dict()
    assert sorted(content["trials"]) == ["b", "d"]
    assert content["winners"]["dense"]["refit"] == "b"
