"""What `make docs` makes of the schema, the code and files outside of ``docs/``.

mkdocs calls `on_files` before it reads the pages, and `on_page_markdown` for each page.
Pages of the reference are not committed, so that they cannot differ from the code.
"""

import inspect
import posixpath
import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import redirect_stdout, suppress
from io import StringIO
from pathlib import Path
from typing import Any

import yaml
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

from toxtune.commands.cli import COMMANDS, run_command
from toxtune.config.schema import SCHEMA
from toxtune.prediction.final_model import FinalModel, load
from toxtune.prediction.prediction import Prediction
from toxtune.report.markdown import in_markdown
from toxtune.stats.metrics import METRICS

ROOT = Path(__file__).resolve().parents[1]
# Links of pages to files outside of docs/, and where these are on the site.
_OUTSIDE = re.compile(r"\]\((?P<path>\.\./[^)#\s]*)(?P<anchor>#[^)]*)?\)")
_ABOUT_CONFIGURATIONS = [
    "Every key of a configuration. Unknown keys are refused. Your own file needs only",
    "what differs from [config.yaml](../files/config.yaml.md), whose values are the",
    "defaults here. `null` stands for the default.",
]
_IN_PYTHON = (load, FinalModel, Prediction)
_LANGUAGES = {".yaml": "yaml", ".py": "python", ".csv": "text"}


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made, and those of files that other pages link to."""
    made = {
        "reference/configuration.md": configuration_page(),
        "reference/metrics.md": metrics_page(),
        "reference/commands.md": commands_page(),
        "reference/python.md": python_page(),
    }
    linked = [
        path
        for page in files.documentation_pages()
        for link in _OUTSIDE.finditer(page.content_string)
        if (path := _outside(page.src_uri, link["path"])) is not None
    ]
    while linked:
        path = linked.pop()
        if path.is_file() and _page_of(path) not in made:
            made[_page_of(path)] = _page_with(path)
            linked += _linked_from(path)
    for name, content in made.items():
        files.append(File.generated(config, name, content=content))
    return files


def on_page_markdown(
    markdown: str, page: Page, config: MkDocsConfig, files: Files
) -> str:
    """Point links to files outside of ``docs/`` at their pages."""

    def replaced(link: re.Match[str]) -> str:
        path = _outside(page.file.src_uri, link["path"])
        if path is None or not path.is_file():
            return link[0]
        here = posixpath.dirname(page.file.src_uri)
        target = posixpath.relpath(_page_of(path), here or ".")
        return f"]({target}{link['anchor'] or ''})"

    return _OUTSIDE.sub(replaced, markdown)


def _outside(page: str, link: str) -> Path | None:
    """Find the file that a page's link leads to, if that is not in ``docs/``."""
    path = (ROOT / "docs" / posixpath.dirname(page) / link).resolve()
    return None if path.is_relative_to(ROOT / "docs") else path


def _page_of(path: Path) -> str:
    name = path.relative_to(ROOT).as_posix()
    return f"files/{name if name.endswith('.md') else f'{name}.md'}"


def _page_with(path: Path) -> str:
    """Write a page that shows a file: Markdown as it is, everything else as code."""
    text = path.read_text("utf-8")
    name = path.relative_to(ROOT).as_posix()
    if path.suffix == ".md":
        # Seen from files/, its links to docs/ lead one folder up.
        text = re.sub(r"\]\(docs/", "](../", text)
        for linked in _linked_from(path):
            link = linked.relative_to(ROOT).as_posix()
            text = text.replace(f"]({link}", f"]({_page_of(linked)[len('files/') :]}")
        return text
    language = _LANGUAGES.get(path.suffix, "text")
    return f"# {name}\n\n```{language}\n{text}\n```\n"


def _linked_from(path: Path) -> list[Path]:
    """List the files outside of ``docs/`` that a Markdown file at the top links to."""
    if path.suffix != ".md":
        return []
    links = re.findall(r"\]\(([^)#:\s]+)[)#]", path.read_text("utf-8"))
    found = [path.parent / link for link in dict.fromkeys(links)]
    return [
        linked
        for linked in found
        if linked.is_file() and not linked.is_relative_to(ROOT / "docs")
    ]


def configuration_page() -> str:
    """Write every key of a configuration: type, default and meaning."""
    schema = yaml.safe_load(SCHEMA.read_text("utf-8"))
    shipped = yaml.safe_load((ROOT / "config.yaml").read_text("utf-8"))
    lines = ["# Configuration", "", schema["description"], ""]
    lines += [
        "Defaults are those of `config.yaml`, or where it is silent of the schema."
    ]
    for section, rules in schema["properties"].items():
        lines += ["", f"## {section}", ""]
        if "properties" in rules:
            lines += [_cell(rules.get("description", "")), ""]
        rows = list(_rows(section, rules, shipped.get(section)))
        lines += ["| key | legal | default | meaning |", "|---|---|---|---|"]
        lines += [f"| {' | '.join(map(_cell, row))} |" for row in rows]
    return "\n".join(lines) + "\n"


def _rows(key: str, rules: Any, value: Any) -> Iterator[tuple[str, str, str, str]]:
    """Yield a row for a key, or for each of those below it."""
    inner = _inner(rules)
    if not inner:
        default = value if value is not None else rules.get("default")
        yield f"`{key}`", _legal(rules), _spelled(default), rules.get("description", "")
    for name, below in inner.items():
        has_own = isinstance(value, Mapping)
        yield from _rows(f"{key}.{name}", below, value.get(name) if has_own else None)


def _inner(rules: Any) -> dict[str, Any]:
    """List the keys that a mapping, or each entry of a list, may have."""
    entry = rules.get("items", rules)
    found = dict(entry.get("properties", {}))
    for branch in entry.get("allOf", []):
        for name, below in branch.get("then", {}).get("properties", {}).items():
            if isinstance(below, Mapping):
                found[name] = {**below, **found.get(name, {})}
    return {name: below for name, below in found.items() if isinstance(below, Mapping)}


def _legal(rules: Mapping[str, Any]) -> str:
    if "x-rule" in rules:
        return rules["x-rule"]
    if "enum" in rules:
        return ", ".join(map(str, rules["enum"]))
    words = {"object": "mapping", "array": "list", "integer": "whole number"}
    types = rules.get("type", [])
    named = [words.get(t, t) for t in ([types] if isinstance(types, str) else types)]
    bounds = [
        f"{sign} {rules[bound]}"
        for bound, sign in (
            ("minimum", "≥"),
            ("maximum", "≤"),
            ("exclusiveMinimum", ">"),
        )
        if bound in rules
    ]
    return " ".join([" or ".join(named), *bounds])


def _spelled(value: Any) -> str:
    if value is None:
        return ""
    text = yaml.safe_dump(value, default_flow_style=True, width=10**6).strip()
    text = text.removesuffix("\n...")
    return f"`{text}`" if len(text) <= 60 else "see `config.yaml`"


def _cell(text: str) -> str:
    return in_markdown(" ".join(text.split()))


def metrics_page() -> str:
    """Write what a search can rank its trials by."""
    lines = [
        "# Metrics",
        "",
        "`objective.metric` names what trials are ranked by, and so what labels are.",
        "",
        "| metric | for | name | better | first words of its definition |",
        "|---|---|---|---|---|",
    ]
    for name, metric in METRICS.items():
        better = "higher" if metric.direction == "maximize" else "lower"
        definition = (inspect.getdoc(metric.score) or "").partition("\n")[0]
        cells = [f"`{name}`", str(metric.task_type), metric.title, better, definition]
        lines.append(f"| {' | '.join(map(_cell, cells))} |")
    lines += ["", "How means over tasks are taken: [statistics](../statistics.md)."]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Write the help of `make` and of each command."""
    targets = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    lines = ["# Commands", "", "```text", targets.strip("\n"), "```", ""]
    lines += ["Each has a command behind it, with more options:", ""]
    for name in COMMANDS:
        lines += [f"## {name}", "", "```text", _help(name).rstrip(), "```", ""]
    return "\n".join(lines)


def _help(command: str) -> str:
    text = StringIO()
    with redirect_stdout(text), suppress(SystemExit):
        run_command([command, "--help"])
    return text.getvalue()


def python_page() -> str:
    """Write what prediction offers to Python, from its docstrings."""
    lines = ["# Python", "", "A final model in a program of your own:", ""]
    lines += ["```python"]
    lines += ["from toxtune.prediction.final_model import load", ""]
    lines += ['model = load("results/tox21/final.zip")']
    lines += ['prediction = model.predict(["CCO", "c1ccccc1O"])', "```", ""]
    lines += ["[Use the model elsewhere](../prediction.md) says what is in the file."]
    for thing in _IN_PYTHON:
        lines += ["", *_documented(thing)]
    return "\n".join(lines) + "\n"


def _documented(thing: Any) -> Iterator[str]:
    name = f"{thing.__module__}.{thing.__qualname__}"
    if inspect.isclass(thing):
        yield from [f"## {name}", "", "```text", inspect.getdoc(thing) or "", "```"]
        for member in vars(thing).values():
            is_public = inspect.isfunction(member) and not member.__name__.startswith(
                "_"
            )
            if is_public and inspect.getdoc(member):
                yield from ["", f"### {member.__name__}", "", *_function(member)]
    else:
        yield from [f"## {name}", "", *_function(thing)]


def _function(function: Any) -> list[str]:
    signature = f"{function.__name__}{inspect.signature(function)}"
    documentation = inspect.getdoc(function) or ""
    return ["```text", signature, "", documentation, "```"]
