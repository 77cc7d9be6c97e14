"""What the values of options must be, for argparse, which shows what is wrong."""

import argparse


def whole_number(text: str) -> int:
    """Read a whole number ≥ 0."""
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"must be a whole number ≥ 0, got {text!r}")
    return int(text)


def cores(text: str) -> str:
    """Read a number of cores ≥ 1, or ``all``, for snakemake."""
    if text != "all" and not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"must be all or at least 1, got {text!r}")
    return text
