"""The final model: one file, loaded anywhere, that predicts tables."""
