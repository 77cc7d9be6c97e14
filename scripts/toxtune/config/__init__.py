"""From configuration files to a plan: read, check, and lay out all jobs."""
