"""`init`: a table is looked at, and a configuration for it is written."""

from pathlib import Path

import pytest

from helpers.shaped_tables import SHAPES, SIDE_EFFECTS, molecules
from toxtune.commands import cli
from toxtune.commands.init import run_name
from toxtune.config.build_plan import load_plans
from toxtune.config.check import load_config
from toxtune.config.schema import ROOT
from toxtune.stats.metrics import METRICS


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Path:
    """A folder to run in, with the shipped configuration."""
    (tmp_path / "config.yaml").write_bytes((ROOT / "config.yaml").read_bytes())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(folder, table, *arguments):
    """Run `init` on a table, and return the configuration that it wrote, completed."""
    assert cli.main(["init", str(table), *arguments]) == 0
    name = run_name(Path(table)) + ".yaml"
    return load_config([folder / "config.yaml", folder / name])


@pytest.mark.parametrize(
    "command", [["init", "table.csv"], ["run"], ["plan"], ["verify"], ["prune"]]
)
def test_a_folder_without_config_yaml_is_told_where_to_go(
    tmp_path, monkeypatch, capsys, command
):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "table.csv").write_text("smiles,toxic\n" + "CCO,1\nCCN,0\n" * 20)
    assert cli.main(command) == 1
    printed = capsys.readouterr().err
    assert f"config.yaml: is not in {tmp_path}; " in printed
    assert f"`cd {ROOT}` first" in printed
    visible = [path.name for path in tmp_path.glob("[!.]*")]
    assert visible == ["table.csv"]


@pytest.mark.parametrize(
    ("output", "fault"),
    [
        ("table.csv", "table.csv: is a file that is read"),
        ("/dev/null", "/dev/null: is no regular file"),
        (".", "is a folder; name a file to write"),
    ],
)
def test_force_replaces_neither_the_table_nor_a_device(folder, capsys, output, fault):
    text = "smiles,toxic\n" + "CCO,1\nCCN,0\n" * 20
    (folder / "table.csv").write_text(text)
    assert cli.main(["init", "table.csv", "--force", "--output", output]) == 1
    assert fault in capsys.readouterr().err
    assert (folder / "table.csv").read_text() == text
    assert Path("/dev/null").is_char_device()


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_written_can_be_planned(shape, folder, capsys):
    made = SHAPES[shape]()
    config = written(folder, made.write(folder))
    assert config["dataset"]["smiles_column"] == made.smiles
    assert config["dataset"]["tasks"] == made.tasks
    assert config["dataset"]["id_column"] == made.id
    metric = METRICS[config["objective"]["metric"]]
    assert metric.task_type == made.task_type
    assert all(plan.trials for plan in load_plans(config))
    said = capsys.readouterr().out
    assert f"make run CONFIG={run_name(folder / made.name)}.yaml" in said
    # A terminal of 80 columns and 40 lines shows all of it.
    assert len(said.splitlines()) <= 35
    assert max(map(len, said.splitlines()[1:])) < 80
    for name in made.others[:2]:
        assert name in said


def test_the_file_is_short_and_says_why(folder):
    written(folder, SHAPES["lipophilicity"]().write(folder))
    text = (folder / "Lipophilicity.yaml").read_text("utf-8")
    assert len(text.splitlines()) < 50
    assert max(map(len, text.splitlines())) <= 100
    assert "source: Lipophilicity.csv\n" in text
    assert "# rmse: the labels are values\n" in text


def test_other_columns_of_labels_stand_in_comments(folder):
    config = written(folder, SHAPES["hiv"]().write(folder))
    assert config["dataset"]["tasks"] == ["HIV_active"]
    text = (folder / "HIV.yaml").read_text("utf-8")
    assert "    # - activity" in text
    assert "roc_auc_ovr" in text


def test_labels_that_were_not_taken_have_a_command_of_their_own(folder, capsys):
    table = SHAPES["hiv"]().write(folder)
    written(folder, table)
    said = " ".join(capsys.readouterr().out.split())
    assert "make init DATA=HIV.csv TASKS=activity TO=HIV-activity.yaml" in said
    others = ["--tasks", "activity", "--output", "HIV-activity.yaml"]
    assert cli.main(["init", str(table), *others]) == 0
    configs = [
        load_config([folder / "config.yaml", folder / name])
        for name in ("HIV.yaml", "HIV-activity.yaml")
    ]
    assert [config["dataset"]["tasks"] for config in configs] == [
        ["HIV_active"],
        ["activity"],
    ]
    # Their results stand beside each other.
    assert [config["run"] for config in configs] == ["HIV", "HIV-activity"]


def test_a_file_that_is_there_stays_unless_forced(folder, capsys):
    table = SHAPES["bbbp"]().write(folder)
    (folder / "BBBP.yaml").write_text("mine\n")
    assert cli.main(["init", str(table)]) == 1
    assert "BBBP.yaml: is there already" in capsys.readouterr().err
    assert (folder / "BBBP.yaml").read_text() == "mine\n"
    written(folder, table, "--force")


def test_the_shipped_configuration_is_never_written_over(folder, capsys):
    table = SHAPES["bbbp"]().write(folder).rename(folder / "config.csv")
    written(folder, table)
    assert (folder / "config-1.yaml").is_file()
    assert cli.main(["init", str(table), "--output", "config.yaml", "--force"]) == 1
    assert "choose another name" in capsys.readouterr().err


def test_a_name_with_blanks_is_quoted_in_the_line_to_run(folder, capsys):
    table = SHAPES["bbbp"]().write(folder)
    assert cli.main(["init", str(table), "--output", "my own.yaml"]) == 0
    line = "make run CONFIG='my own.yaml'\n"
    assert line in capsys.readouterr().out
    assert line in (folder / "my own.yaml").read_text("utf-8")


def test_a_table_elsewhere_is_named_by_its_whole_path(folder, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("my data")
    table = SHAPES["clintox"]().write(elsewhere)
    config = written(folder, table)
    assert config["dataset"]["source"] == str(table)
    inside = folder / "data of mine"
    inside.mkdir()
    config = written(folder, SHAPES["sider"]().write(inside))
    source = Path(config["dataset"]["source"])
    assert (folder / source).samefile(inside / "sider.csv")


@pytest.mark.parametrize("told", [["--metric", "mae", "--tasks", "pIC50"], []])
def test_tasks_and_metric_can_be_told(told, folder):
    table = SHAPES["bace"]().write(folder)
    config = written(folder, table, *(told or ["--metric", "mae"]))
    assert config["dataset"]["tasks"] == ["pIC50"]
    assert config["objective"]["metric"] == "mae"
    assert {space["family"] for space in config["search"]["spaces"]} >= {"ridge"}


@pytest.mark.parametrize(
    ("shape", "text", "tasks"),
    [
        ("clintox", "CT_TOX FDA_APPROVED", ["FDA_APPROVED", "CT_TOX"]),
        ("sider", SIDE_EFFECTS[12], [SIDE_EFFECTS[12]]),
        ("sider", SIDE_EFFECTS[10], [SIDE_EFFECTS[10]]),
        ("sider", "Eye disorders, Product issues", ["Product issues", "Eye disorders"]),
    ],
)
def test_a_text_names_one_or_several_tasks(shape, text, tasks, folder):
    config = written(folder, SHAPES[shape]().write(folder), "--tasks", text)
    assert config["dataset"]["tasks"] == tasks


def test_what_a_file_does_not_tell_can_be_told(folder, capsys):
    lines = ["smiles;drawn;IC50"]
    lines += [f"{each};{each};1,{100 + n}" for n, each in enumerate(molecules(60))]
    (folder / "a.csv").write_text("\n".join(lines))
    assert cli.main(["init", "a.csv"]) == 1
    assert "--decimal" in capsys.readouterr().err
    config = written(folder, "a.csv", "--decimal", ",", "--smiles-column", "drawn")
    assert config["dataset"]["decimal"] == ","
    assert config["dataset"]["smiles_column"] == "drawn"
    assert "values from 1.1 to 1.159" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("header", "cells"),
    [
        ("smiles,Assay\nresult,y", ("weak", "strong", "mid")),
        ("smiles,active\n(yes/no),pIC50", ("yes", "no", "No")),
        ("Canonical\nSMILES,batch,tox\n[1/0]", ("a", "b", "a")),
        ("smiles,Insoluble,y", ("Insoluble", "insoluble", "Insoluble")),
    ],
)
def test_line_ends_and_spellings_leave_a_legal_file(folder, header, cells):
    lines = ["compound\r\nid", *header.split(",")]
    text = ",".join(f'"{name}"' for name in lines) + "\n"
    for n, each in enumerate(molecules(60)):
        last = n % 2 if "tox" in header else n / 7
        word = cells[n % 3] if "Insol" not in header or n > 56 else n / 9
        text += f"c{n},{each},{word},{last}\n"
    (folder / "in.csv").write_text(text, newline="")
    config = written(folder, "in.csv")
    assert config["dataset"]["id_column"] == "compound id"
    assert all(plan.trials for plan in load_plans(config))


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["absent.csv"], "absent.csv: there is no such file\n"),
        (["bbb.csv"], "bbb.csv: there is no such file; did you mean bbbp.csv?\n"),
        (["config"], "config: there is no such file"),
        (["."], "is a folder"),
        (["bbbp.csv", "--tasks", "toxic"], "no column 'toxic'"),
        (["bbbp.csv", "--tasks", "toxic"], " (make init TASKS=...)\n"),
        (["bbbp.csv", "--smiles-column", "x"], " (make init SMILES_COLUMN=...)\n"),
        (["bbbp.csv", "--tasks", "name"], "could be no labels: text"),
        (["bbbp.csv", "--metric", "rmse"], "is for regression labels"),
        (["bbbp.csv", "--metric", "auc"], "auc"),
        (["names.csv"], "no column has SMILES"),
        (["titled.csv"], "Assay 7; what stands above the line that names them must go"),
        (["structures.csv"], "no column could be labels"),
        (["$HOME.csv"], "rename"),
    ],
)
def test_what_cannot_be_used_is_refused_in_a_line(arguments, fragment, folder, capsys):
    SHAPES["bbbp"]().write(folder).rename(folder / "bbbp.csv")
    (folder / "$HOME.csv").write_bytes((folder / "bbbp.csv").read_bytes())
    (folder / "names.csv").write_text("name,label\naspirin,1\ncaffeine,0\n")
    (folder / "titled.csv").write_text("Assay 7,,\nid,smiles,label\nm1,CCO,1\n")
    (folder / "structures.csv").write_text("smiles,name\nCCO,ethanol\nCCN,amine\n")
    assert cli.main(["init", *arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert fragment in printed.err
    assert printed.err.count("\n") == 1
    assert not list(folder.glob("bbbp.yaml"))


@pytest.mark.parametrize(
    ("table", "name"),
    [
        ("my.csv", "my"),
        ("my.csv.gz", "my"),
        ("a/b/Löslichkeit 2025.csv", "Loslichkeit-2025"),
        ("v1.2.sdf.gz", "v1-2"),
        ("config.csv", "config-1"),
        ("ledger.csv", "ledger-1"),
        ("数据.csv", "run-1"),
        ("no-ending", "no-ending"),
    ],
)
def test_a_run_is_called_after_the_table(table, name):
    assert run_name(Path(table)) == name
