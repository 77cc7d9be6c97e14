"""Write the dossier of a finished run: a QMRF, for regulators.

It is the OECD's QSAR Model Reporting Format, as a page (dossier.html), for machines
(dossier.json) and for QMRF editors (dossier.xml), in the folder of the run. What only a
person can know is asked for in dossiers/RUN.yaml, which the first call lays out and no
call writes over.
"""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from toxtune.dossier.document import Dossier

EXAMPLE = "dossier --run tox21"
UNDER_MAKE = "make dossier RUN=tox21"
PAGE, DATA, FORM = "dossier.html", "dossier.json", "dossier.xml"
_MOST_NUMBERS = 12


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the command."""
    parser.add_argument("--run", required=True, help="a folder of results/")


def main(options: argparse.Namespace) -> int:
    """Write the dossier, and say what it lacks."""
    # Slow to import, and `--help` has no use for them.
    from toxtune.dossier.answers import answers_file, lay_out
    from toxtune.dossier.document import write_dossier
    from toxtune.dossier.page import page
    from toxtune.dossier.subject import read_subject
    from toxtune.dossier.xml_form import as_xml
    from toxtune.export.run import run_named
    from toxtune.io.files import write_json, write_text

    run = run_named(options.run)
    subject = read_subject(run)
    answers = answers_file(run)
    is_new = not answers.exists()
    if is_new:
        lay_out(answers)
    folder = subject.files.folder
    try:
        dossier = write_dossier(subject, answers)
        html, form = page(dossier, folder), as_xml(dossier)
        write_json(folder / DATA, dossier.to_dict())
        write_text(folder / FORM, form)
        write_text(folder / PAGE, html)
    except BaseException:
        if is_new:
            answers.unlink()
        raise
    if is_new:
        print(f"{answers}: has the questions that only you can answer")
    print(f"{folder / PAGE}: the dossier; {DATA} and {FORM}: the same for machines")
    print(_lacking(dossier))
    return 0


def _lacking(dossier: "Dossier") -> str:
    """Say which fields wait for an answer."""
    # As above: slow to import.
    from toxtune.report.words import first_of

    numbers = [each.field.number for each in dossier.incomplete]
    if not numbers:
        return "Every field that needs an answer has one"
    named = first_of(numbers, _MOST_NUMBERS)
    noun = "field waits" if len(numbers) == 1 else "fields wait"
    return f"{len(numbers)} {noun} for an answer in {dossier.answers}: {named}"
