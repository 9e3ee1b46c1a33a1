"""Plans to start from: greedy with swaps, and one that meets the minimums first."""
