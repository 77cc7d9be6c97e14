"""The page of predictions in a real browser."""

import pytest
from selenium.webdriver import Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.support.ui import Select

from helpers.browsers import chromium, needs_chromium, opened
from helpers.final_models import SMILES, make
from toxtune.commands.cli import run_command
from toxtune.prediction.final_model import load

pytestmark = needs_chromium
NASTY = "<b>\"a\" & 'b' #1 100%</b>"
# 48 molecules on three pages, and two that cannot be read.
MOLECULES = [*SMILES * 6, "nonsense", ""]


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with chromium(tmp_path_factory.mktemp("chromium")) as driver:
        yield driver


@pytest.fixture(scope="module", params=["binary", "multiclass", "regression"])
def page(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("page")
    given = folder / "in.csv"
    rows = [f"mol-{n},{text},{NASTY}" for n, text in enumerate(MOLECULES)]
    given.write_text(
        "name,smiles,<i>note</i>\n" + "\n".join(row.replace('"', "") for row in rows),
        encoding="utf-8",
    )
    path, model = folder / "out.html", make(folder, request.param)
    run_command(["predict", str(model), str(given), str(path)])
    return path


def articles(browser):
    return browser.find_elements(By.CSS_SELECTOR, "article")


def names(browser):
    titles = browser.find_elements(By.CSS_SELECTOR, "article h2")
    return [title.text.partition(" ")[2] for title in titles]


def values(browser, task):
    """Return the first number that each molecule shows for a task."""
    found = []
    for article in articles(browser):
        for row in article.find_elements(By.CSS_SELECTOR, "tbody tr"):
            if row.find_element(By.TAG_NAME, "th").text.startswith(task):
                cell = row.find_element(By.CSS_SELECTOR, "td.value").text
                found.append(float(cell.split()[0]))
                break
    return found


def count(browser):
    return browser.find_element(By.ID, "count").text


def type_in(browser, text):
    box = browser.find_element(By.ID, "filter")
    box.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    box.send_keys(text)


def test_page_is_silent_and_asks_for_nothing(browser, page):
    requests, messages = opened(browser, page)
    assert requests == [browser.current_url]
    assert messages == []


def test_only_what_is_in_sight_is_drawn(browser, page):
    opened(browser, page)
    assert len(articles(browser)) == 20
    assert count(browser) == "1 to 20 of 50 molecules"
    for article in articles(browser):
        drawings = article.find_elements(By.CSS_SELECTOR, ".drawing svg")
        assert len(drawings) == 4
        for drawing in drawings:
            assert drawing.get_attribute("aria-label")
            assert drawing.find_elements(By.CSS_SELECTOR, "path, text")
        bars = article.find_elements(By.CSS_SELECTOR, "td.bar svg")
        assert len(bars) == len(article.find_elements(By.CSS_SELECTOR, "tbody tr")) > 1


def test_texts_are_shown_as_they_are(browser, page):
    opened(browser, page)
    first = articles(browser)[0]
    assert (
        first.find_element(By.CSS_SELECTOR, "dt:nth-of-type(2)").text == "<i>note</i>"
    )
    assert first.find_elements(By.CSS_SELECTOR, "dd b, dt i") == []
    assert "100%</b>" in first.text


def test_a_line_is_said_to_be_a_threshold_where_there_are_thresholds(browser, page):
    opened(browser, page)
    said = browser.find_element(By.ID, "reading").get_attribute("textContent")
    lines = browser.find_elements(By.CSS_SELECTOR, "article line.threshold")
    assert ("orange line" in said) is bool(lines)
    # Of values, the line is the prediction.
    values = "the threshold of the class" not in said and bool(lines)
    assert values is ("predicted value" in said)


def test_pages_are_turned_with_the_keyboard(browser, page):
    opened(browser, page)
    button = browser.find_element(By.ID, "next")
    button.send_keys(Keys.ENTER)
    assert names(browser)[0] == "mol-20"
    button.send_keys(Keys.ENTER)
    assert len(articles(browser)) == 10
    assert not button.is_enabled()
    assert "No prediction: RDKit cannot parse" in articles(browser)[8].text
    browser.find_element(By.ID, "number").send_keys(Keys.CONTROL, "a")
    browser.find_element(By.ID, "number").send_keys("1", Keys.ENTER)
    assert names(browser)[0] == "mol-0"


def test_filter_finds_names_and_reasons(browser, page):
    opened(browser, page)
    type_in(browser, "MOL-33")
    assert names(browser) == ["mol-33"]
    type_in(browser, "cannot parse")
    assert names(browser) == ["mol-48"]
    type_in(browser, "nowhere")
    assert (names(browser), count(browser)) == ([], "none of 50 molecules")
    type_in(browser, "")
    Select(browser.find_element(By.ID, "domain")).select_by_value("problem")
    assert names(browser) == ["mol-48", "mol-49"]


def test_any_prediction_and_the_domain_sort(browser, page):
    opened(browser, page)
    key = Select(browser.find_element(By.ID, "key"))
    order = Select(browser.find_element(By.ID, "order"))
    name = next(o.text for o in key.options if o.text.startswith("two"))
    key.select_by_visible_text(name)
    # All 50 fall into eight kinds, of which the highest come first.
    highest = values(browser, "two")
    assert highest == sorted(highest, reverse=True)
    order.select_by_value("1")
    lowest = values(browser, "two")
    assert lowest == sorted(lowest)
    assert lowest[0] < highest[0]
    last = browser.find_element(By.ID, "next")
    last.click()
    last.click()
    assert names(browser)[-2:] == ["mol-48", "mol-49"]
    key.select_by_value(str(len(key.options) - 3))
    inside = [
        len(article.find_elements(By.CSS_SELECTOR, ".domain b:not(.out)"))
        for article in articles(browser)
    ]
    assert inside == sorted(inside, reverse=True)


def test_atoms_are_coloured_by_the_task_that_is_asked_for(browser, page):
    colours = page.with_name("explained.html")
    model, given = page.with_name("final.zip"), page.with_name("in.csv")
    run_command(["predict", str(model), str(given), str(colours), "--explain"])
    assert opened(browser, colours)[1] == []

    def discs():
        found = articles(browser)[3].find_elements(By.CSS_SELECTOR, ".atoms ellipse")
        return [
            (disc.get_attribute("fill"), float(disc.get_attribute("fill-opacity")))
            for disc in found
        ]

    seen, strongest = [], []
    for task in ("0", "1"):
        Select(browser.find_element(By.ID, "atoms")).select_by_value(task)
        seen.append(discs())
        # Aniline, by its atoms.
        assert len(seen[-1]) == 7
        assert {colour for colour, _ in seen[-1]} <= {"#e69f00", "#0072b2"}
        assert all(0 <= opacity <= 1 for _, opacity in seen[-1])
        strongest.append(
            browser.execute_script(
                "return Math.max(...[...document.querySelectorAll('.atoms ellipse')]"
                ".map((disc) => Number(disc.getAttribute('fill-opacity'))))"
            )
        )
    assert seen[0] != seen[1]
    # Probabilities of all tasks have one scale, values of each task their own.
    assert max(strongest) == 1
    is_values = load(model).metadata.task_type == "regression"
    assert (min(strongest) == 1) == is_values
    Select(browser.find_element(By.ID, "atoms")).select_by_value("")
    assert discs() == []
    assert articles(browser)[3].find_elements(By.CSS_SELECTOR, ".drawing svg")


@pytest.mark.parametrize("width", [1400, 390])
def test_nothing_is_wider_than_the_window(browser, page, width):
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False},
    )
    opened(browser, page)
    assert (
        browser.execute_script("return document.documentElement.scrollWidth") <= width
    )
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
