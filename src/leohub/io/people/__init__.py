"""People: rasters and H3 tables to people by cell and region."""
