"""A Slurm cluster for the tests of this folder, where there can be one."""

from collections.abc import Iterator

import pytest

from helpers.slurm_cluster import SlurmCluster, missing


@pytest.fixture(scope="module")
def slurm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SlurmCluster]:
    """Three nodes that a module's tests share; what one breaks, it mends."""
    reason = missing()
    if reason:
        pytest.skip(reason)
    cluster = SlurmCluster(tmp_path_factory.mktemp("slurm"))
    try:
        try:
            cluster.start()
        except TimeoutError as error:
            # In docs/reliability.md a test that was skipped is not one that passed.
            pytest.skip(f"no cluster can be started here: {error}")
        yield cluster
    finally:
        cluster.stop()
