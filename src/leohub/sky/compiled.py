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
