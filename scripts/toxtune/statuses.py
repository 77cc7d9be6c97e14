"""What can become of a training: a result, or none."""

# Results, which the store keeps; see `toxtune.training.fitting.status_of`.
OK, DIVERGED = "ok", "diverged"


# In place of a result, which the store does not have; `make retry` tries again.
OUT_OF_MEMORY, TIMED_OUT, KILLED, FAILED = (
    "out_of_memory",
    "timed_out",
    "killed",
    "failed",
)


NO_RESULT = frozenset({OUT_OF_MEMORY, TIMED_OUT, KILLED, FAILED})
