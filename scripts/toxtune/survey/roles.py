"""What the columns of a table are for: structure, labels, ids, sets, dates, and others.

Names are only half of the evidence. A column of labels is known by what it holds, too,
and a column that agrees with the molecular weight of the structures is no label,
whatever it is called.
"""

import re
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from rdkit.Chem import Descriptors

from toxtune.data.dataset_files import RESERVED
from toxtune.data.subsets import SPLIT_COLUMN
from toxtune.splits.assignment import SUBSETS
from toxtune.splits.set_words import set_named
from toxtune.survey.columns import ColumnSurvey, Content

SMILES_NAMES = ("smiles", "canonicalsmiles", "isosmiles", "smi", "mol", "structure")
# Parts of names, without what is no letter or digit.
_LABEL_PARTS = (
    *(
        "active",
        "activity",
        "label",
        "target",
        "class",
        "expt",
        "measured",
        "observed",
        "endpoint",
    ),
    *("ic50", "ec50", "ac50", "ld50", "lc50", "gi50", "xc50", "pki", "potency"),
    *("affinity", "inhib", "response", "outcome", "solub", "löslich", "logs", "logd"),
    *("logbb", "perm", "caco", "clearance", "clint", "halflife", "lipoph", "toxic"),
    *("stability", "bioavail", "mutagen", "herg", "binding", "hit", "pkd"),
    *("aktiv", "activit", "actif", "attivit", "actividad", "wirks", "toxiz", "potenz"),
    *("hemm", "bindung", "permeab", "klasse", "messwert", "loeslich", "toxique"),
)
# Whole words of names.
_LABEL_WORDS = {"exp", "ki", "kd", "y", "mic", "value", "tox", "pnp", "logp", "papp"}
_PREDICTED = ("predict", "calc", "estimat", "comput", "simulat", "theor")
_PREDICTED_WORDS = {"pred", "est"}
_ERROR_PARTS = ("stderr", "stdev", "stddev", "uncertain", "variance", "confidence")
_ERROR_WORDS = {"sd", "sem", "se", "std", "error", "err", "ci", "cv", "n", "replicates"}
_SIDE_PARTS = (
    *("batch", "plate", "purity", "price", "amount", "stock", "supplier", "vendor"),
    *("operator", "chemist", "project", "comment", "remark", "reference", "pubmed"),
    *("doi", "year", "volume", "barcode", "concentration", "temperature", "prüfer"),
)
_SIDE_WORDS = {"lot", "well", "charge", "page", "ref", "conc", "dose", "salt", "run"}
_DESCRIPTORS = {
    *("mw", "mwt", "molwt", "molweight", "molecularweight", "mass", "exactmass", "mr"),
    *("alogp", "clogp", "xlogp", "slogp", "mlogp", "wlogp", "alogp98", "xlogp3"),
    *("psa", "tpsa", "polarsurfacearea", "hba", "hbd", "hbondacceptors", "rb", "rotb"),
    *("hbonddonors", "rotatablebonds", "rings", "heavyatoms", "fsp3", "qed", "sascore"),
    *("minimumdegree", "maximumdegree", "estate", "polar", "charge", "formalcharge"),
    *(re.sub(r"[^a-z0-9]", "", name.lower()) for name, _ in Descriptors.descList),
}
_COMPUTED = "computed from the structures"
# Why a column of several words is no label.
ONLY_WORDS = "words that need not be classes"
_ID_PARTS = (
    "chembl",
    "cmpd",
    "compound",
    "identifier",
    "registry",
    "iupac",
    "substanz",
)
_ID_WORDS = {"id", "ids", "cid", "sid", "uid", "cas", "casrn", "name", "names", "title"}
_ID_WORDS |= {"code", "key", "number", "nr", "no", "molecule", "drug", "inchikey"}


class Role(StrEnum):
    """What a column is for."""

    SMILES = "SMILES"
    ID = "id"
    LABELS = "labels"
    SETS = "sets"
    DATES = "dates"
    OTHER = "other"


@dataclass(frozen=True)
class ColumnRole:
    """What a column is for, and why.

    Attributes
    ----------
    column
        What it holds.
    role
        What it is for.
    reason
        Why, in a few words.
    is_named_so
        For labels: whether its name says so.
    """

    column: ColumnSurvey
    role: Role
    reason: str
    is_named_so: bool = False


def find_roles(
    columns: Sequence[ColumnSurvey], smiles: str, computed: Container[str]
) -> list[ColumnRole]:
    """Tell what each column is for.

    Parameters
    ----------
    columns
        All columns, in the order of the table.
    smiles
        The name of the column with the structures.
    computed
        Names of columns that agree with what is computed from the structures.
    """
    roles = [
        ColumnRole(column, Role.SMILES, "structures")
        if column.name == smiles
        else _role_of(column, column.name in computed)
        for column in columns
    ]
    roles = _with_one_id(roles)
    if any(role.role == Role.LABELS for role in roles):
        return roles
    # Nothing else is left: then even a molecular weight may be what is to be learned.
    return [_in_want_of_others(role) for role in roles]


def sets_of(counts: Mapping[str, int]) -> dict[str, int]:
    """Count the rows of each set in a column that names sets; empty if it does not.

    Examples
    --------
    >>> sets_of({"Training": 8, "TEST": 2})
    {'train': 8, 'test': 2}
    >>> sets_of({"active": 8, "test": 2})
    {}
    """
    found = dict.fromkeys(SUBSETS, 0)
    for word, count in counts.items():
        name = set_named(word)
        if not name:
            return {}
        found[name] += count
    found = {name: count for name, count in found.items() if count}
    # One word alone is not seen here: who writes test for a few rows leaves others
    # empty, and empty cells are not counted.
    return found if len(found) > 1 or set(found) == {"test"} else {}


def is_smiles_name(name: str) -> bool:
    """Whether a column's name says that it has the structures."""
    return _letters(name) in SMILES_NAMES or "smiles" in _letters(name)


def _role_of(column: ColumnSurvey, is_computed: bool) -> ColumnRole:
    """Tell what a column is for that has no structures; ids are sorted out later."""
    content, name = column.content, column.name

    def other(reason: str) -> ColumnRole:
        return ColumnRole(column, Role.OTHER, reason)

    if content == Content.EMPTY:
        return other("empty")
    if sets_of(column.counts):
        return ColumnRole(column, Role.SETS, "names the sets of a split")
    if content == Content.SAME:
        return other("the same in each row")
    if content == Content.DATES or _is_year(column):
        return ColumnRole(column, Role.DATES, "dates")
    if content == Content.TEXT:
        return other(column.problem or "text")
    if column.is_running_number:
        return other("counts the rows")
    if is_computed:
        return other(_COMPUTED)
    named_so = _says_label(name)
    if reason := _side_reason(name, named_so):
        return other(reason)
    if content == Content.WORDS and not named_so:
        return other(ONLY_WORDS)
    if column.is_unique and column.is_whole and _says_id(name):
        return other("a number for each row")
    if name in RESERVED or name == SPLIT_COLUMN or not name:
        return other("has a name that toxtune needs itself")
    return ColumnRole(column, Role.LABELS, str(content), named_so)


def _side_reason(name: str, named_so: bool) -> str:
    """Say why numbers are no labels, by the name of their column; empty if not."""
    letters, words = _letters(name), _words(name)
    if any(part in letters for part in _PREDICTED) or words & _PREDICTED_WORDS:
        return "predicted or computed, by its name"
    if any(part in letters for part in _ERROR_PARTS) or words & _ERROR_WORDS:
        return "how well something was measured, by its name"
    counted = letters.removeprefix("numberof").removeprefix("num")
    if {letters, counted, counted.removesuffix("count")} & _DESCRIPTORS:
        return _COMPUTED
    if named_so:
        return ""
    if any(part in letters for part in _SIDE_PARTS) or words & _SIDE_WORDS:
        return "about the sample or the assay, by its name"
    return ""


def _with_one_id(roles: list[ColumnRole]) -> list[ColumnRole]:
    """Make the column that best names each row the id, if there is one."""
    able = [
        (_id_rank(each.column), number)
        for number, each in enumerate(roles)
        if each.role == Role.OTHER and each.column.is_unique
    ]
    able = [(rank, number) for rank, number in able if rank]
    if not able:
        return roles
    _, chosen = max(able, key=lambda found: (found[0], -found[1]))
    column = roles[chosen].column
    changed = ColumnRole(column, Role.ID, "names each row")
    return [*roles[:chosen], changed, *roles[chosen + 1 :]]


def _id_rank(column: ColumnSurvey) -> int:
    """Rank a column that differs in each row as an id; 0 if it is none."""
    is_text = column.content == Content.TEXT
    if column.is_running_number and not _says_id(column.name):
        return 0
    if _says_id(column.name):
        return 3 if is_text and "inchi" not in _letters(column.name) else 2
    return 0


def _in_want_of_others(role: ColumnRole) -> ColumnRole:
    could_be = role.column.task_type is not None and role.column.name not in RESERVED
    if role.role != Role.OTHER or not could_be or role.column.is_running_number:
        return role
    return ColumnRole(role.column, Role.LABELS, role.reason)


def _is_year(column: ColumnSurvey) -> bool:
    lowest, highest = column.lowest, column.highest
    return (
        bool(_words(column.name) & {"year", "date", "jahr", "datum", "time"})
        and column.is_whole
        and lowest is not None
        and highest is not None
        and 1900 <= lowest <= highest <= 2100
    )


def _says_label(name: str) -> bool:
    letters = _letters(name)
    found = any(part in letters for part in _LABEL_PARTS)
    return found or bool({letters, *_words(name)} & _LABEL_WORDS)


def _says_id(name: str) -> bool:
    letters = _letters(name)
    found = any(part in letters for part in _ID_PARTS)
    return found or letters.endswith("id") or bool(_words(name) & _ID_WORDS)


def _letters(name: str) -> str:
    """Return the letters and digits of a name, in lower case."""
    return "".join(filter(str.isalnum, name.lower()))


def _words(name: str) -> set[str]:
    """Return the words of a name, which capitals and other characters separate."""
    # A single small letter belongs to the next, as in nM and pIC50.
    parted = re.sub(r"(?<=[a-zäöü]{2})(?=[A-ZÄÖÜ])", " ", name)
    return set(re.split(r"[\W_]+", parted.lower())) - {""}
