"""Make the pictures of the documentation again, from a real run.

    .venv/bin/python docs/pictures.py --run results/tox21 --predictions out.html
    .venv/bin/python docs/pictures.py --mlflow http://localhost:5000/#/experiments/1/runs

The second takes pages of other tools, which were started with an exported run, as
docs/how-to/optuna-and-mlflow.md has it. Needs Chromium and chromedriver (Debian:
chromium, chromium-driver). Pictures are cut to 256 colours, more than a figure has, so
that all of them together stay small.
"""

import argparse
import io
import shutil
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

FOLDER = Path(__file__).resolve().parent / "pictures"


@dataclass(frozen=True)
class Picture:
    """One picture of a page.

    Attributes
    ----------
    name
        Of the file.
    page
        Which page: the run's report, one of predictions, or that of another tool.
    width, height
        Of the window, in pixels.
    seconds
        How long the page draws after it is loaded.
    """

    name: str
    page: str
    width: int
    height: int
    seconds: float = 0


PICTURES = (
    Picture("report.png", "report", 1400, 1000),
    Picture("predictions.png", "predictions", 1200, 1000),
    Picture("optuna.png", "optuna", 1200, 1000, seconds=15),
    Picture("mlflow.png", "mlflow", 1800, 900, seconds=15),
)


def main() -> None:
    """Open the pages, and write the pictures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", type=Path, help="its folder")
    parser.add_argument("--predictions", type=Path, help="of `make predict`")
    parser.add_argument("--optuna", metavar="ADDRESS", help="of a study's page")
    parser.add_argument("--mlflow", metavar="ADDRESS", help="of an experiment's page")
    options = parser.parse_args()
    pages = {
        "report": options.run and (options.run / "report.html").resolve().as_uri(),
        "predictions": options.predictions and options.predictions.resolve().as_uri(),
        "optuna": options.optuna,
        "mlflow": options.mlflow,
    }
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as profile:
        browser = _start(profile)
        for picture in PICTURES:
            address, path = pages[picture.page], FOLDER / picture.name
            if address is None:
                continue
            _take(browser, address, picture).save(path, optimize=True)
            print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")
        browser.quit()


def _start(profile: str) -> webdriver.Chrome:
    options = webdriver.ChromeOptions()
    options.binary_location = shutil.which("chromium") or ""
    for flag in ("headless", "no-sandbox", "hide-scrollbars"):
        options.add_argument(f"--{flag}")
    options.add_argument(f"--user-data-dir={profile}")
    return webdriver.Chrome(
        options=options, service=Service(shutil.which("chromedriver"))
    )


def _take(browser: webdriver.Chrome, address: str, picture: Picture) -> Image.Image:
    # The device's size: a window is never as narrow as a phone.
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {
            "width": picture.width,
            "height": picture.height,
            "deviceScaleFactor": 1,
            "mobile": False,
        },
    )
    browser.get(address)
    time.sleep(picture.seconds)
    image = Image.open(io.BytesIO(browser.get_screenshot_as_png()))
    return image.convert("RGB").quantize(256)


if __name__ == "__main__":
    main()
