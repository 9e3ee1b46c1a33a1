"""The results folder: page, map, figures, tables."""
