"""Everything that is read: files to types, each with its source."""
