"""Handing a search to Optuna or MLflow."""
