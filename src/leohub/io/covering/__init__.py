"""Covering problems as their authors publish them: files in, a `CoveringProblem` out."""
