"""Training, validation and test sets, and folds."""
