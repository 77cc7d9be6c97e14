"""The job graph proves that the selection cannot have seen the test part."""

import pytest

MAKERS_OF_THE_SPLIT = {"download_dataset", "curate_dataset", "split_dataset"}


def ancestors(jobs, targets):
    """The target jobs and all jobs that their inputs come from."""
    maker = {path: job for job in jobs for path in job["output"]}
    found, waiting = [], list(targets)
    while waiting:
        job = waiting.pop()
        if job not in found:
            found.append(job)
            waiting += [maker[path] for path in job["input"] if path in maker]
    return found


def of_test_part(path):
    return path.endswith("/test.csv") or "/test/" in path


@pytest.fixture(scope="module")
def jobs(finished):
    return finished.planned("--forceall")


def test_no_job_before_the_selection_sees_the_test_part(jobs):
    targets = [job for job in jobs if job["rule"] in {"select_best", "train_winner"}]
    assert len(targets) == 5
    before = ancestors(jobs, targets)
    assert {job["rule"] for job in before} >= {"featurize_part", "train_replicate"}
    for job in before:
        if job["rule"] not in MAKERS_OF_THE_SPLIT:
            seen = [path for path in job["input"] + job["output"] if of_test_part(path)]
            assert not seen, f"{job['rule']} sees {seen}"


def test_only_the_opening_asks_for_test_features(jobs):
    readers = {
        job["rule"]
        for job in jobs
        for path in job["input"]
        if "/test/" in path and path.endswith(".npz")
    }
    assert readers == {"open_test"}


def test_the_opening_waits_for_the_selection(jobs):
    opening = [job for job in jobs if job["rule"] == "open_test"]
    assert "select_best" in {job["rule"] for job in ancestors(jobs, opening)}


def test_a_leak_would_be_found(jobs):
    """The proof has teeth: one training that reads the test part is caught."""
    leaky = [dict(job) for job in jobs]
    training = next(job for job in leaky if job["rule"] == "train_replicate")
    test = next(path for job in jobs for path in job["input"] if of_test_part(path))
    training["input"] = [*training["input"], test]
    with pytest.raises(AssertionError, match="train_replicate sees"):
        test_no_job_before_the_selection_sees_the_test_part(leaky)
