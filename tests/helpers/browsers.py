"""Headless Chromium, driven by Selenium, and what a page does in it."""

import json
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.support.ui import WebDriverWait

from helpers.patience import STEP

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
DRIVER = shutil.which("chromedriver")
needs_chromium = pytest.mark.skipif(
    not (CHROMIUM and DRIVER),
    reason="needs chromium and chromedriver (Debian: chromium, chromium-driver)",
)


@contextmanager
def chromium(profile: Path) -> Iterator[webdriver.Chrome]:
    """Start a browser for the time of a block, which logs what it does.

    It keeps what it has in the folder.
    """
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
        f"user-data-dir={profile}",
    ):
        options.add_argument(f"--{flag}")
    options.set_capability(
        "goog:loggingPrefs", {"performance": "ALL", "browser": "ALL"}
    )
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    try:
        yield driver
    finally:
        driver.quit()


def opened(browser: webdriver.Chrome, path: Path) -> tuple[list[str], list[str]]:
    """Open a page, wait until it is drawn; return its requests and console messages."""
    for log in ("browser", "performance"):
        browser.get_log(log)
    browser.get(path.as_uri())
    drawn = "return document.documentElement.dataset.drawn === 'true'"
    WebDriverWait(browser, STEP).until(lambda it: it.execute_script(drawn))
    events = [
        json.loads(entry["message"])["message"]
        for entry in browser.get_log("performance")
    ]
    requests = [
        event["params"]["request"]["url"]
        for event in events
        if event["method"] == "Network.requestWillBeSent"
    ]
    return requests, [entry["message"] for entry in browser.get_log("browser")]
