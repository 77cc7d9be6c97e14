"""The report of a real run, and Snakemake's own report with the same figures."""

import json
import re

from toxtune.report.contents import entries


def test_the_report_has_every_figure(finished):
    folder = finished.folder / "results" / "tiny"
    html = (folder / "report.html").read_text("utf-8")
    for entry in entries("binary"):
        # What has nothing to show is told in a line.
        assert (
            f'<figure id="{entry.name}"' in html
            or f"<strong>{entry.title}</strong>" in html
        )
        svg = (folder / "figures" / f"{entry.name}.svg").read_text("utf-8")
        assert entry.title in svg


def test_the_report_says_what_the_summary_says(finished):
    folder = finished.folder / "results" / "tiny"
    selection = json.loads((folder / "selection.json").read_text("utf-8"))
    html = (folder / "report.html").read_text("utf-8")
    verdict = re.search(r'<div class="verdict">(.*?)</div>', html, re.DOTALL)[1]
    assert verdict.count("<p>") >= 3
    for won in selection["winners"].values():
        assert won["trial"] in html
    assert selection["winners"][selection["overall"]]["trial"] in verdict


def test_another_caption_writes_the_report_alone(finished_copy):
    caption = finished_copy.folder / "report" / "trials.rst"
    caption.write_text("Other words.\n", encoding="utf-8")
    assert finished_copy.planned_rules() == {"write_report": 1}


def test_snakemakes_report_has_the_figures_in_their_sections(finished_copy):
    finished_copy.snakemake("--report", "snakemake-report.html")
    html = (finished_copy.folder / "snakemake-report.html").read_text("utf-8")
    for entry in entries("binary"):
        assert entry.title in html, entry.name
    assert {"Search", "Test", "Cost"} <= set(re.findall(r'"(Search|Test|Cost)"', html))
