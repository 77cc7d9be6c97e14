"""The dossier of real runs: every number is one of the run's files."""

import json

from helpers.dossiers import check_dossier, write_dossier
from toxtune.dossier.form import QUESTIONS

HOSTILE = "<script>alert('x')</script> & \"<b>bold</b>\"\nsecond line"


def test_every_number_is_one_of_the_run_and_answers_are_kept(finished_copy):
    project = finished_copy
    said = write_dossier(project, "tiny").stdout
    answers = project.folder / "dossiers" / "tiny.yaml"
    assert "dossiers/tiny.yaml" in said
    content, page = check_dossier(project, "tiny")
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
    write_dossier(project, "tiny")
    for name, old in before.items():
        assert (project.folder / "results/tiny" / name).read_bytes() == old
    text = answers.read_text("utf-8")
    for key in QUESTIONS:
        assert f"\n{key}: " in text
    indented = HOSTILE.replace("\n", "\n  ")
    answered = text.replace("protocol: null", f"protocol: |\n  {indented}")
    answers.write_text(answered, encoding="utf-8")
    said = write_dossier(project, "tiny").stdout
    assert answers.read_text("utf-8") == answered
    content, page = check_dossier(project, "tiny")
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
        done = write_dossier(project, run, check=False)
        assert message in done.stderr
        assert done.stderr.count("\n") == 1
    assert not (project.folder / "dossiers").exists()
    folder = project.folder / "results" / "tiny"
    test = folder / "test.json"
    whole = test.read_text("utf-8")
    test.unlink()
    assert (
        "the test set is not open yet"
        in write_dossier(project, "tiny", check=False).stderr
    )
    test.write_text(whole[:100], encoding="utf-8")
    assert "is not JSON" in write_dossier(project, "tiny", check=False).stderr
    other = json.loads(whole) | {"selection": "0" * 12}
    test.write_text(json.dumps(other), encoding="utf-8")
    assert "is of the selection" in write_dossier(project, "tiny", check=False).stderr
    damaged = json.loads(whole)
    del damaged["families"]
    test.write_text(json.dumps(damaged), encoding="utf-8")
    done = write_dossier(project, "tiny", check=False)
    assert "has no /families" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.folder / "dossiers").exists() or not list(
        (project.folder / "dossiers").iterdir()
    )
    assert not list(folder.glob("*dossier*"))
