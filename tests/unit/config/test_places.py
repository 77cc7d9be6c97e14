"""A relative path is looked for beside the file that names it, then in the folder."""

from pathlib import Path

import pytest

from toxtune.config.build_plan import load_plans
from toxtune.config.check import complete_config, complete_layers, load_config
from toxtune.config.layers import Layer
from toxtune.config.schema import ROOT
from toxtune.data.download import fetch_dataset
from toxtune.data.known_datasets import KNOWN_DATASETS
from toxtune.errors import UserError

BASE = ROOT / "config.yaml"
TABLE = "smiles,toxic\nC,1\nCC,0\n"
NAMES = [
    "mols.csv",
    "my mols.csv",
    "é日本 ☃.csv",
    "a#b.csv",
    "$HOME.csv",
    "$x (1).csv",
    "%s{}.csv",
    "'q'.csv",
]


@pytest.fixture
def folders(tmp_path, monkeypatch) -> tuple[Path, Path]:
    """Give the folder of the run, and one with blanks and more for an overlay."""
    run, beside = tmp_path / "run", tmp_path / "my data $(x) #1 é"
    run.mkdir()
    beside.mkdir()
    monkeypatch.chdir(run)
    return run, beside


def overlay(folder, text, name="my config.yaml"):
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def sources(*overlays):
    return load_config([BASE, *overlays])["dataset"]["source"]


def id_of(*overlays):
    return load_plans(load_config([BASE, *overlays]))[0].dataset_id


@pytest.mark.parametrize("name", NAMES)
def test_a_file_beside_the_overlay_is_found_and_read(folders, name):
    run, beside = folders
    (beside / name).write_text(TABLE)
    path = overlay(beside, f'dataset: {{source: "{name}"}}')
    found = sources(path)
    assert found == str(beside / name)
    fetch_dataset([found], None, run / "raw.csv")
    assert (run / "raw.csv").read_text() == TABLE
    # Where a file is says nothing about what it is.
    (run / name).write_text(TABLE)
    assert id_of(path) == id_of(overlay(run, f'dataset: {{source: "{name}"}}'))


def test_all_keys_that_name_files(folders):
    run, beside = folders
    for name in ("a.csv", "b.csv", "c.csv"):
        (beside / name).write_text(TABLE + name)
    (run / "d.csv").write_text(TABLE)
    path = overlay(
        beside,
        "dataset: {source: a.csv, test_source: ./b.csv}\n"
        "prospective: [{name: x, source: c.csv}, {name: y, source: d.csv}]",
    )
    config = load_config([BASE, path])
    assert config["dataset"]["source"] == str(beside / "a.csv")
    assert config["dataset"]["test_source"] == str(beside / "b.csv")
    assert [data["source"] for data in config["prospective"]] == [
        str(beside / "c.csv"),
        "d.csv",
    ]
    assert load_plans(config)[0].prospective.keys() == {"x", "y"}


def test_beside_the_overlay_comes_before_the_folder_of_the_run(folders):
    run, beside = folders
    (run / "a.csv").write_text(TABLE)
    path = overlay(beside, "dataset: {source: a.csv}")
    assert sources(path) == "a.csv"
    (beside / "a.csv").write_text(TABLE)
    assert sources(path) == str(beside / "a.csv")


def test_the_overlay_that_names_a_source_decides_and_not_the_last(folders, tmp_path):
    run, beside = folders
    other = tmp_path / "other"
    other.mkdir()
    for folder in (beside, other):
        (folder / "a.csv").write_text(TABLE + folder.name)
    first = overlay(beside, "dataset: {source: a.csv}")
    second = overlay(other, "dataset: {tasks: [toxic]}\ntraining: {seeds: [1]}")
    assert sources(first, second) == str(beside / "a.csv")
    third = overlay(other, "dataset: {source: a.csv}", "third.yaml")
    assert sources(first, second, third) == str(other / "a.csv")
    # From no file: the folder of the run.
    (run / "a.csv").write_text(TABLE)
    layers = [Layer.read(path) for path in (BASE, first)]
    layers.append(Layer({"dataset": {"source": "a.csv"}}))
    assert complete_layers(layers)["dataset"]["source"] == "a.csv"


def test_paths_up_and_down_and_links_to_overlays(folders, tmp_path):
    run, beside = folders
    (tmp_path / "data").mkdir()
    (tmp_path / "data/x.csv").write_text(TABLE)
    path = overlay(beside, "dataset: {source: ../data/x.csv}")
    assert Path(sources(path)).samefile(tmp_path / "data/x.csv")
    (beside / "y.csv").write_text(TABLE)
    link = run / "link.yaml"
    link.symlink_to(overlay(beside, "dataset: {source: y.csv}"))
    assert Path(sources(link)).samefile(beside / "y.csv")
    assert Path(sources(Path("link.yaml"))).samefile(beside / "y.csv")


def test_absolute_paths_home_and_variables(folders, tmp_path, monkeypatch):
    _, beside = folders
    (tmp_path / "x.csv").write_text(TABLE)
    (beside / "sub").mkdir()
    (beside / "sub/x.csv").write_text(TABLE)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("SUB", "sub")
    for name in (str(tmp_path / "x.csv"), "~/x.csv", "$HOME/x.csv", "${HOME}/x.csv"):
        assert sources(overlay(beside, f'dataset: {{source: "{name}"}}')) == name
    found = sources(overlay(beside, "dataset: {source: $SUB/x.csv}"))
    assert found == str(beside / "sub/x.csv")
    for name in ("tox21", "demo"):
        found = sources(overlay(beside, f"dataset: {{source: {name}}}"))
        assert found == list(KNOWN_DATASETS[name].sources)


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("dataset.source", "dataset: {source: no.csv}"),
        ("dataset.test_source", "dataset: {source: demo, test_source: no.csv}"),
        ("prospective[0].source", "prospective: [{name: a, source: no.csv}]"),
    ],
)
def test_a_file_that_is_nowhere_is_missed_in_each_folder(folders, key, text):
    run, beside = folders
    path = overlay(beside, text)
    with pytest.raises(UserError) as refusal:
        load_config([BASE, path])
    message = str(refusal.value)
    assert message.startswith(f"{key}: there is no file no.csv in {beside}, nor in ")
    assert message.count(str(run)) == 1
    assert "\n" not in message


def test_an_unset_variable_is_named(folders, monkeypatch):
    monkeypatch.delenv("NOWHERE", raising=False)
    path = overlay(folders[1], "dataset: {source: $NOWHERE/a.csv}")
    with pytest.raises(UserError, match="variable NOWHERE is not set"):
        load_config([BASE, path])


def test_what_has_a_checksum_may_be_gone(folders):
    text = f"dataset: {{source: [no.csv, a/b.csv], sha256: {'a' * 64}}}"
    assert sources(overlay(folders[1], text)) == ["no.csv", "a/b.csv"]


def test_a_checked_configuration_stays_as_it_is(folders):
    _, beside = folders
    (beside / "a.csv").write_text(TABLE)
    config = load_config([BASE, overlay(beside, "dataset: {source: a.csv}")])
    assert complete_config(config) == config
