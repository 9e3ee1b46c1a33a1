"""What is to be looked at next, the nearest first: a binary heap in two arrays."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.people.catchment.compiled import compiled


@compiled
def push(
    minutes: NDArray[np.float64],
    item: NDArray[np.int64],
    size: int,
    new_minutes: float,
    new_item: int,
) -> int:
    """Put an item into a heap of `size` items; return its new size."""
    at = size
    while at > 0:
        parent = (at - 1) // 2
        if minutes[parent] <= new_minutes:
            break
        minutes[at], item[at] = minutes[parent], item[parent]
        at = parent
    minutes[at], item[at] = new_minutes, new_item
    return size + 1


@compiled
def pop(minutes: NDArray[np.float64], item: NDArray[np.int64], size: int) -> int:
    """Take the nearest item out of a heap, which the caller has read at 0; return its new size."""
    size -= 1
    last_minutes, last_item = minutes[size], item[size]
    at = 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and minutes[child + 1] < minutes[child]:
            child += 1
        if minutes[child] >= last_minutes:
            break
        minutes[at], item[at] = minutes[child], item[child]
        at = child
    minutes[at], item[at] = last_minutes, last_item
    return size
