"""The sky over many places: places × hours in chunks, here or on a cluster."""
