"""Labels: from what people write to classes and values."""
