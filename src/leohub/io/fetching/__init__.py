"""Fetching: files that others publish, downloaded by their rules and kept."""
