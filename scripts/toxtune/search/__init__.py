"""Spaces, the strategies that propose trials from them, and trials."""
