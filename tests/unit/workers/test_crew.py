"""A crew of child processes; what RDKit does to it is in `molecules` and `features`."""

import os
import signal

from toxtune.workers.crew import CHUNK, Crew


def doubled(items):
    return [2 * item for item in items]


def test_every_item_is_done_once_by_any_number_of_workers():
    items = list(range(3 * CHUNK + 5))
    for workers in (1, 3):
        with Crew(doubled, workers, limit_seconds=60) as crew:
            assert dict(crew.done(items)) == {item: 2 * item for item in items}
            # The crew is there until the end of the block.
            assert list(crew.done([7])) == [(0, 14)]


def test_ctrl_c_is_left_to_the_parent(capfd):
    def interrupted(items):
        os.kill(os.getpid(), signal.SIGINT)
        return doubled(items)

    with Crew(interrupted, 1, limit_seconds=60) as crew:
        assert list(crew.done([1, 2])) == [(0, 2), (1, 4)]
    assert capfd.readouterr().err == ""
