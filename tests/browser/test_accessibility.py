"""What axe finds on our pages: contrast, names, keyboard.

axe-core comes from npm and is for this test alone (MPL 2.0), so no requirement of ours:

    npm install --no-save axe-core@4.14.1
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.support.ui import WebDriverWait

from helpers.browsers import chromium, needs_chromium
from helpers.final_models import make
from helpers.finished_runs import write_runs
from helpers.patience import STEP
from helpers.report_runs import made_run
from toxtune.dossier.document import Dossier, Filled
from toxtune.dossier.form import CHAPTERS
from toxtune.dossier.page import page as dossier_page
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.finished_runs import read_runs
from toxtune.report.page import page
from toxtune.report.runs_page import runs_page

ROOT = Path(__file__).resolve().parents[2]
AXE = ROOT / "node_modules/axe-core/axe.min.js"
pytestmark = [
    needs_chromium,
    pytest.mark.skipif(
        not AXE.is_file(), reason="needs axe: npm install --no-save axe-core@4.14.1"
    ),
]
SECONDS = STEP
# One of each kind: contents, wide tables and code, a table made from the schema.
OF_THE_SITE = ("index", "statistics", "performance", "reference/configuration")
DRAWN = "document.documentElement.dataset.drawn === 'true'"
RUN = """
const done = arguments[0];
axe.run(document).then((found) => done({
  passed: found.passes.length,
  serious: found.violations
    .filter((each) => ["serious", "critical"].includes(each.impact))
    .map((each) => `${each.id}: ${each.nodes.map((node) => node.target).join(", ")}`),
}));
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        driver.set_script_timeout(SECONDS)
        yield driver


def serious(browser: webdriver.Chrome, path: Path, ready: str = "true") -> list[str]:
    """Name what axe finds serious or critical on a page, once that holds."""
    browser.get(path.resolve().as_uri())
    WebDriverWait(browser, SECONDS).until(
        lambda browser: browser.execute_script(
            f"return document.readyState === 'complete' && {ready}"
        )
    )
    browser.execute_script(AXE.read_text("utf-8"))
    found = browser.execute_async_script(RUN)
    assert found["passed"] > 10
    return found["serious"]


def in_process(*command: str) -> None:
    """Run a module of Python in the project's folder."""
    subprocess.run(
        [sys.executable, "-m", *command],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": "scripts", "NO_MKDOCS_2_WARNING": "1"},
        check=True,
    )


def test_axe_sees_what_is_wrong(browser, tmp_path):
    path = tmp_path / "pale.html"
    path.write_text(
        "<!doctype html><html lang=en><title>Pale</title><main><h1>Pale</h1>"
        "<p style='color: #bbb'>Pale words</p><ul><li>One</li></ul>"
        "<a href='#a'>A link</a><button>A button</button>"
        "<table><thead><tr><th>A</th></tr></thead><tr><td>1</td></tr></table></main>"
    )
    assert [text.split(":")[0] for text in serious(browser, path)] == ["color-contrast"]


@pytest.mark.parametrize("task_type", ["binary", "regression"])
def test_report(browser, tmp_path, task_type):
    run = made_run(task_type)
    path = tmp_path / "report.html"
    path.write_text(page(run, draw_all(run)), encoding="utf-8")
    assert serious(browser, path, DRAWN) == []


def test_predictions(browser, tmp_path):
    given, path = tmp_path / "in.csv", tmp_path / "out.html"
    given.write_text("name,smiles\nx,CCO\ny,nonsense\nz,c1ccccc1O\n", "utf-8")
    files = [str(each) for each in (make(tmp_path, "binary"), given, path)]
    # In a process of its own: drawing figures leaves threads, and the command forks.
    in_process("toxtune", "predict", *files)
    assert serious(browser, path) == []


def test_comparison_of_runs(browser, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_runs()
    path = Path("compare.html")
    path.write_text(runs_page(read_runs(["good", "poor"]), Path()), encoding="utf-8")
    assert serious(browser, path, DRAWN) == []


def test_dossier(browser, tmp_path):
    chapters = [
        (chapter, [Filled(field, [], "nothing given") for field in chapter.fields])
        for chapter in CHAPTERS
    ]
    path = tmp_path / "dossier.html"
    made = Dossier("x", chapters, Path("dossiers/x.yaml"), {})
    path.write_text(dossier_page(made, tmp_path), encoding="utf-8")
    assert serious(browser, path) == []


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    in_process("mkdocs", "build", "--quiet", "--site-dir", str(folder))
    return folder


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize("name", OF_THE_SITE)
def test_documentation(browser, site, name, colours):
    feature = {"name": "prefers-color-scheme", "value": colours}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
    try:
        assert serious(browser, site / f"{name}.html") == []
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
