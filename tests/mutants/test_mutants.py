"""Small faults, put into the code one at a time: a test must fail for each.

A suite that stays green with a fault in the code does not hold what it seems to hold.
`faults.yaml` names the faults and the tests that must see them.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
NURSERY = Path(__file__).with_name("nursery.py")
# What pytest returns when tests ran, and some failed. A fault that keeps them from
# being collected is no fault that a test has seen.
TESTS_FAILED = 1
# Seconds; a fault that makes a test wait for ever is not seen by it.
LONGEST = 900


@dataclass(frozen=True)
class Fault:
    """A fault, and the tests that must see it.

    Attributes
    ----------
    area
        The part of toxtune that it is in, for the table.
    name
        What is wrong with the code then.
    file
        From the root of the checkout.
    find, put
        The text that is there once, and what stands there in its place.
    tests
        Arguments for pytest.
    """

    area: str
    name: str
    file: str
    find: str
    put: str
    tests: list[str]


FAULTS = [
    Fault(area=area, **fault)
    for area, faults in yaml.safe_load(
        Path(__file__).with_name("faults.yaml").read_text("utf-8")
    ).items()
    for fault in faults
]


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the files that git knows or would take, to put faults into."""
    folder = tmp_path_factory.mktemp("mutants") / "checkout"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    for name in filter(None, os.fsdecode(listed.stdout).split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, target)
    # Tests look for the programs of the environment in their own checkout.
    (folder / ".venv").symlink_to(Path(sys.prefix))
    return folder


@contextmanager
def put_in(checkout: Path, fault: Fault) -> Iterator[None]:
    """Put a fault into the code for as long as the tests run."""
    path = checkout / fault.file
    sound = path.read_text("utf-8")
    path.write_text(sound.replace(fault.find, fault.put), "utf-8")
    try:
        yield
    finally:
        path.write_text(sound, "utf-8")


@dataclass(frozen=True)
class Outcome:
    """How a run of pytest ended: its exit status, and the last of what it printed."""

    status: int
    output: str


@pytest.fixture(scope="session")
def run_tests(checkout: Path) -> Iterator[Callable[[list[str]], Outcome]]:
    """Return a function that runs tests in the copy."""
    # Without byte code: an edit within a second that keeps the size is not seen by it.
    environment = {
        **os.environ,
        "PYTHONPATH": str(checkout / "scripts"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    for name in [name for name in environment if name.startswith("PYTEST_")]:
        del environment[name]
    output = checkout.parent / "output"
    options = ["-x", "-q", "-p", "no:cacheprovider"]
    with subprocess.Popen(
        [sys.executable, NURSERY, str(LONGEST)],
        cwd=checkout,
        env=environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
    ) as nursery:

        def run(tests: list[str]) -> Outcome:
            request = {"arguments": [*options, *tests], "folder": str(checkout)}
            print(json.dumps({**request, "output": str(output)}), file=nursery.stdin)
            status = int(nursery.stdout.readline())
            return Outcome(status, output.read_text("utf-8", "replace")[-3000:])

        yield run


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_can_be_put_in(fault: Fault) -> None:
    text = (ROOT / fault.file).read_text("utf-8")
    assert text.count(fault.find) == 1, f"{fault.file}: must have once: {fault.find}"
    assert fault.put != fault.find
    for test in fault.tests:
        assert (ROOT / test.partition("::")[0]).exists(), test


def test_names_differ() -> None:
    names = [fault.name for fault in FAULTS]
    assert len(set(names)) == len(names)


@pytest.mark.long
def test_tests_pass_without_a_fault(run_tests: Callable[[list[str]], Outcome]) -> None:
    tests = sorted({test for fault in FAULTS for test in fault.tests})
    result = run_tests(tests)
    assert result.status == 0, result.output


@pytest.mark.long
@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(
            fault,
            id=fault.name,
            marks=pytest.mark.promise(f"a fault in {fault.area}", "a test fails"),
        )
        for fault in FAULTS
    ],
)
def test_fault_is_caught(
    checkout: Path, run_tests: Callable[[list[str]], Outcome], fault: Fault
) -> None:
    with put_in(checkout, fault):
        result = run_tests(fault.tests)
    assert result.status == TESTS_FAILED, result.output
