"""Gaussian processes from elsewhere: arrays, and what does not fit is refused."""

import io

import numpy as np
import pytest

from helpers.final_models import refused_model, with_member

pytestmark = pytest.mark.promise(
    "a hostile final model: its kernels", "refused; nothing is unpickled"
)

SOUND = {
    "features": np.ones((3, 64), np.float32),
    "weights": np.zeros((3, 2)),
    "means": np.zeros(2),
    "is_class": np.array(True),
}
CHANGES = {
    "objects": {"means": np.array([None, None], dtype=object)},
    "other width": {"features": np.ones((3, 63), np.float32)},
    "other molecules": {"weights": np.zeros((4, 2))},
    "other tasks": {"weights": np.zeros((3, 5)), "means": np.zeros(5)},
    "text": {"means": np.array(["a", "b"])},
    "no weights": {"weights": np.zeros(0)},
    "one weight for all": {"weights": np.zeros((1, 2))},
    "one mean for all": {"means": np.zeros(1)},
    "features of one molecule": {"features": np.ones(64, np.float32)},
    "not finite": {"weights": np.full((3, 2), np.nan)},
}


@pytest.mark.parametrize("changes", CHANGES.values(), ids=CHANGES)
def test_arrays_that_do_not_fit(sound, packed, changes):
    stream = io.BytesIO()
    np.savez(stream, **SOUND | changes)
    files = with_member(sound, "gaussian_process", stream.getvalue())
    refused_model(packed(files), "is not a final model: ")
