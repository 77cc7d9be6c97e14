"""Looking at a table: what columns hold, and what they are for."""

import pytest

from helpers.shaped_tables import molecules
from toxtune.errors import UserError
from toxtune.survey.columns import Content, survey_column
from toxtune.survey.file import survey_file
from toxtune.survey.roles import Role, sets_of
from toxtune.survey.structures import survey_structures
from toxtune.survey.table import Wishes, survey_table
from toxtune.tables.text_files import Reading
from toxtune.tasks import TaskType

SMILES = molecules(40)


def surveyed(**columns):
    """Look at a table of 40 molecules with these columns beside them."""
    columns = {"smiles": SMILES, **columns}
    rows = [
        [str(cell) for cell in cells] for cells in zip(*columns.values(), strict=True)
    ]
    return survey_table(list(columns), rows)


def roles(**columns):
    return {each.column.name: each.role for each in surveyed(**columns).roles}


def cycled(*values):
    return [values[number % len(values)] for number in range(len(SMILES))]


LABELS = cycled(0, 1)
VALUES = [number / 7 for number in range(len(SMILES))]


@pytest.mark.parametrize(
    ("cells", "content"),
    [
        (["0", "1", "", "1"], Content.TWO_CLASSES),
        (["0.0", "1.0", "NaN"], Content.TWO_CLASSES),
        (["-1", "1", "1"], Content.TWO_CLASSES),
        (["True", "False"], Content.TWO_CLASSES),
        (["yes", "No", "no"], Content.TWO_CLASSES),
        (["active", "inactive"], Content.TWO_CLASSES),
        (["0", "1", "2", "1"], Content.CLASSES),
        (["1", "2", "3"], Content.CLASSES),
        (["0", "1", "5"], Content.VALUES),
        (["1", "2", "1"], Content.TWO_CLASSES),
        (["2", "3", "2"], Content.VALUES),
        (["0.5", "-3", "1e3"], Content.VALUES),
        (["<10", "12", ">100"], Content.VALUES),
        (["low", "high", "mid"] * 4, Content.WORDS),
        (["2020-01-31", "2020-02-01"], Content.DATES),
        (["31.01.2020", "01.02.2020"], Content.DATES),
        (["31-Jan-2020", "1-Feb-2020"], Content.DATES),
        (["a", "b", "c", "d"], Content.TEXT),
        (["a", "a"], Content.SAME),
        (["", "NaN", " "], Content.EMPTY),
    ],
)
def test_a_column_is_known_by_its_cells(cells, content):
    assert survey_column("x", cells).content == content


def test_bounds_and_strange_cells_are_counted():
    survey = survey_column("x", [*map(str, VALUES), "<3", "> 5", "see note"])
    assert survey.content == Content.VALUES
    assert survey.bounds == 2
    assert survey.strange == ("see note",)
    assert (survey.lowest, survey.highest) == (0, VALUES[-1])


def test_the_range_of_values_is_of_those_that_are_no_bounds():
    survey = survey_column("x", [*map(str, VALUES), "<-30", ">90"])
    assert (survey.lowest, survey.highest) == (0, VALUES[-1])
    of_bounds = survey_column("x", ["<3", ">90", "<0.5"])
    assert (of_bounds.lowest, of_bounds.highest) == (0.5, 90)


@pytest.mark.parametrize(
    ("name", "cells", "role"),
    [
        ("num", range(40), Role.OTHER),
        ("", range(40), Role.OTHER),
        ("mol_id", [f"A{n}" for n in range(40)], Role.ID),
        ("Compound Name", [f"acid, {n}" for n in range(40)], Role.ID),
        ("CID", [1000 + 7 * n for n in range(40)], Role.ID),
        ("name", [f"acid {n // 2}" for n in range(40)], Role.OTHER),
        ("remark", [f"text {n}" for n in range(40)], Role.OTHER),
        ("year", [2000 + n % 9 for n in range(40)], Role.DATES),
        ("set", cycled("Train", "Train", "Val", "TEST"), Role.SETS),
        ("batch", cycled("B1", "B2"), Role.OTHER),
        ("salt form", cycled("HCl", "free", "TFA"), Role.OTHER),
        ("purity", VALUES, Role.OTHER),
        ("predicted logS", VALUES, Role.OTHER),
        ("IC50_SD", VALUES, Role.OTHER),
        ("clogP", VALUES, Role.OTHER),
        ("IC50 (µM)", VALUES, Role.LABELS),
        ("IC50 (nM)", VALUES, Role.LABELS),
        ("pKd_n", VALUES, Role.OTHER),
        ("n", VALUES, Role.OTHER),
        ("Aktivit\u00e4t", cycled("stark", "mittel", "schwach"), Role.LABELS),
        ("activity", cycled("low", "mid", "high"), Role.LABELS),
        ("PUBCHEM_CID", [1000 + n // 2 for n in range(40)], Role.OTHER),
        ("Molecule Max Phase", cycled(2, 3, 4), Role.OTHER),
        ("#RO5 Violations", cycled(0, 1), Role.OTHER),
        ("Ligand Efficiency BEI", VALUES, Role.OTHER),
        ("CX LogD", VALUES, Role.OTHER),
        ("cLogS", VALUES, Role.OTHER),
        ("Druglikeness", VALUES, Role.OTHER),
        ("Cluster No", cycled(0, 1, 2), Role.OTHER),
        ("Mutagenic (Y/N)", cycled("Y", "N"), Role.LABELS),
        ("aktiv [j/n]", cycled("ja", "nein"), Role.LABELS),
        ("S. aureus MIC n", VALUES, Role.OTHER),
        ("n (S. aureus)", VALUES, Role.OTHER),
        ("Y/N", LABELS, Role.LABELS),
        ("assay 7", LABELS, Role.LABELS),
        ("row", LABELS, Role.OTHER),
    ],
)
def test_a_column_has_a_role_by_name_and_content(name, cells, role):
    assert roles(**{name: cells, "toxic": LABELS})[name] == role


def test_a_property_of_the_structures_is_no_label_whatever_it_is_called():
    from rdkit import Chem
    from rdkit.Chem.Descriptors import MolWt

    weights = [round(MolWt(Chem.MolFromSmiles(each)), 1) for each in SMILES]
    assert roles(activity=weights, toxic=LABELS)["activity"] == Role.OTHER
    # But it may be learned where there is nothing else.
    assert roles(activity=weights)["activity"] == Role.LABELS


def test_ids_of_a_database_are_no_labels_even_where_nothing_else_is():
    with pytest.raises(UserError, match="CID .ids of a database, by its name"):
        surveyed(CID=[1000 + n // 2 for n in range(40)])


def test_the_outcome_of_pubchem_comes_before_what_it_is_made_of():
    names = ["Potency", "Fit_LogAC50", "Max_Response", "PUBCHEM_ACTIVITY_SCORE"]
    values = {name: [n * each for each in VALUES] for n, name in enumerate(names, 1)}
    outcome = cycled("Active", "Inactive", "Inactive", "Inconclusive")
    survey = surveyed(**values, PUBCHEM_ACTIVITY_OUTCOME=outcome)
    (task,) = survey.tasks.tasks
    assert task.column.name == "PUBCHEM_ACTIVITY_OUTCOME"
    assert [each.column.name for each in survey.tasks.alternatives] == names


# What PubChem writes below its header, and what people write below their tables.
WITHOUT_STRUCTURE = [
    ["RESULT_TYPE", "", "FLOAT", "STRING"],
    ["RESULT_UNIT", "", "MICROMOLAR", ""],
    ["mean", " ", "2.5", "<1"],
    ["", "", "n.d.", ""],
]


@pytest.mark.parametrize("header", ["Potency", "Outcome"])
def test_rows_without_a_structure_say_nothing_about_a_column(header):
    labels = VALUES if header == "Potency" else LABELS
    rows = [[str(n), each, str(labels[n]), "x"] for n, each in enumerate(SMILES)]
    table = [*WITHOUT_STRUCTURE[:2], *rows, *WITHOUT_STRUCTURE[2:]]
    survey = survey_table(["TAG", "SMILES", header, "remark"], table)
    (task,) = survey.tasks.tasks
    assert task.column.name == header
    assert task.column.rows == 40
    reasons = {each.column.name: each.reason for each in survey.roles}
    assert reasons["TAG"] == "counts the rows"
    assert reasons["remark"] == "the same in each row"
    # Their cells are read as well.
    words = {"FLOAT": None, "MICROMOLAR": None}
    if header == "Outcome":
        words["2.5"] = None
    assert survey.label_settings == {"labels": {header: words}}


def test_the_structures_are_found_by_what_rdkit_can_read():
    rows = [[f"m{n}", each, str(n % 2)] for n, each in enumerate(SMILES)]
    survey = survey_table(["name", "what it is", "label"], rows)
    assert survey.smiles == "what it is"
    assert survey.column(Role.ID).name == "name"


def test_rows_whose_structure_cannot_be_read_say_nothing_about_a_column():
    rows = [[str(n), each, str(n % 2)] for n, each in enumerate(SMILES)]
    survey = survey_table(["TAG", "SMILES", "hit"], [*rows, ["", "total", "20"]])
    assert survey.tasks.task_type == TaskType.BINARY
    assert survey.label_settings == {"labels": {"hit": {"20": None}}}


def test_a_number_counts_rows_without_a_structure_as_well():
    rows = [[str(n), each, str(n / 7)] for n, each in enumerate(SMILES)]
    rows[7][1], rows[9][1] = "", "unclear"
    survey = survey_table(["TAG", "SMILES", "value"], rows)
    assert [each.column.name for each in survey.tasks.tasks] == ["value"]


@pytest.mark.parametrize("first", [["CCO", "1.00"], ["mol0", "CCO", "0"]])
def test_a_table_without_a_header_is_refused(first):
    place = first.index("CCO")
    rows = [[f"mol{n}", each, str(n % 2)] for n, each in enumerate(SMILES)]
    rows = [row[1 - place :] for row in rows]
    lost = "first line must name the columns; CCO is a molecule: write a line with the"
    with pytest.raises(UserError, match=lost):
        survey_table(first, rows)
    # Whoever says so may call a column that.
    told = survey_table(first, rows, Wishes(smiles_column="CCO"))
    assert told.smiles == "CCO"


@pytest.mark.parametrize("name", ["CN", "NO", "ID", "N", "CAS"])
def test_a_short_name_of_the_structures_is_no_molecule(name):
    rows = [[each, str(n % 2)] for n, each in enumerate(SMILES)]
    assert survey_table([name, "label"], rows).smiles == name


def test_a_column_called_smiles_that_has_none_is_passed_over():
    survey = surveyed(SMILES_file=cycled("a.smi", "b.smi"), toxic=LABELS)
    assert survey.smiles == "smiles"


def test_most_columns_that_say_they_are_labels_decide_the_type():
    survey = surveyed(pIC50=VALUES, flag=LABELS, other=LABELS)
    assert survey.tasks.task_type == TaskType.REGRESSION
    assert [each.column.name for each in survey.tasks.alternatives] == ["flag", "other"]


def test_of_values_and_their_logarithm_the_logarithm_is_learned():
    nanomolar = [10 ** (number / 8) for number in range(len(SMILES))]
    p_values = [f"{9 - number / 8:.1f}" for number in range(len(SMILES))]
    survey = surveyed(**{"Standard Value": nanomolar, "pChEMBL Value": p_values})
    assert [each.column.name for each in survey.tasks.tasks] == ["pChEMBL Value"]
    assert survey.roles[1].reason == "pChEMBL Value is its logarithm"
    chembl = surveyed(**{"Standard Value": VALUES, "pChEMBL Value": p_values})
    assert len(chembl.tasks.tasks) == 1
    other = surveyed(Ki=nanomolar, logD=VALUES)
    assert len(other.tasks.tasks) == 2


def test_many_tasks_of_two_classes_are_all_tasks():
    survey = surveyed(**{f"assay {n}": LABELS for n in range(60)})
    assert len(survey.tasks.tasks) == 60
    assert not survey.tasks.set_aside


def test_many_columns_of_numbers_are_descriptors():
    columns = {f"d{n}": [v * (n + 1) for v in VALUES] for n in range(30)}
    survey = surveyed(**columns, pIC50=VALUES)
    assert [each.column.name for each in survey.tasks.tasks] == ["pIC50"]
    assert len(survey.tasks.set_aside) == 30
    assert survey.tasks.doubt
    doubtful = surveyed(**columns)
    assert [each.column.name for each in doubtful.tasks.tasks] == ["d0"]
    assert "no name says" in doubtful.tasks.doubt


def test_molecules_classes_and_contradictions_are_counted():
    smiles = ["CCO", "OCC", "CCN.Cl", "CCN", "CCC", "c1ccccc1", "F[C@H](Cl)Br"]
    smiles += ["F[C@@H](Cl)Br", "not one"]
    labels = ["1", "1", "0", "1", "0", "", "1", "0", "1"]
    rows = [list(row) for row in zip(smiles, labels, strict=True)]
    survey = survey_table(["smiles", "toxic"], rows)
    structures = survey.structures
    assert structures.molecules == 5
    assert structures.salts == 1
    # Ethanol, and ethylamine with its salt.
    assert structures.repeated == 2
    assert structures.with_stereoisomers == 1
    assert list(structures.unreadable) == [8]
    # Ethylamine has both labels, so neither counts.
    assert survey.contradicting == 1
    assert survey.molecules == {"toxic": 4}
    assert survey.rarest == {"toxic": 2}


def test_a_large_table_is_looked_at_in_part(monkeypatch):
    monkeypatch.setattr("toxtune.survey.structures.MOST_LOOKED_AT", 10)
    assert survey_structures(SMILES).rows == list(range(0, 40, 4))
    survey = surveyed(toxic=LABELS)
    assert survey.molecules == {"toxic": 40}


def test_sets_that_tear_a_molecule_apart_are_noticed():
    sets = cycled("train", "train", "valid", "test")
    assert surveyed(set=sets, toxic=LABELS).torn == 0
    doubled = survey_table(
        ["smiles", "set", "toxic"],
        3 * [["CCO", "train", "1"], ["OCC", "test", "1"], ["CCN", "test", "0"]],
    )
    assert doubled.torn == 1


@pytest.mark.parametrize(
    ("counts", "sets"),
    [
        ({"Train": 3, "Valid": 1, "Test": 1}, {"train": 3, "valid": 1, "test": 1}),
        ({"training": 3, "validation": 1}, {"train": 3, "valid": 1}),
        ({"train": 3}, {}),
        ({"train": 3, "maybe": 1}, {}),
        ({"Test set": 3}, {"test": 3}),
        ({"active": 3, "inactive": 1}, {}),
    ],
)
def test_words_for_sets(counts, sets):
    assert sets_of(counts) == sets


def test_a_table_without_labels_is_refused():
    with pytest.raises(UserError, match="no column could be labels"):
        surveyed(name=[f"n{n}" for n in range(40)])


@pytest.mark.parametrize(
    ("cells", "task_type", "settings"),
    [
        (cycled("+", "-", "+"), TaskType.BINARY, {}),
        (cycled(*"0001"), TaskType.BINARY, {}),
        (
            cycled("pass", "pass", "fail"),
            TaskType.BINARY,
            {"labels": {"activity": {"pass": 0, "fail": 1}}},
        ),
        ([*VALUES[:-1], "see note"], TaskType.REGRESSION, "see note"),
        ([*VALUES[:-9], *["<3"] * 9], TaskType.REGRESSION, {"bounds": "value"}),
    ],
)
def test_labels_that_nobody_could_read_have_settings(cells, task_type, settings):
    if settings == "see note":
        settings = {"labels": {"activity": {"see note": None}}}
    survey = surveyed(activity=cells)
    assert survey.tasks.task_type == task_type
    assert survey.label_settings == settings
    assert 30 < survey.molecules["activity"] <= 40


@pytest.mark.parametrize(
    ("cells", "wanted", "words"),
    [
        (("1", "2", "2.0"), None, {"1": 0, "2": 1}),
        (("2", "1", "2", "n.b."), None, {"1": 0, "2": 1, "n.b.": None}),
        (("7", "5"), TaskType.BINARY, {"5": 0, "7": 1}),
        (("0.5", "-1.5"), TaskType.BINARY, {"-1.5": 0, "0.5": 1}),
    ],
)
def test_two_numbers_are_two_classes(cells, wanted, words):
    rows = list(zip(SMILES, cycled(*cells), strict=True))
    survey = survey_table(["smiles", "y"], rows, Wishes(task_type=wanted))
    assert survey.tasks.task_type == TaskType.BINARY
    assert survey.label_settings == {"labels": {"y": words}}


def test_two_numbers_are_values_for_whom_they_are():
    rows = list(zip(SMILES, cycled("1", "2"), strict=True))
    wishes = Wishes(task_type=TaskType.REGRESSION)
    survey = survey_table(["smiles", "y"], rows, wishes)
    assert survey.tasks.tasks[0].column.content == Content.VALUES
    assert survey.label_settings == {}


@pytest.mark.parametrize(
    ("cells", "classes", "left_out"),
    [
        (("aktiv", "inaktiv", "aktiv", "n.b."), "aktiv inaktiv", ["n.b."]),
        (("Active", "inactive", "Inconclusive"), "Active inactive", ["Inconclusive"]),
        (("toxic", "non-toxic", "toxic", "weak"), "toxic non-toxic", ["weak"]),
        (("toxisch", "nicht toxisch", "unbekannt"), None, ["unbekannt"]),
        (("pass", "fail", "pass", "unclear"), "pass fail", ["unclear"]),
        (("0", "1", "1", "k.A."), "1 0", ["k.A."]),
        (("0", "1", "0", "9"), "0 1", ["9"]),
    ],
)
def test_words_that_decide_nothing_are_no_class(cells, classes, left_out):
    survey = surveyed(activity=cycled(*cells))
    (task,) = survey.tasks.tasks
    assert survey.tasks.task_type == TaskType.BINARY
    assert classes is None or list(task.column.counts) == classes.split()
    words = survey.label_settings["labels"]["activity"]
    assert [word for word, number in words.items() if number is None] == left_out


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        ((5.1, 6.2, "Insoluble", "insoluble", 7.3), {"Insoluble": None}),
        ((5.1, 6.2, "not\nsoluble", "not  soluble"), {"not soluble": None}),
        (
            ("active", "inactive", "Inconclusive", "inconclusive", "active"),
            {"Inconclusive": None},
        ),
        (("Safe", "safe", "Risky"), {"Safe": 0, "Risky": 1}),
        (("RISKY", "safe", "safe", "risky", "Safe"), {"safe": 0, "RISKY": 1}),
    ],
)
def test_words_that_differ_in_case_and_blanks_are_one(cells, words):
    numbers = any(isinstance(cell, float) for cell in cells)
    labels = [*VALUES[: -len(cells)], *cells] if numbers else cycled(*cells)
    survey = surveyed(activity=labels)
    assert survey.label_settings == {"labels": {"activity": words}}


def test_spellings_of_one_word_are_no_classes():
    column = survey_column("activity", cycled("Toxic", "toxic", " TOXIC"))
    assert column.content == Content.SAME
    # Ids are told apart by case.
    assert survey_column("id", ["aB1", "Ab1"]).is_unique


def test_words_that_decide_nothing_are_classes_for_whom_they_are():
    cells = cycled("active", "inactive", "active", "weak")
    rows = [list(row) for row in zip(SMILES, cells, strict=True)]
    wishes = Wishes(task_type=TaskType.MULTICLASS)
    survey = survey_table(["smiles", "activity"], rows, wishes)
    assert not survey.label_settings
    several = surveyed(activity=cycled("low", "mid", "high", "n.b."))
    assert several.tasks.task_type == TaskType.MULTICLASS
    assert several.label_settings == {"labels": {"activity": {"n.b.": None}}}


def test_bounds_are_left_out_where_values_are_many():
    rows = [[each, str(n / 7)] for n, each in enumerate(molecules(60))]
    rows += [[each, "<1"] for each in molecules(70)[60:]]
    survey = survey_table(["smiles", "logS"], rows)
    assert survey.label_settings == {"bounds": "drop"}
    assert survey.molecules == {"logS": 60}


@pytest.mark.parametrize("name", ["smiles", "reaction"])
def test_reactions_are_named(name):
    rows = [[f"{'C' * number}CCO>>CC=O", str(number)] for number in range(9)]
    with pytest.raises(UserError, match="these are reactions"):
        survey_table([name, "yield"], rows)


@pytest.mark.parametrize(
    "wishes", [Wishes(tasks=("pIC5",)), Wishes(smiles_column="smile")]
)
def test_a_slip_in_a_name_has_a_suggestion(wishes):
    rows = [["CCO", "5.1"], ["CCN", "5.2"]]
    with pytest.raises(
        UserError, match="; did you mean (pIC50|smiles)\\?; its columns"
    ):
        survey_table(["smiles", "pIC50"], rows, wishes)


def test_points_that_may_stand_between_thousands_are_asked_for(tmp_path):
    rows = [f"{'C' * n}O;{1 + n // 20}.{n:03d}\n{'C' * n}N;{n}" for n in range(1, 60)]
    path = tmp_path / "mine.csv"
    path.write_text("\n".join(["SMILES;LD50", *rows]), "utf-8")
    with pytest.raises(UserError, match=r"such as 1\.001 in column LD50 may"):
        survey_file(path)
    told = survey_file(path, Wishes(reading=Reading(decimal=",", prefix="--")))
    assert told.tasks.tasks[0].column.highest == 3059


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (["82%", "9%", "75%"], "'82%' is a number with %: take"),
        ([f"{n}.5 ± 0.1" for n in range(30)], "is a number with its error"),
        (["12 nM", "3.4 uM", "100 nM"], "'12 nM' is a number with its unit"),
        (["0,1", "0.2", "0,3"], "'0,1' is a number with a comma"),
    ],
)
def test_what_is_nearly_a_number_is_said(cells, words):
    column = survey_column("y", cells * 20)
    assert column.content == Content.TEXT
    assert words in column.problem
    with pytest.raises(UserError, match="no column could be labels") as refusal:
        surveyed(y=cycled(*cells))
    assert words in str(refusal.value)
