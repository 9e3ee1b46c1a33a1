"""Which sites become hubs when a hub serves only so many people."""
