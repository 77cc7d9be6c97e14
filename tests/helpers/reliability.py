"""A plugin of pytest: the tests that hold a promise, counted in a table of the docs.

A test says with ``@pytest.mark.promise(broken, promised)`` what it breaks and what must
come of it. With ``--record SUITE`` the counts are written into the part of
`docs/reliability.md` between the comments ``SUITE`` and ``end of SUITE``.
"""

import subprocess
from collections import defaultdict
from datetime import date
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reliability.md"
PROMISE = "promise"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--record``."""
    parser.addoption("--record", metavar="SUITE", help="count promises in the docs")


def pytest_configure(config: pytest.Config) -> None:
    """Count where the reports of all workers arrive."""
    config.addinivalue_line(
        "markers", "promise(broken, promised): counted in docs/reliability.md"
    )
    if config.getoption("record") and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Counts(config.getoption("record")))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Send a test's promise along with its report."""
    mark = item.get_closest_marker(PROMISE)
    if mark:
        item.user_properties.append((PROMISE, mark.args))


class Counts:
    """How often each promise was kept.

    Parameters
    ----------
    suite
        The name of its part of the page.
    """

    def __init__(self, suite: str) -> None:
        self._suite = suite
        # Tests may take an hour, in which somebody commits.
        self._commit = _commit()
        self._outcomes = defaultdict(dict)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep the worst outcome of a test's phases."""
        promise = dict(report.user_properties).get(PROMISE)
        if promise and (report.when == "call" or not report.passed):
            outcomes = self._outcomes[tuple(promise)]
            if outcomes.get(report.nodeid, "passed") == "passed":
                outcomes[report.nodeid] = report.outcome

    def pytest_sessionfinish(self) -> None:
        """Write the table."""
        text = PAGE.read_text("utf-8")
        begin, end = f"<!-- {self._suite} -->\n", f"<!-- end of {self._suite} -->"
        before, found, rest = text.partition(begin)
        assert found, f"{PAGE} has no line {begin}"
        _, _, after = rest.partition(end)
        PAGE.write_text(f"{before}{begin}{self.table()}{end}{after}", "utf-8")

    def table(self) -> str:
        """Lay out what was counted, in Markdown."""
        ran = [list(of_test.values()) for of_test in self._outcomes.values()]
        outcomes = [outcome for outcomes in ran for outcome in outcomes]
        lines = [
            f"{date.today()}, commit {self._commit}: {outcomes.count('passed')} of "
            f"{len(outcomes)} tests had the right ending.",
            "",
            "| what breaks | what is promised | tests | right endings |",
            "|---|---|---|---|",
        ]
        for (broken, promised), of_test in sorted(self._outcomes.items()):
            kept = list(of_test.values()).count("passed")
            lines.append(f"| {broken} | {promised} | {len(of_test)} | {kept} |")
        return "\n".join(lines) + "\n"


def _commit() -> str:
    """Name the commit; the page itself, which the suites write, may differ."""
    but_for_page = f":!{PAGE.relative_to(ROOT)}"
    changed = _git("status", "--porcelain", "--", ".", but_for_page)
    return _git("rev-parse", "--short", "HEAD") + (" with changes" if changed else "")


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", ROOT, *arguments],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
