"""The main path: a study file in, results out."""
