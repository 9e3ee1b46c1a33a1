"""Candidate places: lists read, joined to regions and to each other."""
