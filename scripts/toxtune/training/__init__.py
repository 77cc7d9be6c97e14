"""One training: what it reads, its key in the store, its result."""
