"""Seconds after which a test calls something hung, on a machine that does much else."""

STEP = 300
RUN = 3600
