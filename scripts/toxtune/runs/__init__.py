"""What a running workflow tells: progress, lock, cost."""
