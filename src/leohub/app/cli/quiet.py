"""Silence for what libraries in C print on standard output, where figures belong."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def solvers_silent() -> Iterator[None]:
    """Send to nowhere what is written past Python to standard output: HiGHS talks at times."""
    sys.stdout.flush()
    try:
        own = os.dup(1)
    except OSError:
        # There is none to be kept clean.
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(nowhere, 1)
        yield
    finally:
        sys.stdout.flush()
        os.dup2(own, 1)
        os.close(own)
        os.close(nowhere)
