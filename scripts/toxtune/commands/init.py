"""Look at a table of molecules, and write a configuration for it.

The configuration is short, and ready for `make run CONFIG=...`. What was seen in the
table, and why it is as it is, is shown and stands in its comments.
"""

import argparse
import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from toxtune.commands.configfiles import BASE
from toxtune.errors import UserError
from toxtune.io.csv_rows import SEPARATORS
from toxtune.io.destination import refuse_destination
from toxtune.io.files import write_text
from toxtune.survey.run_names import run_name
from toxtune.text import did_you_mean

if TYPE_CHECKING:
    from toxtune.survey.table import Wishes

EXAMPLE = "init examples/own-data.csv"
UNDER_MAKE = "make init DATA=my.csv"
# What make calls an option.
OF_MAKE = {
    "TASKS": "tasks",
    "METRIC": "metric",
    "SMILES_COLUMN": "smiles-column",
    "SEPARATOR": "separator",
    "DECIMAL": "decimal",
    "ENCODING": "encoding",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("table", type=Path, metavar="TABLE", help="a table with SMILES")
    parser.add_argument(
        "--tasks",
        nargs="+",
        default=[],
        metavar="NAME",
        help="the columns of labels; default: those that look like it",
    )
    parser.add_argument(
        "--metric", metavar="NAME", help="what trials are ranked by; default: by labels"
    )
    parser.add_argument(
        "--smiles-column",
        default="",
        metavar="NAME",
        help="the column of the structures; default: the first that RDKit can read",
    )
    parser.add_argument(
        "--separator", choices=SEPARATORS, help="where the table's header does not tell"
    )
    parser.add_argument(
        "--decimal", choices=[".", ","], help="where numbers such as 1,234 do not tell"
    )
    parser.add_argument(
        "--encoding", metavar="NAME", help="of a table that is not UTF-8"
    )
    parser.add_argument(
        "--output",
        type=Path,
        metavar="FILE",
        help="the configuration to write; default: the table's name with .yaml, here",
    )
    parser.add_argument(
        "--force", action="store_true", help="write over a file that is there"
    )


def main(options: argparse.Namespace) -> int:
    """Write the configuration, and show why it is as it is."""
    try:
        return _write(options)
    except UserError as error:
        raise UserError(f"{error}{_for_make(str(error))}") from None


def _write(options: argparse.Namespace) -> int:
    _refuse_missing(options.table)
    # Two configurations of one table are two runs.
    name = run_name(options.output or options.table)
    output = options.output or Path(f"{name}.yaml")
    refuse_destination(output, [options.table])
    _refuse_existing(output, options.force)
    # Slow to import, and `--help` has no use for it.
    from toxtune.survey.file import survey_file
    from toxtune.survey.first_config import choose_configuration
    from toxtune.survey.first_file import checked, spell
    from toxtune.survey.first_report import describe

    survey = survey_file(options.table, _wishes(options))
    told = {key: getattr(options, key) for key in ("separator", "decimal", "encoding")}
    configuration = choose_configuration(
        survey,
        name,
        source_of(options.table, output),
        metric=options.metric,
        reading={key: value for key, value in told.items() if value},
    )
    text = checked(spell(configuration, survey, str(output)), output, BASE)
    write_text(output, text)
    print(describe(configuration, survey, str(options.table)))
    file = shlex.quote(str(output))
    print(f"\n{output} is written. Look through it, then\n  make run CONFIG={file}")
    return 0


def _wishes(options: argparse.Namespace) -> "Wishes":
    """Return what the command line says about the table.

    Raises
    ------
    UserError
        If there is no such metric.
    """
    from toxtune.stats.metrics import METRICS
    from toxtune.survey.table import Wishes
    from toxtune.tables.text_files import Reading

    metric = options.metric
    if metric is not None and metric not in METRICS:
        raise UserError(
            f"--metric: must be one of {', '.join(METRICS)}, got {metric!r}"
        )
    return Wishes(
        tasks=tuple(options.tasks),
        task_type=METRICS[metric].task_type if metric else None,
        smiles_column=options.smiles_column,
        reading=Reading(
            separator=SEPARATORS.get(options.separator),
            decimal=options.decimal,
            encoding=options.encoding,
            prefix="--",
        ),
    )


def source_of(table: Path, output: Path) -> str:
    """Spell a table's path for a configuration: from its folder, or from the root.

    Raises
    ------
    UserError
        If the path has something that configurations replace.
    """
    folder, path = output.absolute().parent, table.absolute()
    source = str(path.relative_to(folder) if path.is_relative_to(folder) else path)
    if os.path.expandvars(os.path.expanduser(source)) != source or "://" in source:
        raise UserError(
            f"{table}: rename the file or its folder: a configuration would replace "
            "~ or $NAME in it"
        )
    return source


def _for_make(message: str) -> str:
    """Say how the options of a message are called under make."""
    names = [name for name in OF_MAKE if f"--{OF_MAKE[name]}" in message]
    return f" (make init {'=... '.join(names)}=...)" if names else ""


def _refuse_missing(table: Path) -> None:
    """Raise `UserError` where there is no such file, or it is a folder."""
    if table.is_dir():
        raise UserError(f"{table}: is a folder; name the table in it")
    if not table.exists() and table.parent.is_dir():
        nearest = did_you_mean(
            table.name, [path.name for path in table.parent.iterdir()]
        )
        raise UserError(f"{table}: there is no such file{nearest}")


def _refuse_existing(output: Path, force: bool) -> None:
    """Raise `UserError` where the file must not be written."""
    if output.absolute() == BASE.absolute():
        raise UserError(
            f"{output}: is the configuration that others are laid over; choose another "
            "name with --output"
        )
    if output.exists() and not force:
        raise UserError(
            f"{output}: is there already; write --force (make init FORCE=1) to replace "
            "it, or choose another name with --output (make init TO=...)"
        )
