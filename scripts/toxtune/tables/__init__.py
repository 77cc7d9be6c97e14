"""Reading tables in any usual format: rows of named columns."""
