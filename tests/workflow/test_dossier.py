"""The dossier of real runs: every number is one of the run's files."""

import json
import math
import re
import subprocess
import sys

import jsonschema

from helpers.dossiers import Page, check_xml, read_again, values_in
from toxtune.config.schema import SCHEMAS, read_schema
from toxtune.dossier.form import FIELDS, QUESTIONS

HOSTILE = "<script>alert('x')</script> & \"<b>bold</b>\"\nsecond line"


def write(project, run, check=True):
    """Run the command as a user does."""
    done = subprocess.run(
        [sys.executable, "-m", "toxtune", "dossier", "--run", run],
        cwd=project.folder,
        env={"PYTHONPATH": "scripts", "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
    )
    assert (done.returncode == 0) is check, done.stdout + done.stderr
    return done


def check_numbers(project, run):
    """Expect of a dossier that each of its values is what its file has."""
    folder = project.folder / "results" / run
    content = json.loads((folder / "dossier.json").read_text("utf-8"))
    jsonschema.validate(content, read_schema(SCHEMAS / "dossier.schema.yaml"))
    values = list(values_in(content["chapters"]))
    assert len(values) > 100
    for each in values:
        found = read_again(each["source"], project.folder)
        if isinstance(found, float):
            assert math.isclose(found, each["value"], rel_tol=1e-15), each
        else:
            assert found == each["value"], each
        assert each["source"]["file"] in content["files"], each
    html = (folder / "dossier.html").read_text("utf-8")
    page = Page(html)
    # Commands stand between backticks, on the page as code.
    shown = [each["shown"].replace("`", "") for each in values]
    for text, seen in page.values:
        assert seen in shown, (text, seen)
    # Numbers with decimals are results: none stands on the page without its source.
    bare = re.findall(r"\d+\.\d+", " ".join(page.words))
    assert set(bare) <= {*FIELDS, "2.1"}
    check_xml((folder / "dossier.xml").read_text("utf-8"))
    return content, page


def test_every_number_is_one_of_the_run_and_answers_are_kept(finished_copy):
    project = finished_copy
    said = write(project, "tiny").stdout
    answers = project.folder / "dossiers" / "tiny.yaml"
    assert "dossiers/tiny.yaml" in said
    content, page = check_numbers(project, "tiny")
    needed = [field.number for field in QUESTIONS.values() if field.needed]
    needed.remove("2.1")
    assert content["missing"] == needed
    assert f"{len(needed)} fields wait" in said
    assert {"6.8", "6.9", "6.10"} == set(content["not_carried_out"])
    assert "script" not in page.tags
    assert not [link for link in page.links if "://" in link]
    for link in page.links:
        if not link.startswith("#"):
            assert (project.folder / "results" / "tiny" / link).exists(), link
    before = {
        name: (project.folder / "results/tiny" / name).read_bytes()
        for name in ("dossier.json", "dossier.html", "dossier.xml")
    }
    write(project, "tiny")
    for name, old in before.items():
        assert (project.folder / "results/tiny" / name).read_bytes() == old
    text = answers.read_text("utf-8")
    for key in QUESTIONS:
        assert f"\n{key}: " in text
    indented = HOSTILE.replace("\n", "\n  ")
    answered = text.replace("protocol: null", f"protocol: |\n  {indented}")
    answers.write_text(answered, encoding="utf-8")
    said = write(project, "tiny").stdout
    assert answers.read_text("utf-8") == answered
    content, page = check_numbers(project, "tiny")
    assert content["missing"] == [each for each in needed if each != "3.6"]
    assert "script" not in page.tags
    assert "b" not in page.tags or page.tags.count("b") == 1
    # Nothing of it is a target of the workflow.
    assert not finished_copy.planned_rules()


def test_bad_input_leaves_no_file(finished_copy):
    project = finished_copy
    for run, message in {
        "tinny": "there is no such run; did you mean tiny?",
        "other": "there is no such run; there are tiny",
        "../tiny": "there is no such run",
        "store": "has no selection.json",
    }.items():
        done = write(project, run, check=False)
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (project.folder / "dossiers").exists()
    folder = project.folder / "results" / "tiny"
    test = folder / "test.json"
    whole = test.read_text("utf-8")
    test.unlink()
    assert "the test set is not open yet" in write(project, "tiny", check=False).stderr
    test.write_text(whole[:100], encoding="utf-8")
    assert "is not JSON" in write(project, "tiny", check=False).stderr
    other = json.loads(whole) | {"selection": "0" * 12}
    test.write_text(json.dumps(other), encoding="utf-8")
    assert "is of the selection" in write(project, "tiny", check=False).stderr
    damaged = json.loads(whole)
    del damaged["families"]
    test.write_text(json.dumps(damaged), encoding="utf-8")
    done = write(project, "tiny", check=False)
    assert "has no /families" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.folder / "dossiers").exists() or not list(
        (project.folder / "dossiers").iterdir()
    )
    assert not list(folder.glob("*dossier*"))
