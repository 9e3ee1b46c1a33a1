"""One stream of random numbers, the same on every machine: SplitMix64 (Steele, Lea & Flood 2014).

The state is an array of one unsigned 64-bit integer, which the functions move on.
Source: doi:10.1145/2660193.2660195.
"""

from __future__ import annotations

import numba
import numpy as np

compiled = numba.njit(cache=True, nogil=True)


@compiled
def next_random(state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return the next 64 random bits."""
    state[0] += np.uint64(0x9E3779B97F4A7C15)
    z = state[0]
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return z ^ (z >> np.uint64(31))


@compiled
def random_below(state, limit):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return an integer in 0 … limit - 1."""
    return np.int64(next_random(state) % np.uint64(limit))


@compiled
def random_share(state):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Return a number in [0, 1)."""
    return np.float64(next_random(state) >> np.uint64(11)) * (1.0 / 9007199254740992.0)
