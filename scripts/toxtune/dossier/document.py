"""The dossier: the form with every field filled as far as run and author know."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from toxtune.dossier.algorithm import algorithm
from toxtune.dossier.answers import read_answers
from toxtune.dossier.content import Answer, Block, NotDone, Open
from toxtune.dossier.domain import domain
from toxtune.dossier.endpoint import endpoint
from toxtune.dossier.external import external
from toxtune.dossier.form import CHAPTERS, VERSION, Chapter, Field
from toxtune.dossier.general import general, identity, mechanism, miscellany
from toxtune.dossier.internal import internal
from toxtune.dossier.principles import PRINCIPLES, Principle
from toxtune.dossier.robustness import robustness
from toxtune.dossier.subject import Subject
from toxtune.io.files import sha256_of_file

FORMAT = 1
_WRITERS = (
    identity,
    general,
    endpoint,
    algorithm,
    domain,
    internal,
    robustness,
    external,
    mechanism,
    miscellany,
)

# What a field may be, see `_status`.
FROM_RUN, ANSWERED, PARTLY = "from the run", "answered", "partly"
MISSING, NOT_DONE, NOTHING = "missing", "not carried out", "nothing given"


@dataclass(frozen=True)
class Filled:
    """A field with what is in it.

    Attributes
    ----------
    field
        Of the form.
    blocks
        Its content, in the order of reading.
    status
        One of the words above.
    """

    field: Field
    blocks: Sequence[Block]
    status: str


@dataclass(frozen=True)
class Dossier:
    """A filled form.

    Attributes
    ----------
    run
        The run that it is of.
    chapters
        Each chapter with its fields.
    answers
        Path of the author's answers.
    files
        SHA-256 of each file that a value was read of.
    """

    run: str
    chapters: Sequence[tuple[Chapter, Sequence[Filled]]]
    answers: Path
    files: Mapping[str, str]

    @property
    def fields(self) -> Iterator[Filled]:
        """All fields."""
        return chain.from_iterable(fields for _, fields in self.chapters)

    def with_status(self, *status: str) -> list[Filled]:
        """List the fields that are so."""
        return [each for each in self.fields if each.status in status]

    @property
    def incomplete(self) -> list[Filled]:
        """The fields that wait for their author."""
        return self.with_status(MISSING, PARTLY)

    @property
    def title(self) -> str:
        """What the model is called."""
        (first,) = (each for each in self.fields if each.field.number == "1.1")
        answers = [block for block in first.blocks if isinstance(block, Answer)]
        return answers[0].value.shown if answers else self.run

    def to_dict(self) -> dict[str, Any]:
        """Return the content of ``dossier.json``."""
        return {
            "format": FORMAT,
            "form": "QMRF",
            "version": VERSION,
            "run": self.run,
            "title": self.title,
            "missing": [each.field.number for each in self.incomplete],
            "not_carried_out": [
                each.field.number for each in self.with_status(NOT_DONE)
            ],
            "principles": [self._principle(each) for each in PRINCIPLES],
            "chapters": [
                {
                    "number": chapter.number,
                    "title": chapter.title,
                    "fields": [
                        {
                            "number": each.field.number,
                            "title": each.field.title,
                            "status": each.status,
                            "content": [block.to_dict() for block in each.blocks],
                        }
                        for each in fields
                    ],
                }
                for chapter, fields in self.chapters
            ],
            "files": dict(sorted(self.files.items())),
        }

    def _principle(self, principle: Principle) -> dict[str, Any]:
        waiting = self.open_of(principle.fields)
        return {
            "number": principle.number,
            "principle": principle.text,
            "fields": list(principle.fields),
            "files": [f"results/{self.run}/{name}" for name in principle.files],
            "missing": [each.field.number for each in waiting],
        }

    def open_of(self, numbers: Sequence[str]) -> list[Filled]:
        """List those of some fields that wait for their author."""
        return [each for each in self.incomplete if each.field.number in numbers]


def write_dossier(subject: Subject, answers: Path) -> Dossier:
    """Fill the form.

    Parameters
    ----------
    subject
        The run.
    answers
        ``dossier.yaml``.

    Raises
    ------
    UserError
        If a file of the run, or the answers, are damaged.
    """
    given = read_answers(answers)
    known: dict[str, list[Block]] = {}
    for write in _WRITERS:
        for number, block in write(subject):
            known.setdefault(number, []).append(block)
    chapters = [
        (
            chapter,
            [
                _filled(field, known.get(field.number, []), given, answers)
                for field in chapter.fields
            ],
        )
        for chapter in CHAPTERS
    ]
    used = [*subject.files.used, answers.as_posix()]
    files = {name: sha256_of_file(Path(name)) for name in used if Path(name).is_file()}
    return Dossier(subject.files.run, chapters, answers, files)


def _filled(
    field: Field, known: list[Block], given: Mapping[str, Answer], path: Path
) -> Filled:
    answer = given.get(field.key)
    blocks: list[Block] = [answer] if answer else []
    blocks += known
    if field.needed and not answer:
        blocks.insert(0, Open(field.question, path.as_posix(), field.key))
    return Filled(field, blocks, _status(field, known, answer))


def _status(field: Field, known: Sequence[Block], answer: Answer | None) -> str:
    if answer:
        return ANSWERED
    if field.needed:
        return PARTLY if known else MISSING
    if known and all(isinstance(block, NotDone) for block in known):
        return NOT_DONE
    return FROM_RUN if known else NOTHING
