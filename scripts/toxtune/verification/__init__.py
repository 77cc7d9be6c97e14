"""Rebuilding a finished run from its raw file, and comparing."""
