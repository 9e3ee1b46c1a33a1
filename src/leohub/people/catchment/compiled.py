"""Compile the searches for the quickest ways to machine code, once per machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import ParamSpec, TypeVar, cast

import numba

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


def compiled(function: Callable[Arguments, Result]) -> Callable[Arguments, Result]:
    """Compile with numba: without the interpreter lock, cached on disk."""
    compile_ = numba.njit(nogil=True, cache=True)
    return cast("Callable[Arguments, Result]", compile_(function))
