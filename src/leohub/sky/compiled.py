"""Compile the few inner loops of the sky to machine code, once per machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile with numba: without the interpreter lock, cached on disk, dividing as numpy does."""
    compile_ = numba.njit(nogil=True, cache=True, error_model="numpy")
    return cast("Callable[Arguments, Result]", compile_(function))


def inlined(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a small function into its callers, so that their loops can run in parallel lanes."""
    compile_ = numba.njit(
        nogil=True, cache=True, error_model="numpy", inline="always", fastmath={"contract"}
    )
    return cast("Callable[Arguments, Result]", compile_(function))


def in_lanes(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile a loop for the parallel lanes of a processor: a × b + c may be rounded only once."""
    compile_ = numba.njit(nogil=True, cache=True, error_model="numpy", fastmath={"contract"})
    return cast("Callable[Arguments, Result]", compile_(function))
