"""The report in a real browser: headless Chromium, driven by Selenium."""

import contextlib
import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver import ActionChains, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import WebDriverWait

from helpers.browsers import chromium, needs_chromium
from helpers.browsers import opened as opened_in
from helpers.patience import STEP
from helpers.report_runs import made_run, with_task_named
from toxtune.report.figures.draw_all import draw_all
from toxtune.report.page import page
from toxtune.tasks import TaskType

pytestmark = needs_chromium
# A name with all that HTML, URLs and TSV mind.
NASTY = "<b>\"a\" & 'b' #1 100%</b>"
SECONDS = STEP


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


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
    return Opened(browser, *opened_in(browser, path), figures)


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
    summary = browser.find_element(By.CSS_SELECTOR, "#tasks .data summary")
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


@contextlib.contextmanager
def _screen(browser: webdriver.Chrome, width: int) -> Iterator[None]:
    """Let the browser have a screen so wide: below 500 px, that of a phone."""
    screen = {"width": width, "height": 844, "deviceScaleFactor": 1}
    screen["mobile"] = width < 500
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
    try:
        yield
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


@pytest.fixture(scope="module")
def many_tasks(tmp_path_factory) -> tuple[Path, dict]:
    """The page of a run with many panels in a figure."""
    run = made_run("binary", n_tasks=7)
    figures = draw_all(run)
    path = tmp_path_factory.mktemp("many") / "report.html"
    path.write_text(page(run, figures), encoding="utf-8")
    return path, figures


def _too_narrow(browser: webdriver.Chrome) -> list[str]:
    """Name the figures with a drawing that is not as wide as it is shown."""
    widths = browser.execute_script(
        "return [...document.querySelectorAll('.plot svg')].map((svg) => ["
        "svg.closest('figure').id, svg.viewBox.baseVal.width,"
        "svg.getBoundingClientRect().width])"
    )
    assert len(widths) > 20
    return [name for name, own, shown in widths if abs(own - shown) > 2]


@pytest.mark.parametrize("width", [1400, 800, 390])
def test_drawings_are_as_wide_as_they_are_shown(browser, many_tasks, width):
    with _screen(browser, width):
        _open(browser, *many_tasks)
        assert _too_narrow(browser) == []
        assert browser.execute_script(_LABELS_ON_EACH_OTHER) == []
        sides = browser.execute_script(_SIDES_OF_SQUARES)
    assert len(sides) > 20
    for name, across, down in sides:
        assert across == pytest.approx(down, abs=2), name
        assert across <= 420, name


def test_panels_drawn_before_all_have_their_places_are_found(browser, many_tasks):
    """The old fault, put back: the first panel is drawn when it is alone in its row."""
    path, figures = many_tasks
    script = path.read_text("utf-8")
    for right, wrong in (
        ("names.map(layOut)", "names.map(() => [])"),
        ("= plots[number];", "= placeOf(name, panel);"),
    ):
        assert script.count(right) == 1
        script = script.replace(right, wrong)
    faulty = path.with_name("faulty.html")
    faulty.write_text(script, encoding="utf-8")
    with _screen(browser, 1400):
        _open(browser, faulty, figures)
        assert "comparison" not in _too_narrow(browser)
        assert {"roc", "tasks"} <= set(_too_narrow(browser))


# Labels of one axis that are seen and cover each other, by their figure.
_LABELS_ON_EACH_OTHER = """
const bad = [];
for (const axis of document.querySelectorAll('.plot svg .role-axis-label')) {
  const boxes = [...axis.querySelectorAll('text')]
    .filter((text) => text.getAttribute('opacity') !== '0')
    .map((text) => text.getBoundingClientRect());
  const clash = boxes.some((a, i) => boxes.slice(i + 1).some((b) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 4));
  if (clash) bad.push(axis.closest('figure').id);
}
return bad;
"""
# Of the area that is drawn in, of each panel that is to be square.
_SIDES_OF_SQUARES = """
return [...document.querySelectorAll('.square .plot svg')].map((svg) => {
  const box = svg.querySelector('.role-frame.root path.background').getBBox();
  return [svg.closest('figure').id, box.width, box.height];
});
"""


def test_the_table_of_trials_is_filtered_sorted_and_marks_a_trial(opened):
    browser = opened.browser
    run_script = browser.execute_script
    rows = "return document.querySelectorAll('#all-trials tbody tr').length"
    assert run_script(rows) == 24
    box = browser.find_element(By.CSS_SELECTOR, "#all-trials input")
    box.send_keys("random_forest")
    assert run_script(rows) == 8
    box.clear()
    box.send_keys(" ")
    scores = (
        "return [...document.querySelectorAll('#all-trials tbody tr')]"
        ".map((row) => row.cells[2].textContent).filter(Boolean).map(Number)"
    )
    heads = browser.find_elements(By.CSS_SELECTOR, "#all-trials th button")
    run_script("arguments[0].click()", heads[2])
    rising = run_script(scores)
    assert rising == sorted(rising)
    run_script("arguments[0].click()", heads[2])
    assert run_script(scores) == rising[::-1]
    trial = browser.find_element(By.CSS_SELECTOR, "#all-trials tbody button")
    run_script("arguments[0].click()", trial)
    marked = "return document.querySelectorAll('#trials svg .chosen').length"
    assert run_script(marked) > 0
    again = browser.find_element(
        By.CSS_SELECTOR, "#all-trials tbody .chosen-row button"
    )
    run_script("arguments[0].click()", again)
    assert run_script(marked) == 0


def test_a_phone_need_not_scroll_sideways(opened):
    browser = opened.browser
    with _screen(browser, 390):
        width = browser.execute_script(
            "return document.documentElement.scrollWidth - window.innerWidth"
        )
    assert width <= 0


def test_paper_gets_all_figures(opened):
    printed = opened.browser.execute_cdp_cmd("Page.printToPDF", {})
    assert len(printed["data"]) > 50_000
    still_paper = opened.browser.execute_script(
        "return document.body.classList.contains('paper')"
    )
    assert not still_paper


@pytest.mark.parametrize("width", [1400, 390])
def test_figures_are_drawn_for_the_width_of_the_paper(opened, width):
    with _screen(opened.browser, width):
        drawn, paper = opened.browser.execute_script(
            """
            dispatchEvent(new Event("beforeprint"));
            const widths = [document.querySelector("#optimism .plot"), document.body];
            const found = widths.map((each) => each.clientWidth);
            dispatchEvent(new Event("afterprint"));
            return found;
            """
        )
    assert 0.85 * paper < drawn < paper == 704


def _cards(browser: webdriver.Chrome, figure: str) -> list:
    return browser.find_elements(By.CSS_SELECTOR, f"#{figure} .pairs > li")


def test_each_example_is_drawn_beside_its_training_molecule(opened):
    cards = _cards(opened.browser, "gallery")
    assert len(cards) == 12
    for card in cards:
        drawn = card.find_elements(By.CSS_SELECTOR, "[role=img] > svg")
        assert len(drawn) == 2
        assert all(drawing.size["width"] > 100 for drawing in drawn)
    assert len(_cards(opened.browser, "cliffs")) == 12


def test_the_keyboard_chooses_the_task_of_the_examples(opened):
    browser = opened.browser
    of_task = "#gallery .pairs .of-task"
    before = {label.text for label in browser.find_elements(By.CSS_SELECTOR, of_task)}
    assert len(before) == 2
    select = browser.find_element(By.CSS_SELECTOR, "#gallery select")
    select.send_keys(Keys.ARROW_DOWN)
    chosen = browser.execute_script("return arguments[0].value", select)
    assert chosen == "0"
    assert len(_cards(browser, "gallery")) == 12
    # It stands in the choice, not in each card.
    assert browser.find_elements(By.CSS_SELECTOR, of_task) == []
    select.send_keys(Keys.ARROW_UP)


# The colours of the points, if all of them are of words that the legend has.
_COLOURS_OF_THE_LEGEND = """
const fills = [...document.querySelectorAll('#map .mark-symbol.role-mark path')]
  .map((mark) => mark.getAttribute('fill'));
const words = [...document.querySelectorAll('#map .legend span')]
  .map((entry) => entry.textContent);
const known = words.map((word) => molecules.map.colours[word]);
return fills.every((fill) => known.includes(fill)) ? [...new Set(fills)] : null;
"""


def test_the_map_is_coloured_by_set_label_and_error(opened):
    browser = opened.browser
    by, task = browser.find_elements(By.CSS_SELECTOR, "#map .switches select")
    seen = [browser.execute_script(_COLOURS_OF_THE_LEGEND)]
    assert not task.is_enabled()
    for _ in range(2):
        by.send_keys(Keys.ARROW_DOWN)
        assert task.is_enabled()
        seen.append(
            WebDriverWait(browser, SECONDS).until(
                lambda browser: browser.execute_script(_COLOURS_OF_THE_LEGEND)
            )
        )
    assert all(len(colours) > 1 for colours in seen)
    assert len({tuple(sorted(colours)) for colours in seen}) == 3
    by.send_keys(Keys.ARROW_UP, Keys.ARROW_UP)


def test_the_molecule_under_the_pointer_is_drawn(opened):
    browser = opened.browser
    at = browser.execute_script(_MIDDLE_OF, "#map .mark-symbol.role-mark path")
    for x in (at["x"] - 1, at["x"]):
        move = {"type": "mouseMoved", "x": x, "y": at["y"]}
        browser.execute_cdp_cmd("Input.dispatchMouseEvent", move)
    drawing = WebDriverWait(browser, SECONDS).until(
        lambda browser: browser.find_element(
            By.CSS_SELECTOR, "#vg-tooltip-element.visible .drawing svg"
        )
    )
    assert drawing.size["width"] > 100
    away = {"type": "mouseMoved", "x": 1, "y": 1}
    browser.execute_cdp_cmd("Input.dispatchMouseEvent", away)
