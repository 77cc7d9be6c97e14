"""How a training can end: with a result, or without."""

# Results, which the store keeps; see `toxtune.training.fitting.status_of`.
OK, DIVERGED = "ok", "diverged"

# Endings without a result. The store does not keep them; a retry trains again.
OUT_OF_MEMORY, TIMED_OUT, KILLED, FAILED = (
    "out_of_memory",
    "timed_out",
    "killed",
    "failed",
)

NO_RESULT = frozenset({OUT_OF_MEMORY, TIMED_OUT, KILLED, FAILED})
