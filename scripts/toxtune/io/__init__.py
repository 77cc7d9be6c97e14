"""Files that are whole or absent, tables, and checks that both are undamaged."""
