"""The runs of the workflow: start, lock, progress, status, failures and cost."""
