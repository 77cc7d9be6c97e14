"""A run with shuffled labels, whose scores must be those of guessing."""


def control_in_words(seed: int) -> str:
    """Say what a run is whose labels were shuffled with a seed.

    >>> control_in_words(0)
    'A control: its labels are shuffled (seed 0), so it is no model for use.'
    """
    return (
        f"A control: its labels are shuffled (seed {seed}), so it is no model for use."
    )
