"""Two runs at once: in one folder, and in two folders that share a store."""

import pytest

from helpers.broken_run import BrokenRun, assert_same
from helpers.slurm_cluster import wait_for

pytestmark = pytest.mark.long


@pytest.mark.promise(
    "two runs at once in a folder", "the second is refused, and told of the first"
)
@pytest.mark.parametrize("times", range(2))
def test_in_one_folder(finished, searched, times):
    first = BrokenRun(searched)
    wait_for(lambda: bool(first.processes("job")), "a job")
    (snakemake,) = first.processes("snakemake")
    second = BrokenRun(searched)
    assert second.end() == 1
    assert "another run is already active" in second.output
    assert f"process {snakemake.pid}," in second.output
    assert first.end() == 0
    assert_same(searched, finished)


@pytest.mark.promise("two runs at once with one store", "both end; same bytes")
@pytest.mark.parametrize("times", range(2))
def test_with_one_store(finished, searched, tmp_path, times):
    (tmp_path / "elsewhere").mkdir()
    other = searched.copy(tmp_path / "elsewhere/project")
    store = str(tmp_path / "store")
    runs = [BrokenRun(one, TOXTUNE_STORE=store) for one in (searched, other)]
    assert [run.end() for run in runs] == [0, 0], [run.output for run in runs]
    for one in (searched, other):
        assert_same(one, finished)
