"""Opening the test set once: ledger, predictions, scores."""
