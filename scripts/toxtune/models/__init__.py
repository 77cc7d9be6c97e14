"""Model families, and what each gives and takes (`toxtune.models.base`)."""
