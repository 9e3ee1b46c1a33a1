"""Catchments: how far a hub serves, by distance, walking time or road, and what stops people."""
