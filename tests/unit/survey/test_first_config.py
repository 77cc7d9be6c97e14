"""A first configuration: what is chosen for tables of several sizes, and why."""

from dataclasses import replace

import pytest

from helpers.shaped_tables import molecules
from toxtune.config.build_plan import load_plans
from toxtune.config.overlay import read_yaml
from toxtune.survey.first_config import (
    choose_configuration,
    settings_of,
    standard_error_of_auc,
)
from toxtune.survey.first_file import spell
from toxtune.survey.first_report import describe
from toxtune.survey.table import survey_table

SMILES = molecules(60)


def survey_of(cells, count=60, rarest=None, name="label", **others):
    """Survey 60 molecules, and claim that there are `count` of them."""
    columns = {"smiles": SMILES, name: cells, **others}
    rows = [[str(cell) for cell in row] for row in zip(*columns.values(), strict=True)]
    survey = survey_table(list(columns), rows)
    structures = replace(survey.structures, scaffolds=count // 2)
    return replace(
        survey,
        structures=structures,
        molecules=dict.fromkeys(survey.molecules, count),
        rarest=dict.fromkeys(survey.rarest, rarest or count),
        class_1=dict.fromkeys(survey.class_1, rarest or count),
    )


def chosen(*arguments, **settings):
    return choose_configuration(survey_of(*arguments, **settings), "a", "a.csv")


CLASSES = [number % 2 for number in range(60)]
VALUES = [number / 3 for number in range(60)]


def families(configuration):
    return [space["family"] for space in configuration.search.spaces]


@pytest.mark.parametrize(
    ("count", "scheme", "method", "test", "seeds"),
    [
        (100, "cross_validation", "random", 0.2, 1),
        (999, "cross_validation", "random", 0.2, 1),
        (1_000, "cross_validation", "scaffold", 0.1, 1),
        (2_000, "holdout", "scaffold", 0.1, 3),
        (50_000, "holdout", "scaffold", 0.1, 3),
    ],
)
def test_sets_and_folds_follow_from_the_number_of_molecules(
    count, scheme, method, test, seeds
):
    settings = settings_of(chosen(VALUES, count))
    assert settings["validation"]["scheme"] == scheme
    assert settings["split"]["method"] == method
    assert settings["split"]["fractions"]["test"] == test
    assert sum(settings["split"]["fractions"].values()) == pytest.approx(1)
    assert len(settings["training"]["seeds"]) == seeds


def test_more_molecules_have_more_families():
    few, some, many = (families(chosen(VALUES, n)) for n in (100, 600, 3_000))
    assert set(few) < set(some)
    assert set(some) - {"gaussian_process"} < set(many)
    assert "dense" in many
    assert "dense" not in some
    assert few[0] == "ridge"
    assert families(chosen(CLASSES, 100, 50))[0] == "logistic_regression"


def test_what_two_numbers_are_taken_for_is_said():
    configuration = chosen([1 + number % 2 for number in range(60)])
    assert configuration.metric in {"roc_auc", "average_precision"}
    said = "1 and 2 of label are taken for classes 0 and 1 (dataset.labels)"
    assert any(said in text for text in configuration.cautions)


def test_a_gaussian_process_is_for_small_sets_of_values_and_two_classes():
    assert "gaussian_process" in families(chosen(VALUES, 1_999))
    assert "gaussian_process" not in families(chosen(VALUES, 2_000))
    assert "gaussian_process" in families(chosen(CLASSES, 100, 50))
    several = [number % 3 for number in range(60)]
    assert families(chosen(several, 600)) == [
        "logistic_regression",
        "random_forest",
        "lightgbm",
    ]


def test_where_lightgbm_cannot_be_loaded_other_trees_are_boosted(monkeypatch):
    def fail(name):
        raise OSError("libgomp.so.1: cannot open shared object file")

    monkeypatch.setattr("toxtune.survey.first_search.importlib.import_module", fail)
    assert "gradient_boosting" in families(chosen(VALUES, 600))


def test_as_many_trials_are_announced_as_are_planned(configured):
    survey = survey_of(VALUES, 3_000)
    configuration = choose_configuration(survey, "a", "demo")
    config = configured(spell(configuration, survey, "a.yaml"))
    (plan,) = load_plans(config)
    assert f"{len(plan.trials)} trials" in configuration.search.why
    assert f"{3 * len(plan.trials)} trainings" in configuration.search.why


def test_a_rare_class_has_folds_and_is_dealt_out_evenly():
    settings = settings_of(chosen(CLASSES, 200, 12))
    assert settings["split"]["method"] == "stratified"
    assert settings["validation"] == {"scheme": "cross_validation", "folds": 4}
    assert settings_of(chosen(CLASSES, 14, 5))["split"]["method"] == "stratified"
    # Many molecules, and too few of them in the rarer class to choose by a tenth.
    assert chosen(CLASSES, 5_000, 100).split.validation["scheme"] == "cross_validation"


@pytest.mark.parametrize(
    ("cells", "rarest", "metric"),
    [
        (VALUES, None, "rmse"),
        (CLASSES, 30_000, "roc_auc"),
        (CLASSES, 900, "pr_auc"),
        ([number % 3 for number in range(60)], 10_000, "roc_auc_ovr"),
    ],
)
def test_the_metric_is_that_of_the_labels(cells, rarest, metric):
    assert chosen(cells, 60_000, rarest).metric == metric


def test_a_rare_class_0_is_no_reason_for_precision_and_recall():
    table = [[smiles, str(int(row > 0))] for row, smiles in enumerate(SMILES)]
    survey = survey_table(["smiles", "label"], table)
    assert survey.rarest["label"] / survey.molecules["label"] < 0.02
    assert choose_configuration(survey, "a", "a.csv").metric == "roc_auc"


SETS = ["train"] * 42 + ["valid"] * 9 + ["test"] * 9


def test_sets_that_the_table_names_are_used():
    settings = settings_of(chosen(VALUES, 3_000, set=SETS))
    assert settings["split"] == {"method": "column", "column": "set"}
    assert settings["validation"] == {"scheme": "holdout"}


@pytest.mark.parametrize("other", ["", "train"])
def test_a_test_set_that_a_large_table_names_is_used_alone(other):
    configuration = chosen(VALUES, 3_000, set=["test"] * 9 + [other] * 51)
    settings = settings_of(configuration)
    assert settings["split"] == {"method": "scaffold", "column": "set"}
    assert settings["validation"] == {"scheme": "holdout"}
    assert "draws it from the other rows" in configuration.reasons["validation"]


def test_of_a_small_table_only_the_test_set_is():
    settings = settings_of(chosen(CLASSES, 60, 30, set=SETS))
    assert settings["split"] == {"method": "random", "column": "set"}
    assert settings["validation"]["scheme"] == "cross_validation"


def test_sets_with_little_to_learn_from_are_not_and_that_is_said():
    few = ["test" if each == "train" else "train" for each in SETS]
    configuration = chosen(CLASSES, set=few)
    assert configuration.split.settings["method"] == "random"
    assert any("column set names sets" in text for text in configuration.cautions)


DAYS = [f"{number % 28 + 1:02}.{number % 12 + 1:02}.2020" for number in range(60)]


def test_dates_split_a_large_table():
    settings = settings_of(chosen(VALUES, 3_000, measured_on=DAYS))
    assert settings["split"] == {"method": "time", "column": "measured_on"}
    small = chosen(VALUES, 300, measured_on=DAYS)
    assert small.split.settings["method"] == "random"
    assert any("method: time" in text for text in small.cautions)
    unclear = [
        f"{number % 12 + 1:02}.{number % 11 + 1:02}.2020" for number in range(60)
    ]
    asked = chosen(VALUES, 3_000, measured_on=unclear)
    assert asked.split.settings["method"] == "scaffold"
    assert any("date_format" in text for text in asked.cautions)


def test_values_over_many_powers_of_ten_are_pointed_out():
    wide = [10 ** (number / 10) for number in range(60)]
    assert any("powers of ten" in text for text in chosen(wide).cautions)
    assert any("a column with its logarithm" in text for text in chosen(wide).cautions)
    assert not chosen(VALUES).cautions


def test_the_numbering_of_words_is_told():
    (caution,) = chosen(["low", "Medium", "high"] * 20, name="activity").cautions
    assert "alphabetical order: high 0, low 1, medium 2. " in caution
    assert "dataset.labels" in caution


@pytest.mark.parametrize(
    ("words", "positive"),
    [
        (["Positive", "Negative"], "Positive"),
        (["inactive", "active"], "active"),
        (["hot", "hot", "cold"], "cold"),
        (["0", "1"], None),
        (["-1", "1"], None),
        (["low", "mid", "high"], None),
    ],
)
def test_the_word_of_class_1_is_told(words, positive):
    survey = survey_of(words * (60 // len(words)), name="activity")
    configuration = choose_configuration(survey, "a", "a.csv")
    told = f"; class 1 is {positive}\n" if positive else "; class 1"
    for text in (
        describe(configuration, survey, "a.csv").replace("\n" + 14 * " ", " "),
        spell(configuration, survey, "a.yaml"),
    ):
        assert (told in text) == (positive is not None)


def test_one_is_no_plural():
    survey = survey_of([*VALUES[:59], ">90"])
    said = describe(choose_configuration(survey, "a", "a.csv"), survey, "a.csv")
    assert "; 1 bound\n" in said
    assert "1 bound (" in said


def test_of_several_tasks_all_are_shown_and_the_test_set_is_of_one():
    survey = survey_of(CLASSES, **{f"toxic {number}": CLASSES for number in range(5)})
    configuration = choose_configuration(survey, "a", "a.csv")
    assert " molecules of label in the test set" in configuration.reasons["expect"]
    said = describe(configuration, survey, "a.csv")
    assert said.count("\n  task ") == 6
    assert " of label in" not in chosen(CLASSES).reasons["expect"]


@pytest.mark.parametrize(
    "relation", [["=", ">", "=", "<="], ["'='", "'>'"], ["", "<"], [">"]]
)
def test_a_column_of_signs_is_pointed_out(relation):
    relation = relation * (60 // len(relation))
    (caution,) = chosen(VALUES, relation=relation).cautions
    count = sum(">" in sign or "<" in sign for sign in relation)
    assert caution.startswith("relation has signs such as ")
    assert f" in {count} rows: " in caution


@pytest.mark.parametrize("other", ["=", "+", "-", "a", ""])
def test_a_column_of_other_signs_is_not(other):
    assert not chosen(VALUES, relation=[other] * 60).cautions
    assert not chosen(CLASSES, relation=["=", ">"] * 30).cautions


@pytest.mark.parametrize(
    ("words", "count"),
    [
        (["nM", "uM"], 1),
        (["nM", "\u00b5M", ""], 1),
        (["mg/L", "'mol/L'"], 1),
        (["IC50", "Ki"], 1),
        (["nM", "NM"], 0),
        (["nM"], 0),
        (["a", "b"], 0),
    ],
)
def test_several_units_or_kinds_of_values_are_pointed_out(words, count):
    words = words * (60 // len(words))
    cautions = chosen(VALUES, unit=words).cautions
    assert len(cautions) == count
    assert all(text.startswith("unit has several ") for text in cautions)


@pytest.mark.parametrize(
    ("values", "sentinel"),
    [
        ([*VALUES[:50], *["-999"] * 10], -999),
        ([*VALUES[:59], "9999"], 9999),
        ([*VALUES[:58], "-1", "-1.0"], -1),
        ([*VALUES[:59], "-1"], None),
        ([value - 10 for value in VALUES[:58]] + [-1, -1], None),
        ([*VALUES[:59], "99.5"], None),
        ([*range(50), *["99"] * 10], 99),
        ([*range(0, 180, 3)], None),
        ([*[0, 1, 2, 5] * 14, *["-9"] * 4], -9),
    ],
)
def test_numbers_that_may_mean_not_measured_are_pointed_out(values, sentinel):
    cautions = [text for text in chosen(values).cautions if "not measured" in text]
    assert len(cautions) == (sentinel is not None)
    assert all(f"{{label: {{'{sentinel}': null}}}}" in text for text in cautions)


def test_the_line_to_write_is_yaml_whatever_the_name():
    survey = survey_of([*VALUES[:50], *["-999"] * 10], name="log S, pH: 7")
    (caution,) = choose_configuration(survey, "a", "a.csv").cautions
    line = caution.partition("write dataset.labels: ")[2]
    assert read_yaml(line, "a.yaml") == {"log S, pH: 7": {"-999": None}}


def test_signs_of_rows_without_a_label_do_not_matter():
    cells = [value if row % 2 else "" for row, value in enumerate(VALUES)]
    assert not chosen(cells, relation=[">", "="] * 30).cautions
    assert chosen(cells, relation=["=", ">"] * 30).cautions


def test_words_that_may_be_classes_stand_in_the_file_as_a_comment():
    words = ["red", "green", "blue"] * 20
    survey = survey_of(VALUES, colour=words, relation=["=", ">"] * 30)
    text = spell(choose_configuration(survey, "a", "a.csv"), survey, "a.yaml")
    assert "    # - colour  # a few words, for objective.metric roc_auc_ovr\n" in text
    assert "# - relation" not in text


def test_text_of_the_file_is_the_configuration():
    names = "Löslichkeit, pH 7: [µM] #1"
    survey = survey_of(VALUES, name=names)
    configuration = choose_configuration(survey, "a", "my data/a b.csv")
    text = spell(configuration, survey, "a.yaml")
    assert read_yaml(text, "a.yaml") == settings_of(configuration)
    assert configuration.tasks == [names]


@pytest.mark.parametrize("name", ["NO", "2314", "null", "a: b", "'", "- x", "y # z"])
def test_names_that_yaml_would_take_for_something_else_come_back(name):
    survey = survey_of(CLASSES, name=name)
    text = spell(choose_configuration(survey, "a", "a.csv"), survey, "a.yaml")
    assert read_yaml(text, "a.yaml")["dataset"]["tasks"] == [name]


def test_standard_error_of_auc_is_that_of_hanley_and_mcneil():
    # Hanley and McNeil 1982, table III: two samples of 58 and 51, area 0.893.
    assert standard_error_of_auc(51, 58, 0.893) == pytest.approx(0.032, abs=0.001)
