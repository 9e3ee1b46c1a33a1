"""HiGHS in a process of its own, for problems small enough for it."""
