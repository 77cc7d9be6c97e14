"""The command line: its help, its errors, and what it imports."""

import subprocess
import sys

import pytest

from toxtune.commands import cli
from toxtune.config.schema import ROOT
from toxtune.errors import UserError

HEAVY = ("numpy", "pandas", "sklearn", "rdkit", "tensorflow", "deepchem")


def shown(capsys, *arguments):
    """Return what is printed by a command line that only asks for help."""
    with pytest.raises(SystemExit) as end:
        cli.main([*arguments])
    assert end.value.code == 0
    return capsys.readouterr().out


def test_every_command_is_a_module_and_in_the_help(capsys):
    folder = ROOT / "scripts/toxtune/commands"
    shared = {
        "__init__",
        "cli",
        "configfiles",
        "option_types",
        "launch",
        "show_results",
    }
    modules = {path.stem for path in folder.glob("*.py")}
    commands = {name.replace("-", "_") for name in cli.COMMANDS}
    assert commands == modules - shared
    text = shown(capsys, "--help")
    assert shown(capsys) == text
    for name, summary in cli.COMMANDS.items():
        assert f"\n    {name}" in text
        assert summary.split()[0] in text


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_help_has_a_sentence_and_an_example(command, capsys):
    text = shown(capsys, command, "--help")
    assert f"usage: python -m toxtune {command}" in text
    assert f"example:\n  python -m toxtune {command}" in text
    assert ".\n" in text


@pytest.mark.parametrize(
    ("arguments", "fragment"),
    [
        (["train"], "invalid choice: 'train'"),
        (["--quiet", "status"], "--quiet"),
        (["status", "--all"], "'--all'"),
        (["init"], "required: TABLE (`make init DATA=my.csv`);"),
        (["predict"], "MODEL=results/tox21/final.zip IN=molecules.csv`);"),
        (["compare"], "required: RUN (`make compare RUNS="),
        (["dossier"], "required: --run (`make dossier RUN=tox21`);"),
        (["predict", "final.zip"], "required: IN "),
        (["export", "wandb", "--run", "a", "--to", "b"], "invalid choice: 'wandb'"),
        (["export", "optuna", "--run", "a"], "required: --to"),
        (["verify", "--trainings", "few"], "'few'"),
        (["run", "--configfile"], "--configfile"),
        (["run", "--cores", "0"], "must be all or at least 1, got '0'"),
        (["plan", "--cores", "-3"], "--cores"),
        (["run", "--config", "foo"], "got 'foo'"),
        (["run", "--config", "a.b=1"], "must be KEY=VALUE"),
        (["verify", "--trainings", "-1"], "--trainings"),
        (["verify", "--seed", "x"], "must be a whole number ≥ 0, got 'x'"),
        (["run", "--configfile", "absent.yaml"], "absent.yaml: cannot be read"),
        (["retry", "--configfile", "absent.yaml"], "absent.yaml: cannot be read"),
    ],
)
def test_error_is_one_line(arguments, fragment, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "config.yaml").write_text("run: a\n")
    assert cli.main(arguments) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.startswith("Error: ")
    assert fragment in printed.err
    assert printed.err.count("\n") == 1


@pytest.mark.parametrize(
    ("error", "status", "text"),
    [
        (UserError("a.yaml: must be b"), 1, "Error: a.yaml: must be b\n"),
        (
            OSError(28, "No space left on device", "a.csv"),
            1,
            "Error: [Errno 28] No space left on device: 'a.csv'\n",
        ),
        (KeyboardInterrupt(), 130, "Stopped\n"),
    ],
)
def test_what_ends_a_command_is_told_without_traceback(
    error, status, text, monkeypatch, capsys
):
    def fail(options):
        raise error

    monkeypatch.setattr("toxtune.commands.status.main", fail)
    assert cli.main(["status"]) == status
    assert capsys.readouterr().err == text


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["status"], ["run", "--help"], ["predict", "--help"], ["run"]],
    ids=" ".join,
)
def test_light_commands_import_nothing_heavy(arguments, tmp_path):
    (tmp_path / "config.yaml").write_text("run: a\n")
    # In place of snakemake, since `python -m` looks in the working directory first.
    (tmp_path / "snakemake.py").touch()
    code = f"""
import sys
from contextlib import suppress
from toxtune.commands import cli
with suppress(SystemExit):
    assert cli.main({arguments}) == 0
print([name for name in {HEAVY} if name in sys.modules])
"""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT / "scripts")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"
