"""Demands that no plan can meet, and which of them are to blame."""
