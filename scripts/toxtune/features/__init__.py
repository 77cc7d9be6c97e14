"""Molecular representations: defined, computed, scaled."""
