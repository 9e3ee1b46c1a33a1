"""Latency: the way from a place to its point of presence and to a server, and the round trip."""
