"""The report of a run: figures by topic, each defined once, and their page."""
