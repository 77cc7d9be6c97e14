"""A crew of child processes; what RDKit does to it is in `molecules` and `features`."""

import os
import signal

import pytest

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


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize("items", [[7], list(range(2 * CHUNK + 3))], ids=len)
def test_idle_child_that_was_killed_has_a_successor(workers, items):
    """By the kernel, for want of memory, or by hand: no item is to blame."""
    with Crew(doubled, workers, limit_seconds=60) as crew:
        for times in range(3):
            for worker in crew._crew[: times + 1]:
                worker._process.kill()
                worker._process.join()
            done = dict(crew.done(items))
            assert done == {row: 2 * item for row, item in enumerate(items)}


def test_ctrl_c_is_left_to_the_parent(capfd):
    def interrupted(items):
        os.kill(os.getpid(), signal.SIGINT)
        return doubled(items)

    with Crew(interrupted, 1, limit_seconds=60) as crew:
        assert list(crew.done([1, 2])) == [(0, 2), (1, 4)]
    assert capfd.readouterr().err == ""
