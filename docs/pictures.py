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
import re
import shutil
import tempfile
import time
import tomllib
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from selenium import webdriver
from selenium.webdriver.chrome.service import Service

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "pictures"
# Drawn here, so that whoever opens README asks no other server for them.
BADGE = """<svg xmlns="http://www.w3.org/2000/svg" role="img"
 width="{width}" height="20" aria-label="{name}: {value}"
 font-family="Verdana, DejaVu Sans, sans-serif" font-size="11">
<title>{name}: {value}</title>
<rect width="{width}" height="20" rx="3" fill="#0a5c8f"/>
<path d="M3 0h{left}v20h-{left}a3 3 0 0 1-3-3V3a3 3 0 0 1 3-3z" fill="#444"/>
<g fill="#fff"><text x="8" y="14" textLength="{of_name}">{name}</text>
<text x="{start}" y="14" textLength="{of_value}">{value}</text></g>
</svg>
"""


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
    for name, value in badges().items():
        path = FOLDER / f"badge-{name.lower()}.svg"
        path.write_text(badge(name, value), encoding="utf-8")
    with tempfile.TemporaryDirectory() as profile:
        browser = _start(profile)
        for picture in PICTURES:
            address, path = pages[picture.page], FOLDER / picture.name
            if address is None:
                continue
            _take(browser, address, picture).save(path, optimize=True)
            print(f"{path}: {path.stat().st_size / 1024:.0f} KiB")
        browser.quit()


def badges() -> dict[str, str]:
    """Return what README's badges say: of what the project needs, and its licence."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    minor = re.findall(r"3\.(\d+)", project["requires-python"])
    snakefile = (ROOT / "Snakefile").read_text("utf-8")
    (snakemake,) = re.findall(r'min_version\("(.+)"\)', snakefile)
    return {
        "Snakemake": f"≥ {snakemake}",
        "Python": f"3.{minor[0]} to 3.{int(minor[1]) - 1}",
        "Licence": (ROOT / "LICENSE").read_text("utf-8").split()[0],
    }


def badge(name: str, value: str) -> str:
    """Draw a badge: a name, and what is said of it."""
    of_name, of_value = 13 * len(name) // 2, 13 * len(value) // 2
    left = of_name + 16
    return BADGE.format(
        name=name,
        value=value,
        of_name=of_name,
        of_value=of_value,
        left=left - 3,
        start=left + 8,
        width=left + of_value + 16,
    )


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
