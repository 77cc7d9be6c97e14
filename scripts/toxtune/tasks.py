"""Kinds of tasks: what a label is, and what a model gives for it."""

BINARY, MULTICLASS, REGRESSION = "binary", "multiclass", "regression"


KINDS = (BINARY, MULTICLASS, REGRESSION)


CLASSES = (BINARY, MULTICLASS)
