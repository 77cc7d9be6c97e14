"""What families and representations are called in a dossier, with their references."""

from collections.abc import Mapping
from typing import Any

FAMILIES = {
    "dense": "feed-forward neural network with an output per task (TensorFlow, Keras)",
    "extra_trees": "extremely randomised trees (Geurts and others 2006), scikit-learn",
    "gaussian_process": "Gaussian process, scikit-learn",
    "gradient_boosting": "gradient boosting by histograms, scikit-learn",
    "lightgbm": "gradient boosted trees (Ke and others 2017), LightGBM",
    "logistic_regression": "logistic regression, scikit-learn",
    "random_forest": "random forest (Breiman 2001), scikit-learn",
    "ridge": "ridge regression, scikit-learn",
}

# Kind of a representation: what it is, and which software computes it.
_KINDS = {
    "circular": "extended-connectivity fingerprint (Rogers and Hahn 2010)",
    "atom_pairs": "atom pairs (Carhart and others 1985)",
    "torsions": "topological torsions (Nilakantan and others 1987)",
    "paths": "RDKit's fingerprint of paths and branched subgraphs",
    "avalon": "Avalon's fingerprint (Gedeck and others 2006)",
    "maccs": "MACCS keys",
    "erg": "extended reduced graph (Stiefl and others 2006)",
    "descriptors": "RDKit's two-dimensional descriptors",
    "columns": "numbers of the author's own, columns of the dataset's table",
    "file": "numbers of the author's own, from a file",
}
OWN_KINDS = {"columns", "file"}


def kind_words(definition: Mapping[str, Any]) -> str:
    """Name a representation for people, with its settings.

    Examples
    --------
    >>> kind_words({"kind": "circular", "radius": 2, "size": 1024})
    'extended-connectivity fingerprint (Rogers and Hahn 2010); radius 2, size 1024'
    """
    kind = definition["kind"]
    settings = [
        f"{name} {str(value).lower() if isinstance(value, bool) else value}"
        for name, value in definition.items()
        if name not in {"kind", "columns", "name", "sha256"}
    ]
    named = _KINDS.get(kind, kind)
    if kind in OWN_KINDS:
        named += f", called {definition['name']}"
    return f"{named}; {', '.join(settings)}" if settings else named
