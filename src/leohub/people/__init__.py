"""Who lives where, who of them is unserved, whom a hub at a place would serve."""
