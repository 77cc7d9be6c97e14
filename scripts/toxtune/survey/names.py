"""What the name of a column says of what is in it."""

import re

from rdkit.Chem import Descriptors

_SMILES_NAMES = ("smiles", "canonicalsmiles", "isosmiles", "smi", "mol", "structure")
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
# Ligand efficiencies are computed from the value beside them.
_PREDICTED = ("predict", "calc", "estimat", "comput", "simulat", "theor", "ligandeff")
# ChemAxon's values are called CX in ChEMBL.
_PREDICTED_WORDS = {"pred", "est", "cx"}
_ERROR_PARTS = ("stderr", "stdev", "stddev", "uncertain", "variance", "confidence")
_ERROR_WORDS = {"sd", "sem", "se", "std", "error", "err", "ci", "cv", "n", "replicates"}
_YES_OR_NO = re.compile(r"\b[yjos] ?/ ?n\b", re.IGNORECASE)
_SIDE_PARTS = (
    *("batch", "plate", "purity", "price", "amount", "stock", "supplier", "vendor"),
    *("operator", "chemist", "project", "comment", "remark", "reference", "pubmed"),
    *("doi", "year", "volume", "barcode", "concentration", "temperature", "prüfer"),
    *("maxphase", "cluster"),
)
_SIDE_WORDS = {"lot", "well", "charge", "page", "ref", "conc", "dose", "salt", "run"}
_DESCRIPTORS = {
    *("mw", "mwt", "molwt", "molweight", "molecularweight", "mass", "exactmass", "mr"),
    *("alogp", "clogp", "xlogp", "slogp", "mlogp", "wlogp", "alogp98", "xlogp3"),
    *("psa", "tpsa", "polarsurfacearea", "hba", "hbd", "hbondacceptors", "rb", "rotb"),
    *("hbonddonors", "rotatablebonds", "rings", "heavyatoms", "fsp3", "qed", "sascore"),
    *("minimumdegree", "maximumdegree", "estate", "polar", "charge", "formalcharge"),
    # ChEMBL's and DataWarrior's.
    *("ro5violations", "ro5violationslipinski", "passesro3", "qedweighted"),
    *("aromaticrings", "hbalipinski", "hbdlipinski", "nplikenessscore"),
    *("totalmolweight", "hacceptors", "hdonors", "totalsurfacearea", "relativepsa"),
    *("clogs", "druglikeness", "nonhatoms", "shapeindex", "molecularcomplexity"),
    *(re.sub(r"[^a-z0-9]", "", name.lower()) for name, _ in Descriptors.descList),
}
_ID_PARTS = (
    "chembl",
    "cmpd",
    "compound",
    "identifier",
    "registry",
    "iupac",
    "substanz",
)
_ID_NUMBERS = {"id", "ids", "cid", "sid", "uid"}
_ID_WORDS = {*_ID_NUMBERS, "cas", "casrn", "name", "names", "title"}
_ID_WORDS |= {"code", "key", "number", "nr", "no", "molecule", "drug", "inchikey"}
_TIME_WORDS = {"year", "date", "jahr", "datum", "time"}
# Why a column with the name of a descriptor is no label.
COMPUTED = "computed from the structures"


def is_smiles_name(name: str) -> bool:
    """Whether a column's name says that it has the structures."""
    return letters_of(name) in _SMILES_NAMES or "smiles" in letters_of(name)


def side_reason(name: str) -> str:
    """Say why numbers are no labels, by the name of their column; empty if not.

    Examples
    --------
    >>> side_reason("IC50_SD"), side_reason("Mutagenic (Y/N)"), side_reason("IC50 (nM)")
    ('how well something was measured, by its name', '', '')
    """
    letters, words = letters_of(name), _words(name)
    if any(part in letters for part in _PREDICTED) or words & _PREDICTED_WORDS:
        return "predicted or computed, by its name"
    # The n of "Mutagenic (Y/N)" counts nothing.
    errors = words & _ERROR_WORDS - ({"n"} if _YES_OR_NO.search(name) else set())
    if any(part in letters for part in _ERROR_PARTS) or errors:
        return "how well something was measured, by its name"
    counted = letters.removeprefix("numberof").removeprefix("num")
    if {letters, counted, counted.removesuffix("count")} & _DESCRIPTORS:
        return COMPUTED
    if says_label(name):
        return ""
    if any(part in letters for part in _SIDE_PARTS) or words & _SIDE_WORDS:
        return "about the sample or the assay, by its name"
    return ""


def says_label(name: str) -> bool:
    """Whether a column's name says that it has labels."""
    letters = letters_of(name)
    found = any(part in letters for part in _LABEL_PARTS)
    return found or bool({letters, *_words(name)} & _LABEL_WORDS)


def says_id(name: str) -> bool:
    """Whether a column's name says that it names molecules."""
    letters = letters_of(name)
    found = any(part in letters for part in _ID_PARTS)
    return found or letters.endswith("id") or bool(_words(name) & _ID_WORDS)


def says_id_number(name: str) -> bool:
    """Whether a column's name says that it has numbers of a database, as CID does."""
    return bool(_words(name) & _ID_NUMBERS)


def says_time(name: str) -> bool:
    """Whether a column's name says that it has years or dates."""
    return bool(_words(name) & _TIME_WORDS)


def letters_of(name: str) -> str:
    """Return the letters and digits of a name, in lower case."""
    return "".join(filter(str.isalnum, name.lower()))


def _words(name: str) -> set[str]:
    """Return the words of a name, which capitals and other characters separate."""
    # A single small letter belongs to the next, as in nM and pIC50.
    parted = re.sub(r"(?<=[a-zäöü]{2})(?=[A-ZÄÖÜ])", " ", name)
    return set(re.split(r"[\W_]+", parted.lower())) - {""}
