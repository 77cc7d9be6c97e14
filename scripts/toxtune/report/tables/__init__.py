"""The tables of the report, shown in the summary and on the page."""
