"""One reader for all tables: format, encoding, separator and columns are found."""

import gzip

import pytest
from rdkit import Chem

from toxtune.data.curation import curate
from toxtune.data.dataset_files import columns_of_dataset, columns_of_test_set
from toxtune.errors import UserError
from toxtune.prediction.molecule_table import read_molecules
from toxtune.tables.tables import open_table
from toxtune.tables.text_files import Reading

COLUMNS = {
    "smiles_column": "smiles",
    "id_column": None,
    "part_column": None,
    "tasks": ["tox"],
    "task_type": "binary",
    "standardize": "none",
    "merge": "connectivity",
}


@pytest.fixture
def file(tmp_path):
    """Return a function that writes a file."""

    def write(content, name="mine.csv"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return write


SPELLINGS = {
    "comma": b"smiles,tox\nCCO,1\nCC,0\n",
    "semicolon": b"smiles;tox\nCCO;1\nCC;0\n",
    "tab": b"smiles\ttox\nCCO\t1\nCC\t0\n",
    "bar": b"smiles|tox\nCCO|1\nCC|0\n",
    "blanks": b"SMILES tox\nCCO 1\nCC 0\n",
    "quotes": b'"smiles";"tox"\r\n"CCO";"1"\r\n"CC";"0"\r\n',
    "said by Excel": b"sep=;\r\nsmiles;tox\r\nCCO;1\r\nCC;0\r\n",
    "said by Excel below a blank line": b"\n \nsep=|\nsmiles|tox\nCCO|1\nCC|0\n",
    "mark": b"\xef\xbb\xbfsmiles,tox\nCCO,1\nCC,0\n",
    "UTF-16, tabs": "smiles\ttox\r\nCCO\t1\r\nCC\t0\r\n".encode("utf-16"),
    "UTF-16, big end": b"\xfe\xff" + "smiles,tox\nCCO,1\nCC,0".encode("utf-16-be"),
    "UTF-32": "smiles,tox\nCCO,1\nCC,0\n".encode("utf-32"),
    "Windows-1252": b"smiles;tox;IC50 (\xb5M)\nCCO;1;0,5\nCC;0;\n",
    "gzip": gzip.compress(b"smiles,tox\nCCO,1\nCC,0\n"),
    "commas in names": b'name,smiles,tox\n"eth,anol",CCO,1\nethane,CC,0\n',
    "commas in a header of semicolons": b"smiles;pH, 7;tox\nCCO;1,5;1\nCC;0,5;0\n",
    "names in another case": b" SMILES , tox \nCCO,1\nCC,0\n",
    "another usual name": b"ID,Canonical SMILES,structure,tox\na,CCO,x,1\nb,CC,y,0\n",
    "mol": b"mol,CID,tox\nCCO,1,1\nCC,2,0\n",
    "column without a name": b",smiles,tox\n0,CCO,1\n1,CC,0\n",
    "empty columns": b"smiles,tox,,\nCCO,1,,\nCC,0,,\n",
    "stripped ends": b"smiles\ttox\t\nCCO\t1\nCC\t0\n",
    "blank cells behind": b"smiles,tox\nCCO,1,,\nCC,0,,\n",
    "names twice": b"x,smiles,x,tox\n1,CCO,2,1\n1,CC,2,0\n",
}


@pytest.mark.parametrize("content", SPELLINGS.values(), ids=SPELLINGS)
def test_table_is_read_however_it_is_spelled(file, content):
    path = file(content)
    curation = curate(path, COLUMNS)
    assert [(m.raw.smiles, m.raw.labels) for m in curation.molecules] == [
        ("CCO", ["1"]),
        ("CC", ["0"]),
    ]
    assert curation.counts["notes"]
    # Molecules to predict are read alike.
    table = read_molecules(path, "smiles")
    assert [table.smiles(chunk) for chunk in table.chunks()] == [["CCO", "CC"]]


@pytest.mark.parametrize(
    "name",
    ["a.sdf.csv", "x.mol.csv", "b.smi.csv", "c.smiles.tsv", "d.SD.txt", "e.mol."],
)
@pytest.mark.parametrize("packed", [False, True])
def test_only_the_last_ending_tells_a_format(file, name, packed):
    content = b"name,y\nethanol of mine,1\n"
    path = file(gzip.compress(content), f"{name}.gz") if packed else file(content, name)
    assert open_table(path).header == ["name", "y"]


@pytest.mark.parametrize("name", ["a.sdf", "a.b.MOL", "a.csv.sd", "a.sdf.gz"])
def test_the_last_ending_tells_an_sd_file(file, name):
    assert open_table(file("ethanol\n", name)).has_structures


HEADERS_WITH_BLANKS = [
    ("Compound Name|SMILES|y", "acetic acid|CC(=O)O|3.5"),
    ("SMILES|Compound Name|y", "CC(=O)O|acetic acid|3.5"),
    ("Molecule Name,Kekule,y", "acetic acid,CC(=O)O,3.5"),
    ("Drug Name;Notation;y", "acetic acid;CC(=O)O;3.5"),
    ("Mol Name\tNotation\ty", "acetic acid\tCC(=O)O\t3.5"),
    ("Drug Name|Notation|y", "acetic acid|CC(=O)O|3.5"),
    ('"Canonical SMILES\n(of RDKit)",name,y', "CC(=O)O,acetic acid,3.5"),
    ('"Molecule SMILES",name,y', "CC(=O)O,acetic acid,3.5"),
]


@pytest.mark.parametrize(("header", "row"), HEADERS_WITH_BLANKS)
@pytest.mark.parametrize("told", [False, True])
def test_blanks_in_a_header_do_not_separate_beside_other_signs(file, header, row, told):
    sign = next(sign for sign in ",;\t|" if sign in header)
    reading = Reading(separator=sign if told else None)
    table = open_table(file(f"{header}\n{row}\n"), reading=reading)
    assert len(table.header) == 3
    assert table.header[2] == "y"
    assert [each.cells for each in table.rows()] == [row.split(sign)]


@pytest.mark.parametrize("end", ["\n", "\r\n", " \n ", "\r", "\n\n", "\t", "\u2028"])
def test_line_ends_in_a_header_are_blanks(file, end):
    path = file(f'smiles,"of{end}row","tox{end}(yes/no)"\nCCO,a,1\nCC,b,0\n')
    assert open_table(path).header == ["smiles", "of row", "tox (yes/no)"]
    columns = {"tasks": ["tox (yes/no)"], "id_column": "of row"}
    curation = curate(path, COLUMNS | columns)
    assert [(m.raw.id, m.raw.labels) for m in curation.molecules] == [
        ("a", ["1"]),
        ("b", ["0"]),
    ]


def test_names_that_differ_in_line_ends_alone_are_the_same(file):
    table = open_table(file('smiles,"a\nb",a b\nCCO,1,2\n'))
    assert table.header == ["smiles", "a b", "a b"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (SPELLINGS["semicolon"], ["semicolons", "UTF-8"]),
        (SPELLINGS["Windows-1252"], ["Windows-1252", "not UTF-8"]),
        (SPELLINGS["UTF-16, tabs"], ["tabs", "UTF-16"]),
        (SPELLINGS["another usual name"], ["'Canonical SMILES'"]),
        (SPELLINGS["column without a name"], ["without a name", "1"]),
    ],
)
def test_notes_say_what_was_taken_for_what(file, content, words):
    tasks = [] if b",smiles" in content else ["tox"]
    notes = " ".join(curate(file(content), COLUMNS | {"tasks": tasks}).counts["notes"])
    for word in words:
        assert word in notes


VALUES = COLUMNS | {"task_type": "regression"}


@pytest.mark.parametrize(
    ("content", "changes", "values"),
    [
        ("smiles;tox\nCCO;-0,007\nCC;1,25e2\n", {}, ["-0.007", "125.0"]),
        ("smiles\ttox\nCCO\t1.234,5\nCC\t7\n", {}, ["1234.5", "7.0"]),
        ("smiles\ttox\nCCO\t1,234.5\nCC\t7.5\n", {}, ["1234.5", "7.5"]),
        ("smiles;tox\nCCO;1,234,567\nCC;1,234\n", {}, ["1234567.0", "1234.0"]),
        ("smiles;tox\nCCO;1,234\nCC;7\n", {"decimal": ","}, ["1.234", "7.0"]),
        ("smiles;tox\nCCO;1,234\nCC;7\n", {"decimal": "."}, ["1234.0", "7.0"]),
        ("smiles;tox\nCCO;1.5\nCC;7\n", {"decimal": ","}, ["1.5", "7.0"]),
        ('smiles,tox\nCCO,"1,5"\nCC,"-0,25"\n', {}, ["1.5", "-0.25"]),
        ('smiles,tox\nCCO,"1,234.5"\nCC,7\n', {}, ["1234.5", "7.0"]),
        ("smiles;tox\nCCO;1.391\nCC;314\n", {"decimal": ","}, ["1391.0", "314.0"]),
        ("smiles;tox\nCCO;1.391\nCC;314\n", {"decimal": "."}, ["1.391", "314.0"]),
        ("smiles;tox\nCCO;1.391\nCC;0,5\n", {"decimal": ","}, ["1391.0", "0.5"]),
        ("smiles;tox\nCCO;1.234.567\nCC;7\n", {}, ["1234567.0", "7.0"]),
        # These are plainly decimal points.
        ("smiles;tox\nCCO;1.391\nCC;0.314\n", {}, ["1.391", "0.314"]),
        ("smiles;tox\nCCO;1.391\nCC;2.314\n", {}, ["1.391", "2.314"]),
        ("smiles\ttox\nCCO\t1.391\nCC\t3140\n", {}, ["1.391", "3140.0"]),
        ("smiles,tox\nCCO,1.391\nCC,314\n", {}, ["1.391", "314.0"]),
    ],
)
def test_decimal_sign_is_told_by_the_numbers(file, content, changes, values):
    curation = curate(file(content), VALUES | changes)
    assert [m.raw.labels for m in curation.molecules] == [[value] for value in values]


@pytest.mark.parametrize("minus", "\u2212\u2013\u2010\uff0d-")
def test_decimal_signs_are_told_whatever_the_minus(file, minus):
    text = f"smiles;tox\nCCO;{minus}0,5\nCC;{minus}1,25\nC;{minus}2,5\n"
    curation = curate(file(text), VALUES)
    labels = [molecule.raw.labels for molecule in curation.molecules]
    assert labels == [["-0.5"], ["-1.25"], ["-2.5"]]
    path = file(f"smiles;tox\nCCO;{minus}1.391\nCC;314\nC;20\n")
    with pytest.raises(UserError, match=f"sign in '{minus}1.391' is a decimal one"):
        curate(path, VALUES)
    curation = curate(path, VALUES | {"decimal": ","})
    assert curation.molecules[0].raw.labels == ["-1391.0"]


@pytest.mark.parametrize("sign", ["\u2264", "\u2a7e ", "\uff1c", "\u2248", "<= "])
def test_bounds_have_decimal_signs_as_well(file, sign):
    path = file(f"smiles;tox\nCCO;{sign}0,5\nCC;1,25\n")
    curation = curate(path, VALUES | {"bounds": "value"})
    assert curation.molecules[0].raw.labels == ["0.5"]


@pytest.mark.parametrize(
    ("content", "settings", "changes"),
    [
        ("aa,bb;cc,dd\nC,CO;CC,1\n", "dataset.separator: comma", {"tasks": []}),
        ("smiles;tox\nCCO;1,234\nCC;20\n", "dataset.decimal", {}),
        ('smiles,tox\nCCO,"1,234"\nCC,20\n', "dataset.decimal", {}),
        ("smiles;tox\nCCO;1.391\nCC;314\n", "dataset.decimal", {}),
        ("smiles\ttox\nCCO\t1.391\nCC\t0,5\n", "dataset.decimal", {}),
        ("smiles,tox\n".encode("utf-16-le"), "dataset.encoding", {}),
        (b"smiles,tox\nCCO,1\x81\n", "dataset.encoding", {}),
        ("A SMILES;B SMILES;tox\nC;C;1\n", "dataset.smiles_column: A SMILES", {}),
        ("compound,tox\nCCO,1\n", "dataset.smiles_column: NAME", {}),
        ("CCO,1\nCC,0\n", "CCO is a molecule: write a line", {"tasks": []}),
    ],
)
def test_what_cannot_be_decided_is_asked_for(file, content, settings, changes):
    with pytest.raises(UserError) as refusal:
        curate(file(content), VALUES | changes, "data of mine.csv")
    assert settings in str(refusal.value)
    assert str(refusal.value).startswith("data of mine.csv")


def test_settings_decide(file):
    path = file("aa,bb;cc,dd\nC,CO;CC,1\n")
    assert open_table(path, reading=Reading(separator=";")).header == ["aa,bb", "cc,dd"]
    russian = "smiles,\u044f\u0434\nCCO,1\n".encode("windows-1251")
    columns = COLUMNS | {"tasks": ["\u044f\u0434"], "encoding": "windows-1251"}
    assert curate(file(russian), columns).tasks == ["\u044f\u0434"]


@pytest.mark.parametrize(
    ("content", "name", "header", "rows"),
    [
        ("CCO\nCC\n", "a.smi", ["smiles", "name"], [["CCO", ""], ["CC", ""]]),
        ("CCO\nCC\n", "a.csv", ["smiles", "name"], [["CCO", ""], ["CC", ""]]),
        (
            "CCO ethyl alcohol\n\nCC 1,2-x\n",
            "a.txt",
            ["smiles", "name"],
            [["CCO", "ethyl alcohol"], ["CC", "1,2-x"]],
        ),
        (
            "CCO\tethyl alcohol\t1\nCC\tethane\t0\n",
            "a.txt",
            ["smiles", "name", "column_3"],
            [["CCO", "ethyl alcohol", "1"], ["CC", "ethane", "0"]],
        ),
        ("C1CC bad\nCC\n", "a.smi", ["smiles", "name"], [["C1CC", "bad"], ["CC", ""]]),
        ("smiles name\nCCO a b\n", "a.smi", ["smiles", "name"], [["CCO", "a b"]]),
        ("Canonical SMILES\nCCO\n", "a.csv", ["Canonical SMILES"], [["CCO"]]),
        ("[Na+].[Cl-] salt\n", "a.smi", ["smiles", "name"], [["[Na+].[Cl-]", "salt"]]),
    ],
)
def test_smiles_file(file, content, name, header, rows):
    table = open_table(file(content, name))
    assert table.header == header
    assert [row.cells for row in table.rows()] == rows


@pytest.mark.parametrize(
    ("content", "header", "rows"),
    [
        (
            "name  activity\nNSC0  0\nNSC1  1\n",
            ["name", "activity"],
            [["NSC0", "0"], ["NSC1", "1"]],
        ),
        ("x smiles y\na CCO 1\n", ["x", "smiles", "y"], [["a", "CCO", "1"]]),
        ("my molecules\nCCO\nCC\n", ["my molecules"], [["CCO"], ["CC"]]),
        # A name may have a sign in it that separates nothing.
        *(
            (
                f"SMILES id {name}\nCCO a 5\n",
                ["SMILES", "id", name],
                [["CCO", "a", "5"]],
            )
            for name in ("pIC50|log", "IC50(nM,avg)", "IC50;nM")
        ),
        ("mol prop_1,2 y\nC 5 1\n", ["mol", "prop_1,2", "y"], [["C", "5", "1"]]),
    ],
)
def test_columns_that_blanks_separate(file, content, header, rows):
    table = open_table(file(content, "mine.txt"))
    assert table.header == header
    assert [row.cells for row in table.rows()] == rows


def test_a_row_with_fewer_words_than_the_header_is_refused(file):
    table = open_table(file("smiles id y\nCCO a 1\nCC 0\n"))
    with pytest.raises(UserError, match="line 3: must have 3 columns"):
        list(table.rows())


def test_words_behind_the_smiles_that_look_like_columns_are_pointed_out(file):
    table = open_table(file("CCO a 0\nCC b 1\n", "a.smi"))
    assert "Each line has 3 words" in table.notes[1]
    assert "`smiles name value`" in table.notes[1]
    assert [row.cells for row in table.rows()] == [["CCO", "a 0"], ["CC", "b 1"]]
    assert len(open_table(file("CCO a b\nCC c\n", "a.smi")).notes) == 1


def record(smiles, title="", version=2000, **properties):
    """Write one molecule of an SD file."""
    molecule = Chem.MolFromSmiles(smiles)
    block = (
        Chem.MolToMolBlock(molecule)
        if version == 2000
        else Chem.MolToV3KMolBlock(molecule)
    )
    lines = [title, *block.split("\n")[1:-1]]
    for name, value in properties.items():
        lines += [f">  <{name}>", *value.split("\n"), ""]
    return "\n".join([*lines, "$$$$", ""])


BROKEN = "\n  x\n\n 99  x broken V2000\nM  END\n>  <tox>\n1\n\n$$$$\n"
SD_FILE = (
    record("CCO", tox="1", note="two\nlines")
    + record("c1ccccc1C(=O)O", title="acid", version=3000, tox="0")
    + BROKEN
    + record("CC", tox="1")
)


@pytest.mark.parametrize(
    "content",
    [
        SD_FILE.encode(),
        SD_FILE.replace("\n", "\r\n").encode(),
        gzip.compress(SD_FILE.encode()),
        SD_FILE.replace("two", "zw\u00f6lf").encode("latin-1"),
        SD_FILE.removesuffix("$$$$\n").encode(),
    ],
    ids=["plain", "CRLF", "gzip", "Latin-1", "no end"],
)
def test_sd_file(file, content):
    path = file(content, "mine.data")
    curation = curate(path, COLUMNS | {"id_column": "title"})
    assert [(m.raw.id, m.raw.smiles, m.raw.labels) for m in curation.molecules] == [
        ("", "CCO", ["1"]),
        ("acid", "O=C(O)c1ccccc1", ["0"]),
        ("", "CC", ["1"]),
    ]
    assert [(c.raw.row, c.reason) for c in curation.changes] == [
        (2, "RDKit cannot read the structure")
    ]
    table = open_table(path)
    assert table.header == ["smiles", "title", "tox", "note"]
    first, second, *_ = table.rows()
    assert first.cells[3].endswith("\nlines")
    assert second.cells[3] == ""
    assert SD_FILE.split("\n")[second.line - 1] == "acid"


def test_structures_of_an_sd_file_are_never_tasks(file):
    path = file(record("CCO", title="a", tox="1") + record("CC", tox="0"), "a.sdf")
    assert curate(path, COLUMNS | {"tasks": []}).tasks == ["tox"]


def test_a_property_called_smiles_gives_way_unless_it_is_named(file):
    path = file(record("CCO", SMILES="OCC", tox="1"), "a.sdf")
    (molecule,) = curate(path, COLUMNS).molecules
    assert molecule.raw.smiles == "CCO"
    columns = COLUMNS | {"smiles_column": "SMILES"}
    (molecule,) = curate(path, columns).molecules
    assert molecule.raw.smiles == "OCC"


NO_OTHER_COLUMN = {"SD file": SD_FILE, "SMILES file": "CCO eth\nCC eth2\n"}


@pytest.mark.parametrize("content", NO_OTHER_COLUMN.values(), ids=NO_OTHER_COLUMN)
@pytest.mark.parametrize("asked", ["smi", "STRUCTURE_SMILES", " parent "])
def test_a_column_of_smiles_that_is_not_there_is_refused(file, content, asked):
    """Also where the reader puts the SMILES into one of its own."""
    table = open_table(file(content), "mine")
    columns = COLUMNS | {"smiles_column": asked, "tasks": table.header[-1:]}
    with pytest.raises(UserError, match=f"mine: has no column '{asked.strip()}'"):
        columns_of_dataset(table, columns, has_test=False)
    # A test set may have the name of another file, and SMILES of structures.
    found = columns_of_test_set(table, columns, columns["tasks"])
    assert found.smiles == "smiles"
    for usual in ("smiles", " smiles", "SMILES"):
        columns["smiles_column"] = usual
        found = columns_of_dataset(table, columns, has_test=False)
        assert found.smiles == "smiles"


@pytest.mark.parametrize("separator", [",", ">>"])
def test_reactions_are_named(file, separator):
    sides = {",": "CCO>Cl>CC=O", ">>": "CCO>>CC=O"}[separator]
    path = file(f"smiles,tox\n{sides},1\nCC>>CO,0\n")
    for read in (lambda: curate(path, COLUMNS), lambda: read_molecules(path, "smiles")):
        with pytest.raises(UserError, match="these are reactions, such as 'CCO>"):
            read()


def test_a_single_reaction_is_dropped(file):
    curation = curate(file("smiles,tox\nCCO>>CC=O,1\nCC,0\nC,1\n"), COLUMNS)
    assert [c.reason for c in curation.changes] == ["a reaction, not a molecule"]


def test_an_example_is_shown_if_nothing_can_be_parsed(file):
    with pytest.raises(UserError, match=r"such as 'foo' \(mine.csv, line 2: RDKit"):
        curate(file("smiles,tox\nfoo,1\nbar,0\n"), COLUMNS, "mine.csv")
