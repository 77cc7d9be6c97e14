"""What a search still costs."""

from pathlib import Path

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.io.files import write_json
from toxtune.runs.cost_estimate import estimate_cost

SEARCH = """
training: {{seeds: [0, 1]}}
search:
  strategy: {{{strategy}}}
  spaces:
    - family: dense
      features: ecfp
      hyperparameters: {{epochs: {epochs}}}
"""


@pytest.fixture
def planned(configured, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def plans(strategy, epochs):
        return load_plans(configured(SEARCH.format(strategy=strategy, epochs=epochs)))

    return plans


def record(plans, seconds):
    """Write the results that a run of the plan would leave."""
    for plan in plans:
        for folder in map(Path, plan.results):
            trial = plan.trials[folder.parent.name]
            write_json(folder / "result.json", {"trial": vars(trial), "status": "ok"})
            write_json(folder / "cost.json", {"seconds": seconds})


def test_without_a_record_nothing_is_estimated(planned):
    estimate = estimate_cost(planned("name: grid", [10, 20]))
    assert (estimate.done, sorted(estimate.resources["dense"])) == (0, [10, 10, 20, 20])
    assert "4 to do, 0 done" in estimate.describe()
    assert "no estimate yet for dense" in estimate.describe()


def test_like_trainings_tell_what_new_ones_cost(planned):
    record(planned("name: grid", [10]), seconds=60)
    estimate = estimate_cost(planned("name: grid", [10, 40]))
    assert estimate.done == 2
    # 2 trainings of 40 epochs at 6 seconds an epoch.
    assert "2 to do, 2 done" in estimate.describe()
    assert "about 8.0 core-minutes of training for dense" in estimate.describe()


def test_trainings_on_another_dataset_tell_nothing(planned, configured):
    other = "dataset: {source: demo, merge: connectivity}"
    record(planned("name: grid", [10]), seconds=60)
    text = SEARCH.format(strategy="name: grid", epochs=[40])
    estimate = estimate_cost(load_plans(configured(f"{other}\n{text}")))
    assert "no training on this dataset is done" in estimate.describe()


DAMAGE = {
    "truncated result": ("result.json", b'{"trial": {"data'),
    "empty result": ("result.json", b""),
    "result of another form": ("result.json", b"[]"),
    "result without a trial": ("result.json", b'{"status": "ok"}'),
    "trial without a dataset": ("result.json", b'{"status": "ok", "trial": {}}'),
    "trial of another form": ("result.json", b'{"status": "ok", "trial": "x"}'),
    "no text": ("result.json", bytes(range(256))),
    "truncated cost": ("cost.json", b'{"sec'),
    "unknown cost": ("cost.json", b'{"seconds": null}'),
    "missing cost": ("cost.json", None),
}


@pytest.mark.parametrize(("name", "content"), DAMAGE.values(), ids=DAMAGE)
def test_training_whose_files_are_damaged_tells_nothing(planned, name, content):
    record(planned("name: grid", [10]), seconds=60)
    first = min(Path("results/trials/dense").glob("*/seed-*"))
    write_json(first / "cost.json", {"seconds": 600})
    (first / name).unlink()
    if content is not None:
        (first / name).write_bytes(content)
    estimate = estimate_cost(planned("name: grid", [10, 40]))
    assert estimate.rates == {"dense": 6}


def test_slots_count_by_how_long_they_are_trained(planned):
    estimate = estimate_cost(planned("name: halving, trials: 3, min_resource: 5", 15))
    # The one candidate for 5 epochs, with one seed; its slot for 15, with two.
    assert sorted(estimate.resources["dense"]) == [5, 15, 15]
