"""Predictions as one page of HTML that asks for nothing from elsewhere.

It has all it shows as JSON, drawings included, and shows some molecules at a time.
"""

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from toxtune.errors import UserError
from toxtune.molecules.drawing import draw_molecule, in_words
from toxtune.molecules.smiles import parse_smiles
from toxtune.prediction.explanation import features_held_fixed
from toxtune.prediction.molecule_table import Chunk
from toxtune.prediction.page_data import (
    atom_values,
    model_values,
    molecule_values,
    training_values,
)
from toxtune.prediction.row_predictor import ANSWERED, PredictedRows
from toxtune.prediction.writer import Written, made_of

# A browser holds so many with ease: 12 MB for molecules like those of Tox21.
MAX_MOLECULES = 5000


# Pixels of a drawing; the page makes it as large as there is room for.
WIDTH, HEIGHT = 240, 170


_PARTS = Path(__file__).with_name("page")


def refuse_too_many(n_rows: int, table: Path) -> None:
    """Refuse a table that is too long for a page.

    Raises
    ------
    UserError
        If it has more than `MAX_MOLECULES` rows.
    """
    if n_rows > MAX_MOLECULES:
        raise UserError(
            f"{table}: a page holds at most {MAX_MOLECULES:,} molecules, this table "
            f"has {n_rows:,}; write CSV or an SD file, or the page of a part of the "
            "table"
        )


class WithDiscs(str):
    """SMILES of a molecule to be drawn with a disc for each atom, in their order."""


def drawings_of(smiles: Sequence[str]) -> list[str]:
    """Draw molecules; what cannot be drawn is put in words."""
    return [_drawing_of(text) or in_words(text) for text in smiles]


def _drawing_of(smiles: str) -> str | None:
    weights = None
    if isinstance(smiles, WithDiscs):
        molecule, _ = parse_smiles(smiles)
        # The page gives each disc its colour.
        weights = [1.0] * (molecule.GetNumAtoms() if molecule else 0)
    return draw_molecule(smiles, width=WIDTH, height=HEIGHT, atom_weights=weights)


class PageWriter:
    """Collects the rows, and writes the page when it has all of them."""

    def __init__(self, written: Written) -> None:
        self._written = written
        self._rows: list[str] = []
        self._near: dict[int, None] = {}

    def write(self, chunk: Chunk, predicted: PredictedRows) -> None:
        """Take some rows."""
        predictor, table = self._written.predictor, self._written.table
        drawings = made_of(self._written.makers, table.smiles(chunk))
        found: list[dict[str, Any]] = []
        if predicted.prediction is not None:
            found = molecule_values(predictor, predicted.prediction)
            self._explain(found, predicted)
        [answer] = molecule_values(predictor, predictor.fallback_prediction())
        for number, (row, drawing) in enumerate(zip(chunk, drawings, strict=True)):
            said: dict[str, Any] = {"c": row.cells, "d": drawing}
            if number in predicted.places:
                said |= found[predicted.places[number]]
                self._near |= dict.fromkeys(at for at, _ in said["near"])
            else:
                said["x"] = predicted.problems[number]
                if predictor.fallback:
                    said = answer | said | {"x": said["x"] + ANSWERED}
            self._rows.append(_json(said))

    def _explain(self, found: list[dict[str, Any]], predicted: PredictedRows) -> None:
        """Add which atoms predictions come from, where that was asked for."""
        explanations = predicted.explanations
        parents: list[str] = [WithDiscs(each.parent_smiles) for each in explanations]
        drawings = made_of(self._written.makers, parents)
        for place, each in enumerate(explanations):
            found[place]["a"] = atom_values(each) | {"d": drawings[place]}

    def end(self) -> None:
        """Write the page."""
        written = self._written
        predictor = written.predictor
        metadata, evidence = predictor.model.metadata, predictor.model.evidence
        head = model_values(metadata, evidence) | {
            "confidence": predictor.confidence,
            "columns": written.table.table.header,
            "smiles": written.table.smiles_index,
            "held": features_held_fixed(metadata) if predictor.explains else None,
        }
        near = list(self._near)
        drawings = made_of(
            written.makers, [evidence.training.smiles[row] for row in near]
        )
        training = {
            str(row): training_values(evidence, row) | {"d": drawing}
            for row, drawing in zip(near, drawings, strict=True)
        }
        parts = {
            "STYLE": (_PARTS / "page.css").read_text("utf-8"),
            "SCRIPT": (_PARTS / "page.js").read_text("utf-8"),
            "HEAD": _json(head),
            "TRAINING": _json(training),
            "ROWS": ",\n".join(self._rows),
        }
        template = (_PARTS / "page.html").read_text("utf-8")
        # Texts and names of parts in turn; what is put in is not looked at again.
        for number, piece in enumerate(re.split(r"\{\{ (\w+) \}\}", template)):
            written.stream.write(parts[piece] if number % 2 else piece)


def _json(value: Any) -> str:
    """Spell a value so that no text of it ends the script that it stands in."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace("</", "<\\/").replace("<!--", "\\u003c!--")
