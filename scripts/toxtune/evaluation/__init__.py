"""The one opening of the test set: predictions, scores, ledger."""
