"""Names of configurations in one text, as make gives them."""

import pytest

from toxtune.commands.configfiles import split_names, with_names_apart
from toxtune.errors import UserError


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my data").mkdir()
    names = ["a.yaml", "b.yaml", "my data/my config.yaml", "my", "it's  2.yaml", "$(x)"]
    for name in [*names, "x y.yaml", "y.yaml", "y.yaml z", "z w"]:
        (tmp_path / name).touch()
    return tmp_path


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("", []),
        (" a.yaml ", ["a.yaml"]),
        ("nowhere.yaml", ["nowhere.yaml"]),
        ("a.yaml b.yaml", ["a.yaml", "b.yaml"]),
        ("my data/my config.yaml", ["my data/my config.yaml"]),
        (
            "a.yaml  my data/my config.yaml b.yaml",
            ["a.yaml", "my data/my config.yaml", "b.yaml"],
        ),
        ("it's  2.yaml $(x)", ["it's  2.yaml", "$(x)"]),
        ("x y.yaml", ["x y.yaml"]),
        # The longest name that leaves files.
        ("y.yaml z w", ["y.yaml", "z w"]),
    ],
)
def test_blanks_separate_but_inside_the_name_of_a_file(here, text, names):
    assert split_names(text) == names


def test_absolute_names(here):
    name = f"{here}/my data/my config.yaml"
    assert split_names(name) == [name]
    assert split_names(f"{name} {here}/a.yaml") == [name, f"{here}/a.yaml"]


@pytest.mark.parametrize(
    ("text", "missing"),
    [
        ("my data/other.yaml", "data/other.yaml"),
        ("a.yaml no.yaml b.yaml", "no.yaml"),
        ("my data", "data"),
    ],
)
def test_what_is_no_file_is_named(here, text, missing):
    with pytest.raises(UserError) as refusal:
        split_names(text)
    assert f"no file {missing}," in str(refusal.value)
    assert repr(text) in str(refusal.value)


def test_other_arguments_stay(here):
    arguments = ["run", "--cores", "2", "--configfile-names", "a.yaml b.yaml"]
    assert with_names_apart(arguments) == [
        *arguments[:3],
        "--configfile",
        "a.yaml",
        "b.yaml",
    ]
    assert with_names_apart(arguments[:3]) == arguments[:3]
    assert with_names_apart([]) == []
