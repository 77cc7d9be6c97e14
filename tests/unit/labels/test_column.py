"""Reading the labels of one column, for each type of task."""

from io import StringIO

import numpy as np
import pandas as pd
import pytest
from pandas._libs.parsers import STR_NA_VALUES

from toxtune.labels.column import Bounds, LabelSettings, read_column
from toxtune.labels.faults import LabelFault
from toxtune.labels.words import PANDAS_MISSING, plain
from toxtune.tasks import TaskType

BINARY, CLASSES, VALUES = TaskType


def read(cells, task_type=BINARY, words=None, bounds=Bounds.REFUSE):
    """Read a column that is written as words with commas between them."""
    settings = LabelSettings(task_type, words or {}, bounds)
    return read_column(cells.split(","), settings)


NUMBERS = {
    BINARY: {"1": "1", " 0.0 ": "0", "1e0": "1"},
    CLASSES: {"2.0": "2", "19": "19"},
    VALUES: {"-3.30": "-3.3", "1e3": "1000.0", "=2": "2.0", " 5 ": "5.0"},
}


@pytest.mark.parametrize(
    ("task_type", "text", "label"),
    [(each, *pair) for each in NUMBERS for pair in NUMBERS[each].items()],
)
def test_number_is_spelled_as_python_does(task_type, text, label):
    column = read(text, task_type)
    assert column.labels == [label]
    assert (column.classes, column.words) == ([], {})


TWO = [
    ("False", "True"),
    ("FALSE", "TRUE"),
    ("no", "Yes"),
    ("n", "Y"),
    ("inactive", "Active"),
    ("negative", "POSITIVE"),
    ("neg", "pos"),
    ("-", "+"),
    ("\u2212", "+"),
    ("\u2013", "\uff0b"),
    ("non-toxic", "toxic"),
    ("nontoxic", "Toxic"),
    ("not toxic", "toxic"),
    ("no hit", "hit"),
    ("insoluble", "soluble"),
    ("BBB-", "BBB+"),
    (" no ", "  yes  "),
    ("FALSCH", "WAHR"),
    ("Nein", "ja"),
    ("non", "OUI"),
    ("no", "S\u00ed"),
    ("no", "S\u00cc"),
    ("Negativ", "positiv"),
    ("-1", "1"),
    ("-1.0", "+1"),
]


@pytest.mark.parametrize(("negative", "positive"), TWO)
def test_two_words_are_two_classes(negative, positive):
    column = read(f"{positive},{negative},,{positive}")
    assert column.labels == ["1", "0", "", "1"]
    assert column.classes == [negative.strip(), positive.strip()]
    assert plain(negative) in column.words


def test_case_does_not_matter_and_the_commonest_spelling_is_the_name():
    column = read("Active,active,active,INACTIVE")
    assert column.labels == ["1", "1", "1", "0"]
    assert column.classes == ["INACTIVE", "active"]


def test_all_that_pandas_takes_for_missing_is_missing():
    assert {plain(word) for word in STR_NA_VALUES} == PANDAS_MISSING
    table = pd.read_csv(StringIO("a\n" + "\n".join(sorted(STR_NA_VALUES))))
    assert table["a"].isna().all()


@pytest.mark.parametrize("task_type", TaskType)
@pytest.mark.parametrize(
    "text", ["", "  ", "NA", "nan", "None", "<NA>", "-", "?", "N.D.", "nd", ".", "n/a"]
)
def test_missing_is_missing_in_every_type(task_type, text):
    column = read(f"1,{text},0", task_type)
    assert column.labels[1] == ""
    assert dict(column.missing) == ({text: 1} if text.strip() else {})


def test_dash_is_a_class_beside_a_plus_and_missing_elsewhere():
    assert read("+,-,,+").labels == ["1", "0", "", "1"]
    assert read("pos,-,neg").labels == ["1", "", "0"]
    assert read("1,-,0").labels == ["1", "", "0"]


def test_words_of_several_classes_are_numbered_in_alphabetical_order():
    column = read("low,High,medium,,low", CLASSES)
    assert column.labels == ["1", "0", "2", "", "1"]
    assert column.classes == ["High", "low", "medium"]
    words = {"low": 0, "medium": 1, "high": 2}
    column = read("low,High,medium,,low", CLASSES, words)
    assert column.labels == ["0", "2", "1", "", "0"]
    assert column.classes == ["low", "medium", "High"]


def test_words_of_the_user_come_first():
    column = read("CM,CI,x,CM", words={"ci": 0, "Cm": 1, "X": None})
    assert column.labels == ["1", "0", "", "1"]
    assert column.words == {"ci": 0, "cm": 1, "x": None}
    assert dict(column.missing) == {"x": 1}
    assert read("-1,0,1", words={"-1": None}).labels == ["", "0", "1"]
    assert read("hit,,hit", words={"hit": 1, "": 0}).labels == ["1", "0", "1"]
    assert read("5,none seen", VALUES, {"none seen": 100}).labels == ["5.0", "100.0"]
    merged = read("toxic,deadly,safe", words={"toxic": 1, "deadly": 1, "safe": 0})
    assert merged.classes == ["safe", "deadly or toxic"]


def test_numbers_and_bounds_of_the_user_count_in_any_spelling():
    assert read("-1.0,0.0,1.0", words={"-1": None}).labels == ["", "0", "1"]
    assert read("1,2", words={"1.0": 0, "2.0": 1}).labels == ["0", "1"]
    assert read("999.0,5", VALUES, {"999": None}).labels == ["", "5.0"]
    assert read("1,1.0", words={"1": 0, "1.0": 1}).labels == ["0", "1"]


def test_bounds_that_the_user_names_are_no_others():
    for bounds in Bounds:
        column = read("> 10,5,<1", VALUES, {">10": 12, "<1": None}, bounds)
        assert column.labels == ["12.0", "5.0", ""]
        assert not column.bounds
        assert dict(column.missing) == {"<1": 1}


def test_words_of_the_user_stand_beside_those_that_are_known():
    column = read("active,inactive,inconclusive", words={"inconclusive": None})
    assert column.labels == ["1", "0", ""]
    assert column.classes == ["inactive", "active"]


@pytest.mark.parametrize(
    ("bounds", "labels"),
    [
        (Bounds.DROP, ["1.0", "", "", "", ""]),
        (Bounds.VALUE, ["1.0", "2.0", "3.5", "4.0", "5.0"]),
    ],
)
def test_bounds_are_dropped_or_taken_as_values(bounds, labels):
    column = read("1,<2,>= 3.5,~4,\u22655", VALUES, bounds=bounds)
    assert column.labels == labels
    assert list(column.bounds) == [1, 2, 3, 4]
    assert not column.missing


FAULTS = [
    (BINARY, "0,1,2", "2", "roc_auc_ovr"),
    (BINARY, "1,0.5,7.2", "0.5", "metric for values"),
    (BINARY, "6.1,<5", "<5", "metric for values"),
    (BINARY, "-1,0,1", "-1", '{"-1": null}'),
    (BINARY, "0,-1", "-1", '{"-1": null}'),
    (BINARY, "1,2", "2", '{"1": 0, "2": 1}'),
    (BINARY, "CM,CI", "cm", '{"ci": 0, "cm": 1}'),
    (BINARY, "hit,,hit", "hit", '{"hit": 1, "": 0}'),
    (BINARY, "active,inactive,unclear", "unclear", '{"unclear": null}'),
    (BINARY, "yes,1,0", "yes", '{"yes": null}'),
    (BINARY, "yes,inactive", "yes", '{"inactive": 0, "yes": 1}'),
    (BINARY, "low,medium,high", "low", "roc_auc_ovr"),
    (BINARY, "inf", "inf", "metric for values"),
    (BINARY, "1_0,1", "1_0", '{"1_0": null}'),
    (CLASSES, "-1,0,1", "-1", '{"-1": 0, "0": 1, "1": 2}'),
    (CLASSES, "10,20,30", "20", '{"10": 0, "20": 1, "30": 2}'),
    (CLASSES, "0,0.5", "0.5", "metric for values"),
    (CLASSES, "low,1", "low", '{"low": null}'),
    (CLASSES, "low", "low", '{"low": 1, "": 0}'),
    (CLASSES, ",".join(f"w{n}" for n in range(21)), "w0", "too many for classes"),
    (VALUES, "1,<2", "<2", "dataset.bounds: drop"),
    (VALUES, "active,inactive", "active", "objective.metric roc_auc"),
    (VALUES, "1,2,unclear", "unclear", '{"unclear": null}'),
    (VALUES, "1,inf", "inf", '{"inf": null}'),
    (VALUES, "5,1_000", "1_000", "null"),
    (VALUES, "45%,50%", "45%", "with %: take the % off"),
    (VALUES, "5 nM,7 nM", "5 nm", "its unit: write all"),
    (VALUES, "5.2 ± 0.1", "5.2 ± 0.1", "its error: move"),
    (VALUES, "6,5.2 (0.1)", "5.2 (0.1)", "in brackets: move"),
    (VALUES, "5,5.2x3", "5.2x3", "stand alone"),
    (VALUES, "1,1e39", "1e39", "null"),
]


@pytest.mark.parametrize(("task_type", "cells", "word", "advice"), FAULTS)
def test_what_cannot_be_decided_is_asked_for(task_type, cells, word, advice):
    with pytest.raises(LabelFault) as fault:
        read(cells, task_type)
    assert fault.value.word == word
    assert advice in fault.value.advice
    # Of a class that is called -1 nobody is told to make a regression.
    assert word != "-1" or "values" not in fault.value.advice


def test_words_that_the_setting_advises_are_read():
    """What a message says is to be written works when it is written."""
    assert read("CM,CI", words={"ci": 0, "cm": 1}).labels == ["1", "0"]
    assert read("1,2", words={"1": 0, "2": 1}).labels == ["0", "1"]
    columns = [read("yes,1,0", words={"yes": 1}), read("yes,1,0", words={"yes": None})]
    assert [column.labels for column in columns] == [["1", "1", "0"], ["", "1", "0"]]


PARTNERS = [
    (
        "active,inactive,odd",
        {"inactive": 1, "odd": None},
        '{"inactive": 1, "active": 0',
    ),
    ("yes,no,maybe", {"no": 1, "maybe": 0}, '{"no": 1, "yes": 0}'),
    ("ja,nee,", {"nee": 1}, '{"nee": 1, "ja": 0}'),
    ("non-toxic,toxic", {"toxic": 0}, '{"toxic": 0, "non-toxic": 1}'),
    ("+,-", {"+": 0}, '{"+": 0, "-": 1}'),
    ("0,1", {"1": 0}, '{"1": 0, "0": 1}'),
    ("0,1.0,x", {"0": 1, "x": None}, '{"0": 1, "1.0": 0}'),
    ("-1,1", {"-1": 1}, '{"-1": 1, "1": 0}'),
]


@pytest.mark.parametrize(("cells", "words", "advice"), PARTNERS)
def test_two_words_are_never_one_class_since_one_is_named(cells, words, advice):
    with pytest.raises(LabelFault, match="name both") as fault:
        read(cells, words=words)
    assert advice in fault.value.advice


def test_minus_one_is_no_class_where_zero_is_named_as_one():
    with pytest.raises(LabelFault, match='"-1": null'):
        read("-1,0,1", words={"0": 0})
    assert read("-1,0,1", words={"0": 0, "-1": None}).labels == ["", "0", "1"]
    assert read("-1,0,1", words={"0": None}).labels == ["0", "", "1"]


@pytest.mark.parametrize(
    ("cells", "words", "labels"),
    [
        ("active,inactive", {"inactive": 0}, ["1", "0"]),
        ("active,inactive", {"active": 1}, ["1", "0"]),
        ("active,inactive", {"active": 0, "inactive": 1}, ["0", "1"]),
        ("active,inactive,equivocal", {"equivocal": 1}, ["1", "0", "1"]),
        ("t,", {"": 0}, ["1", "0"]),
        ("0,1,2", {"2": 1}, ["0", "1", "1"]),
        ("0,1,2", {"1": 0, "2": 1}, ["0", "0", "1"]),
        ("-1,0,1", {"-1": 1}, ["1", "0", "1"]),
    ],
)
def test_some_words_may_be_named(cells, words, labels):
    assert read(cells, words=words).labels == labels


def test_labels_of_a_hundred_thousand_rows_are_read_at_once():
    random = np.random.default_rng(0)
    cells = random.choice(["yes", "No", "n.d."], size=100_000).tolist()
    labels = read_column(cells, LabelSettings(BINARY)).labels
    meaning = {"yes": "1", "No": "0", "n.d.": ""}
    assert labels == [meaning[cell] for cell in cells]
