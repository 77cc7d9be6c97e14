"""Paths in the shell lines of snakemake and of schedulers."""

import shlex
import sys

import pytest

from toxtune.errors import UserError
from toxtune.runs.shell_paths import check_paths_for_cluster, quote_python

SPECIAL = ["a b", "$(touch x)", "`x`", "it's", 'say "x"', "a;b", "a&b", "a\nb", "a\\b"]


@pytest.fixture
def executable(monkeypatch, tmp_path):
    """Return a function that puts the Python of this process into a folder."""

    def put(name):
        (tmp_path / name).mkdir()
        path = tmp_path / name / "python"
        path.touch()
        monkeypatch.setattr(sys, "executable", str(path))
        return str(path)

    return put


@pytest.mark.parametrize("name", [*SPECIAL, "plain", "é"])
def test_the_python_is_one_word_to_a_shell(executable, name):
    path = executable(name)
    quote_python()
    # A workflow may be read more than once.
    quote_python()
    assert shlex.split(sys.executable) == [path]


def test_a_plain_path_stays(executable):
    path = executable("plain-1.0_a")
    quote_python()
    assert sys.executable == path


@pytest.mark.parametrize("name", SPECIAL)
def test_a_cluster_is_spared_names_that_mean_something(executable, name):
    executable("plain")
    with pytest.raises(UserError, match="The path of the project's folder"):
        check_paths_for_cluster(f"/home/{name}")
    executable(name)
    quote_python()
    with pytest.raises(UserError, match="The path of the Python"):
        check_paths_for_cluster("/home/plain")


@pytest.mark.parametrize("name", ["plain", "é日本", "a-b_c.d+e=f@g,h"])
def test_other_names_are_fit_for_a_cluster(executable, name):
    executable(name)
    quote_python()
    check_paths_for_cluster(f"/home/{name}")
