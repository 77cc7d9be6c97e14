"""The library behind toxtune's rules: search, identity, honest selection."""
