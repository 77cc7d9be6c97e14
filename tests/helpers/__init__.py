"""What several tests share: small projects, models and runs, and ways to break them."""
