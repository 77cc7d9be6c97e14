"""The report in a real browser: headless Chromium, driven by Selenium."""

import dataclasses
import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from helpers.report_runs import made_run, with_task_named
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.page import page
from toxtune.tasks import TaskType

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)",
)
# A name with all that HTML, URLs and TSV mind.
NASTY = "<b>\"a\" & 'b' #1 100%</b>"
SECONDS = 60


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = CHROMIUM
    for flag in (
        "headless",
        "no-sandbox",
        "disable-gpu",
        "disable-dev-shm-usage",
        "disable-quic",
        "no-first-run",
        "disable-background-networking",
        "disable-component-update",
        "disable-sync",
        "window-size=1280,900",
        f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability(
        "goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"}
    )
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield driver
    driver.quit()


@dataclasses.dataclass
class Opened:
    """A page that has been opened and drawn, and what happened meanwhile."""

    browser: webdriver.Chrome
    requests: list[str]
    messages: list[str]
    figures: dict


@pytest.fixture(scope="module", params=TaskType)
def opened(request, browser, tmp_path_factory) -> Opened:
    run = made_run(request.param)
    if request.param == "binary":
        run = with_task_named(run, NASTY)
    figures = draw_all(run)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(page(run, figures), encoding="utf-8")
    return _open(browser, path, figures)


def _open(browser: webdriver.Chrome, path: Path, figures: dict) -> Opened:
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    WebDriverWait(browser, SECONDS).until(
        lambda browser: browser.execute_script(
            "return document.documentElement.dataset.drawn === 'true'"
        )
    )
    events = [json.loads(entry["message"])["message"] for entry in _log(browser)]
    return Opened(
        browser,
        requests=[
            event["params"]["request"]["url"]
            for event in events
            if event["method"] == "Network.requestWillBeSent"
        ],
        messages=[entry["message"] for entry in browser.get_log("browser")],
        figures=figures,
    )


def _log(browser: webdriver.Chrome) -> list[dict]:
    return browser.get_log("performance")


def test_no_request_leaves_the_file(opened):
    assert opened.requests == [opened.browser.current_url]


def test_the_console_is_silent(opened):
    assert opened.messages == []


def test_every_panel_is_drawn(opened):
    for name, figure in opened.figures.items():
        plots = opened.browser.find_elements(By.CSS_SELECTOR, f"#{name} .plot svg")
        assert len(plots) == len(figure.panels), name
        for plot in plots:
            marks = plot.find_elements(
                By.CSS_SELECTOR, ".mark-symbol path, .mark-line path, .mark-rect path"
            )
            assert marks, name
            assert plot.size["width"] > 100, name
            assert "NaN" not in plot.get_attribute("innerHTML"), name


@pytest.mark.parametrize(
    ("name", "mark"),
    [
        ("trials", ".mark-symbol.role-mark path"),
        ("space", ".mark-rule line"),
        ("learning_curves", ".mark-line path"),
        ("tasks", ".mark-rect path"),
    ],
)
def test_a_tooltip_appears_under_the_pointer(opened, name, mark):
    browser = opened.browser
    at = browser.execute_script(_MIDDLE_OF, f"#{name} {mark}")
    for x in (at["x"] - 1, at["x"]):
        move = {"type": "mouseMoved", "x": x, "y": at["y"]}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", move)
    tooltip = WebDriverWait(browser, SECONDS).until(
        lambda browser: browser.find_element(
            By.CSS_SELECTOR, "#vg-tooltip-element.visible"
        )
    )
    names = {row.text for row in tooltip.find_elements(By.CSS_SELECTOR, "td.key")}
    away = {"type": "mouseMoved", "x": 1, "y": 1}
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", away)
    assert names & set(opened.figures[name].table)


# Of the last mark, which no other covers; of a line, its middle corner.
_MIDDLE_OF = """
const mark = [...document.querySelectorAll(arguments[0])].at(-1);
mark.scrollIntoView({block: 'center', behavior: 'instant'});
const box = mark.getBoundingClientRect();
if (!mark.closest('.mark-line')) {
  return {x: box.x + box.width / 2, y: box.y + box.height / 2};
}
const corners = mark.getAttribute('d').slice(1).split('L');
const [x, y] = corners[corners.length >> 1].split(',').map(Number);
return new DOMPoint(x, y).matrixTransform(mark.getScreenCTM()).toJSON();
"""


def test_the_keyboard_opens_the_data_as_a_table(opened):
    browser = opened.browser
    summary = browser.find_element(By.CSS_SELECTOR, "#tasks summary")
    browser.execute_script("arguments[0].focus()", summary)
    ActionChains(browser).send_keys(Keys.ENTER).perform()
    rows = WebDriverWait(browser, SECONDS).until(
        lambda browser: browser.find_elements(By.CSS_SELECTOR, "#tasks .data tbody tr")
    )
    table = opened.figures["tasks"].table
    assert len(rows) == len(table)
    first = [cell.text for cell in rows[0].find_elements(By.TAG_NAME, "td")]
    assert first[:3] == table.iloc[0, :3].tolist()


def test_the_link_offers_the_data_of_the_figure(opened):
    for name, figure in opened.figures.items():
        text = opened.browser.execute_script(
            "return decodeURIComponent(arguments[0].getAttribute('href')"
            ".split(',').slice(1).join(','))",
            opened.browser.find_element(By.CSS_SELECTOR, f"#{name} a[download]"),
        )
        assert text == figure.tsv, name


def test_what_can_be_focused_and_pictured_has_a_name(opened):
    unnamed = opened.browser.execute_script(
        "return [...document.querySelectorAll('[role=img], [tabindex], figure')]"
        ".filter((one) => !one.getAttribute('aria-label')"
        " && !one.getAttribute('aria-labelledby')).length"
    )
    assert unnamed == 0


def test_a_phone_need_not_scroll_sideways(opened):
    browser = opened.browser
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": True}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    try:
        width = browser.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    assert width <= 0


def test_paper_gets_all_figures(opened):
    printed = opened.browser.execute_cdp_cmd("Page.printToPDF", {})
    assert len(printed["data"]) > 50_000
    still_paper = opened.browser.execute_script(
        "return document.body.classList.contains('paper')"
    )
    assert not still_paper
