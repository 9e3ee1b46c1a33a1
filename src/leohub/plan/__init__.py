"""Which sites become hubs, with a proven bound."""
