"""Regions: boundaries, census figures, coverage layers."""
