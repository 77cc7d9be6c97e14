"""What people read: summary and page of a run."""
