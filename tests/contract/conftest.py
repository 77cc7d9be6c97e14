"""What the contract tests share."""

import gc

import pytest


@pytest.fixture(scope="session", autouse=True)
def _libraries_are_no_garbage() -> None:
    """Have Keras look at less: it collects garbage before each network.

    Among the objects of TensorFlow, and of all tests that were collected, that takes as
    long as a small network's training.
    """
    import keras  # noqa: F401

    gc.collect()
    gc.freeze()
