"""The dossier in the XML of the Joint Research Centre's editions of the QMRF.

It is what their editors read: chapters in a fixed order, texts that are HTML, and
catalogs of software, authors and so on, which the chapters refer to. It has no place
for sources of values; ``dossier.json`` has.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from xml.etree import ElementTree as Xml

from toxtune.dossier.content import (
    Answer,
    Block,
    Names,
    NotDone,
    Open,
    Parts,
    Table,
    Text,
)
from toxtune.dossier.document import Dossier, Filled

_ROOT = {
    "schema_version": "1.0",
    "version": "3.0",
    "name": "(Q)SAR Model Reporting Format",
    "author": "Joint Research Centre, European Commission; eNanoMapper",
    "date": "Oct 2016",
    "contact": "Joint Research Centre, European Commission; eNanoMapper",
    "email": "JRC-IHCP-COMPUTOX@ec.europa.eu",
    "url": "http://qmrf.sf.net",
}
# In the order of the form. What refers to an entry, and what an entry is called.
_CATALOGS = {
    "software_catalog": ("software_ref", "software"),
    "algorithms_catalog": ("algorithm_ref", "algorithm"),
    "descriptors_catalog": ("descriptor_ref", "descriptor"),
    "endpoints_catalog": ("endpoint_ref", "endpoint"),
    "publications_catalog": ("publication_ref", "publication"),
    "authors_catalog": ("author_ref", "author"),
}
_REFERS = {
    "1.3": "software_catalog",
    "2.2": "authors_catalog",
    "2.5": "authors_catalog",
    "2.7": "publications_catalog",
    "3.2": "endpoints_catalog",
    "4.3": "descriptors_catalog",
    "4.6": "software_catalog",
    "5.3": "software_catalog",
    "9.2": "publications_catalog",
}
_STRUCTURES = {
    "chemname": "No",
    "cas": "No",
    "smiles": "Yes",
    "inchi": "No",
    "mol": "No",
    "formula": "No",
    "nanomaterial": "No",
}
_ATTRIBUTES = {
    "6.1": {"answer": "Yes"},
    "6.2": _STRUCTURES,
    "6.3": {"answer": "All"},
    "6.4": {"answer": "All"},
    "7.1": {"answer": "Yes"},
    "7.2": _STRUCTURES,
    "7.3": {"answer": "All"},
    "7.4": {"answer": "All"},
}
# Fields that editors want as they are, without HTML.
_PLAIN = {"2.1", "2.3", "10.1", "10.2"}


@dataclass
class _Catalogs:
    """Entries of the catalogs, each once."""

    entries: dict[str, list[dict[str, str]]] = field(
        default_factory=lambda: {name: [] for name in _CATALOGS}
    )

    def refer(self, parent: Xml.Element, catalog: str, entry: dict[str, str]) -> None:
        """Add an entry, unless it is there, and refer to it."""
        entries = self.entries[catalog]
        for known in entries:
            if entry.items() <= known.items():
                id = known["id"]
                break
        else:
            id = f"{catalog}_{len(entries) + 1}"
            entries.append({"id": id, **entry})
        reference, _ = _CATALOGS[catalog]
        Xml.SubElement(parent, reference, idref=id, catalog=catalog)

    def write(self, root: Xml.Element) -> None:
        """Write all of them."""
        catalogs = Xml.SubElement(root, "Catalogs")
        for name, (_, element) in _CATALOGS.items():
            catalog = Xml.SubElement(catalogs, name)
            for number, entry in enumerate(self.entries[name], start=1):
                numbered = name in {"software_catalog", "authors_catalog"}
                extra = {"number": str(number)} if numbered else {}
                Xml.SubElement(catalog, element, {**entry, **extra})


def as_xml(dossier: Dossier) -> str:
    """Return the dossier as XML."""
    root = Xml.Element("QMRF", _ROOT)
    chapters = Xml.SubElement(root, "QMRF_chapters")
    catalogs = _Catalogs()
    for chapter, fields in dossier.chapters:
        about = {"chapter": chapter.number, "name": chapter.title}
        parent = Xml.SubElement(chapters, chapter.element, about)
        for each in fields:
            _write_field(parent, each, catalogs)
    catalogs.write(root)
    Xml.indent(root)
    text: str = Xml.tostring(root, encoding="unicode", xml_declaration=False)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'


def _write_field(parent: Xml.Element, each: Filled, catalogs: _Catalogs) -> None:
    number = each.field.number
    attributes = {"chapter": number, "name": each.field.title}
    attributes |= _ATTRIBUTES.get(number, {})
    element = Xml.SubElement(parent, each.field.element, attributes)
    if number == "4.2":
        for entry in _entries("algorithms_catalog", each.blocks):
            catalogs.refer(element, "algorithms_catalog", entry)
        Xml.SubElement(element, "equation").text = as_html(each.blocks)
    elif number == "9.3":
        _attach(element, each.blocks)
    elif catalog := _REFERS.get(number):
        for entry in _entries(catalog, each.blocks):
            catalogs.refer(element, catalog, entry)
    elif number in _PLAIN:
        element.text = " ".join(_texts(each.blocks))
    else:
        element.text = as_html(each.blocks)


def _entries(catalog: str, blocks: Sequence[Block]) -> list[dict[str, str]]:
    """Return what a field refers to in a catalog."""
    rows = [
        [_plain(cell) for cell in row]
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
    ]
    texts = _texts(blocks)
    if catalog == "software_catalog":
        libraries = [{"name": name, "version": version} for name, version in rows]
        about = {"name": "toxtune", "description": " ".join(texts)}
        return [*([about] if texts and rows else []), *libraries]
    if catalog == "algorithms_catalog":
        return [
            {"definition": _plain(row[1]), "description": _plain(row[2])}
            for block in blocks
            if isinstance(block, Table) and block.header[0] == "trial"
            for row in block.rows
        ]
    if catalog == "descriptors_catalog":
        return [{"name": row[0], "units": "", "description": row[1]} for row in rows]
    if catalog == "publications_catalog":
        return [{"title": text} for text in texts]
    return [{"name": "; ".join(texts)}] if texts else []


def _attach(element: Xml.Element, blocks: Sequence[Block]) -> None:
    """List the files: both sets of molecules, then the rest."""
    files = [
        [_plain(cell) for cell in row]
        for block in blocks
        if isinstance(block, Table)
        for row in block.rows
    ]
    kinds = {
        "attachment_training_data": ("molecules", "training set"),
        "attachment_validation_data": ("molecules", "test set"),
    }
    for name, (kind, wanted) in kinds.items():
        parent = Xml.SubElement(element, name)
        for path, content, _ in files:
            if content == wanted:
                _file(parent, kind, path, content)
    documents = Xml.SubElement(element, "attachment_documents")
    for path, content, _ in files:
        if content not in {wanted for _, wanted in kinds.values()}:
            _file(documents, "document", path, content)


def _file(parent: Xml.Element, kind: str, path: str, content: str) -> None:
    about = {"url": path, "filetype": path.rpartition(".")[2], "description": content}
    Xml.SubElement(parent, kind, {"embedded": "No", **about})


def as_html(blocks: Sequence[Block]) -> str:
    """Write blocks as a document of HTML, as the form's editors have texts."""
    body = "".join(map(_block, blocks))
    return f"<html><head></head><body>{body}</body></html>" if body else ""


def _block(block: Block) -> str:
    if isinstance(block, Table):
        rows = [[escape(_plain(cell)) for cell in row] for row in block.rows]
        lines = [[escape(cell) for cell in block.header], *rows]
        cells = "".join(
            f"<tr>{''.join(f'<td>{cell}</td>' for cell in line)}</tr>" for line in lines
        )
        note = f"<p>{escape(block.note)}</p>" if block.note else ""
        return f"<p><b>{escape(block.title)}</b></p><table>{cells}</table>{note}"
    return "".join(f"<p>{escape(text)}</p>" for text in _texts([block]))


def _texts(blocks: Sequence[Block]) -> list[str]:
    """Return the paragraphs of blocks that are no tables."""
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Text | NotDone):
            texts.append(_plain(block.parts))
        elif isinstance(block, Names):
            texts.append(f"{_plain(block.title)}: {block.names.shown}")
        elif isinstance(block, Answer):
            texts += block.value.shown.splitlines()
        elif isinstance(block, Open):
            texts.append(f"Missing: {block.question}")
    return texts


def _plain(parts: Parts) -> str:
    return "".join(part if isinstance(part, str) else part.shown for part in parts)
