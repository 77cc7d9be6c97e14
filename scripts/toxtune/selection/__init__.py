"""Validation scores, and the rule that selects the winners by them."""
