"""From a raw table to curated molecules with labels."""
