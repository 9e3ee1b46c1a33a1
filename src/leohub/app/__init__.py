"""Talks to people and programs; no science here."""
