"""Prospective data: which molecules a model has not seen, and their scores."""

from dataclasses import astuple, replace

import numpy as np
import pytest
from sklearn.metrics import roc_auc_score

from helpers.final_models import made_trial
from helpers.molecules import group_of
from helpers.selections import made_selection
from toxtune.errors import UserError
from toxtune.prediction.applicability_domain import ApplicabilityDomain
from toxtune.prediction.descriptor_domain import DescriptorDomain
from toxtune.prediction.exclusions import Exclusion
from toxtune.prediction.fallback import in_place_of
from toxtune.prediction.metadata import FinalModelMetadata, Member
from toxtune.prediction.prediction import Prediction
from toxtune.prediction.prospective import ProspectiveSettings, score_prospective
from toxtune.prediction.prospective_data import ProspectiveCounts, read_prospective
from toxtune.prediction.prospective_report import ProspectiveReport
from toxtune.prediction.prospective_scores import ALL, NEW, score_table
from toxtune.stats.bootstrap import Resampling
from toxtune.stats.metrics import Objective
from toxtune.stats.task_scales import NO_SCALES

METADATA = FinalModelMetadata(
    run="small",
    selection="5" * 12,
    objective=Objective("roc_auc", "maximize"),
    trials=(made_trial(),),
    tasks=["one", "two"],
    n_outputs=2,
    smiles_column="smiles",
    standardize="parent",
    merge="stereo",
    features={},
    refit="none",
    members=(
        Member(
            trial="1" * 12,
            seed=0,
            file="models/random_forest-seed-0.skops",
            store_key="0",
        ),
    ),
    transforms={},
    training_molecules=1,
    threshold_criterion=None,
    thresholds={},
    applicability_domain=ApplicabilityDomain(min_similarity=0.5),
    descriptor_domain=DescriptorDomain(1.0, means=[], precision=[], molecules=1),
    versions={},
)
SEEN = {group_of("CCO"): "the same molecule as x in train"}
TABLE = """two,name,smiles,one
1,a,OCC,0
0,b,CCN,1
1,c,zzz,1
,d,CCCl,0
0,e,c1ccccc1,1
1,f,C1=CC=CC=C1,1
"""


@pytest.fixture
def later(tmp_path):
    """Return a function that reads a table as later data."""

    def read(text=TABLE, id_column="name"):
        (tmp_path / "later").write_text(text, encoding="utf-8")
        return read_prospective(tmp_path / "later", METADATA, id_column, SEEN)

    return read


def test_labels_are_matched_by_name(later):
    subset = later().subset
    assert subset.ids == ["b", "d", "e", "f"]
    assert subset.tasks == ["one", "two"]
    # Benzene contradicts itself in the task two, in whatever notation.
    nan = np.nan
    expected = [[1, 0], [0, nan], [1, nan], [1, nan]]
    np.testing.assert_array_equal(subset.labels, expected)


def test_what_is_left_out_is_counted_and_listed(later):
    found = later()
    assert found.counts == ProspectiveCounts(
        rows=6,
        unparsable=1,
        without_label=0,
        already_seen=1,
        labels_cleared=2,
        labels_averaged=0,
        tasks_missing=[],
    )
    rows = [astuple(exclusion) for exclusion in found.exclusions]
    listed = [(row[1], row[3], row[4], row[5]) for row in rows]
    assert listed[:2] == [
        ("a", "left out", "", "the same molecule as x in train"),
        ("c", "dropped", "", "RDKit cannot parse the SMILES"),
    ]
    assert [row[:3] for row in listed[2:]] == [
        ("e", "label cleared", "two"),
        ("f", "label cleared", "two"),
    ]


def test_salt_of_a_molecule_that_was_seen_is_no_new_one(later):
    found = later("smiles,one\nCCO.O,1\nCCN.Cl,0\nCCCC,1\n", id_column=None)
    assert found.counts.already_seen == 1
    assert found.subset.smiles == ["CCN", "CCCC"]
    (exclusion,) = found.exclusions
    assert (exclusion.smiles, exclusion.reason) == (
        "CCO.O",
        "the same molecule as x in train",
    )


def test_row_that_loses_its_only_label_is_not_scored(later):
    found = later("smiles,one\nCCN,1\nCCN.Cl,0\nCCCC,1\nCCCCC,0\n", id_column=None)
    assert found.subset.smiles == ["CCCC", "CCCCC"]
    assert found.new == [2, 3]
    assert found.counts.labels_cleared == 2


def test_tasks_and_ids_may_lack(later):
    found = later("smiles,two\nCCN,1\nCCBr,0\n")
    assert found.counts.tasks_missing == ["one"]
    assert found.subset.ids == ["0", "1"]
    np.testing.assert_array_equal(found.subset.labels, [[np.nan, 1], [np.nan, 0]])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("smiles,three\nCCN,1\n", "has none of the model's tasks one, two"),
        ("compound,one\nCCN,1\n", "has no column 'smiles'"),
        ("smiles,one\nCCO,1\nOCC,1\n", "all 2 are in the training"),
        ("smiles,one\nCCN,1\nCCN,0\n", "no molecule is left, all 2 rows of new"),
        ("smiles,one\nCCO,1\nCCN,1\nCCN.Cl,0\n", "all 2 rows of new molecules contra"),
        ("smiles,one,two\nCCN,1,\nCCN,0,\nCCC,,1\nCCC,,0\n", "all 4 rows of new"),
        ("smiles,one\nCCN,0.5\n", "line 2, column 'one'"),
    ],
)
def test_table_that_says_nothing_is_refused(later, text, message):
    with pytest.raises(UserError, match=message):
        later(text)


def test_class_that_the_model_does_not_know_is_refused(tmp_path):
    table = tmp_path / "later"
    table.write_text("smiles,one,two\nCCN,2,0\nCCCl,1,3\n", encoding="utf-8")
    metadata = replace(METADATA, trials=(made_trial("multiclass"),), n_outputs=6)
    message = r"later: molecule 1, column 'two': .* classes 0 to 2, got 3"
    with pytest.raises(UserError, match=message):
        read_prospective(table, metadata, None, {})
    more = replace(metadata, n_outputs=8)
    assert read_prospective(table, more, None, {}).subset.ids == ["0", "1"]


def test_all_records_keep_their_labels_as_measured(later):
    found = later(
        "smiles,one,two\nCCO,1,0\nCCN,1,\nCCN,0,\nzzz,,1\nyyy,,\nCCCC,,\nCCBr,0,1\n",
        id_column=None,
    )
    nan = np.nan
    records, unreadable = found.records, found.unreadable
    assert (records.ids, found.rows) == (["0", "1", "2", "6"], [0, 1, 2, 6])
    np.testing.assert_array_equal(records.labels, [[1, 0], [1, nan], [0, nan], [0, 1]])
    # What has no label is of no use to anybody.
    assert (unreadable.ids, unreadable.smiles) == (["3"], ["zzz"])
    np.testing.assert_array_equal(unreadable.labels, [[nan, 1]])
    assert found.new == [3]


def test_records_may_lack_tasks_and_unreadable_rows_their_molecule_alone(later):
    found = later("smiles,two\nnonsense,1\n,0\nCCBr,0\n", id_column=None)
    nan = np.nan
    np.testing.assert_array_equal(found.unreadable.labels, [[nan, 1], [nan, 0]])
    assert len(set(found.unreadable.groups)) == 2


def test_an_unknown_class_is_refused_in_any_record(tmp_path):
    table = tmp_path / "later"
    metadata = replace(METADATA, trials=(made_trial("multiclass"),), n_outputs=6)
    for row in ("CCO,4", "nonsense,4"):
        table.write_text(f"smiles,one\nCCN,2\n{row}\n", encoding="utf-8")
        with pytest.raises(UserError, match="classes 0 to 2, got 4"):
            read_prospective(table, metadata, None, SEEN)


class FakeModel:
    """Predicts what it is told; the last molecule has no features."""

    metadata = replace(METADATA, fallback={"one": [0.5], "two": [0.25]})

    def in_domain(self, similarity):
        return similarity >= 0.5


class FakeContenders:
    """The model that is delivered, and one that says the contrary."""

    delivered = FakeModel()

    def __init__(self):
        self.selection = made_selection({}, overall="good")

    def predict(self, smiles, own):
        values = np.linspace(0, 1, 2 * len(smiles)).reshape(-1, 2)
        similarity = np.linspace(0, 1, len(smiles))
        failures = {len(smiles) - 1: "too large"}
        prediction = Prediction(values, values, similarity, failures)
        values = in_place_of(values, list(failures), FakeModel.metadata.fallback)
        return prediction, {"bad": 1 - values, "good": values}


def scored(data, resamples=50):
    models = FakeContenders()
    resampling = Resampling(resamples=resamples, seed=0, confidence=0.95)
    return score_prospective(
        name="later",
        settings=ProspectiveSettings("a" * 64, "name", resampling),
        openings=1,
        models=models,
        data=data,
        answers=models.predict(data.records.smiles, data.own),
        weights=np.ones(2),
        scales=NO_SCALES,
    )


def test_molecules_without_features_are_not_scored(later):
    report, exclusions = scored(
        later("smiles,one\nCCN,0\nCCCl,1\nCCBr,0\nCCF,1\nCCI,0\n")
    )
    assert (report.molecules, report.without_features) == (4, 1)
    assert exclusions == [Exclusion(4, "4", "CCI", "left out", "", "too large")]
    assert report.in_domain == pytest.approx(3 / 5)
    assert ProspectiveReport.from_dict(report.to_dict()) == report
    assert report.to_dict()["rows"] == 5
    # 0, 1, 0, 1 in rising order: three of the four pairs are in the right one.
    good, bad = (report.scores[model]["roc_auc"] for model in ("good", "bad"))
    assert good["tasks"]["one"]["score"] == pytest.approx(0.75)
    table = score_table({NEW: report.scores}).set_index(["model", "metric", "task"])
    assert table.loc[("good", "roc_auc", "mean"), "score"] == pytest.approx(0.75)
    assert np.isnan(table.loc[("good", "roc_auc", "two"), "score"])
    # The other says the contrary, of the same resamples.
    assert bad["mean"]["difference"] == pytest.approx(-0.5)
    low, high = bad["mean"]["difference_interval"]
    assert low == pytest.approx(
        bad["mean"]["interval"][0] - good["mean"]["interval"][1]
    )
    assert low < high
    assert "difference" not in good["mean"]


def test_all_records_are_scored_with_the_fallback(later):
    # Ethanol was seen; two rows cannot be read, and the last has no features.
    text = "smiles,one\nCCO,0\nCCCl,0\nnonsense,0\nCCBr,1\nzzz,1\nCCI,1\n"
    report, _ = scored(later(text, id_column=None))
    everything = report.all_records
    assert (everything.records, everything.unreadable) == (6, 2)
    assert everything.without_features == 1
    assert everything.fallback == {"one": [0.5], "two": [0.25]}
    # In the task one: 0, 2/7 and 4/7, and 0.5 for three; classes 0, 0, 1; 0, 1, 1.
    expected = roc_auc_score([0, 0, 1, 1, 0, 1], [0, 2 / 7, 4 / 7, 0.5, 0.5, 0.5])
    task = everything.scores["good"]["roc_auc"]["tasks"]["one"]
    assert task["score"] == pytest.approx(expected)
    assert (report.molecules, report.counts.already_seen) == (2, 1)
    table = score_table({NEW: report.scores, ALL: everything.scores})
    assert set(table["rows"]) == {"new", "all"}
    assert set(table["model"]) == {"good", "bad"}


def test_table_is_read_like_a_dataset(tmp_path):
    path = tmp_path / "later.csv"
    path.write_bytes("SMILES;two;\u03bc\nCCN;1;x\nCCBr;0;y\n".encode("utf-16"))
    found = read_prospective(path, METADATA, None, SEEN, name="mine.csv")
    assert found.counts.tasks_missing == ["one"]
    assert len(found.subset.ids) == 2
    path.write_bytes(b"smiles,two\nCCN,1\nCC\xce,\n".replace(b"two", b"tw\xee"))
    metadata = replace(METADATA, tasks=["tw\u043e"])
    reading = {"encoding": "windows-1251"}
    found = read_prospective(path, metadata, None, SEEN, reading=reading)
    assert len(found.subset.ids) == 1
    with pytest.raises(UserError, match="mine.csv: has none of the model's tasks"):
        read_prospective(path, metadata, None, SEEN, name="mine.csv")
