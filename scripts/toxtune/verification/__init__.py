"""Verifying a finished run: what can be made anew is made anew, and compared."""
