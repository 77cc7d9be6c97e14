"""The control with shuffled labels is a dataset of its own."""

from collections import Counter

from toxtune.config.build_plan import load_plans
from toxtune.data.curation import curate

COLUMNS = {
    "smiles_column": "smiles",
    "id_column": None,
    "tasks": [],
    "part_column": None,
    "task_type": "binary",
    "standardize": "parent",
    "merge": "stereo",
}


def planned(configured, text):
    (found,) = load_plans(configured(text))
    return found


def test_shuffled_labels_are_another_dataset_by_seed(configured):
    real, shuffled, other = (
        planned(configured, f"dataset: {{permute_labels: {seed}}}")
        for seed in ("null", 0, 1)
    )
    ids = {plan.dataset_id for plan in (real, shuffled, other)}
    assert len(ids) == 3
    assert not set(real.trials) & set(shuffled.trials)
    assert real.ledger != shuffled.ledger
    # Without the control nothing is said of it, so that no dataset was renamed by it.
    assert "permute_labels" not in real.dataset
    assert shuffled.columns["permute_labels"] == 0


def test_curation_shuffles_whole_molecules(tmp_path):
    raw = tmp_path / "raw.csv"
    smiles = ["C" * length for length in range(1, 30)]
    rows = [f"{text},{row % 2},{row % 3 % 2}" for row, text in enumerate(smiles)]
    raw.write_text("smiles,a,b\n" + "\n".join(rows) + "\n", encoding="utf-8")
    real = curate(raw, COLUMNS)
    control = curate(raw, {**COLUMNS, "permute_labels": 0})
    assert [molecule.raw.smiles for molecule in control.molecules] == smiles

    def labels(curation):
        return [tuple(molecule.raw.labels) for molecule in curation.molecules]

    assert labels(control) != labels(real)
    assert Counter(labels(control)) == Counter(labels(real))
    assert control.counts == real.counts
