"""The nearest hubs that there is money for: the projection that the method of prices steps to."""

from __future__ import annotations

import numba


@numba.njit(cache=True, nogil=True)
def project(y, length, cost, most, guess, x):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    """Fill x with the nearest point to y in 0 ≤ x ≤ 1, c·x ≤ most; distances weighed by 1 / length.

    That is clip(y - length * c * t, 0, 1) for the smallest t ≥ 0 whose size is at most `most`,
    which is returned: a root of a falling, piecewise linear function, found by Newton within a
    bracket.
    """
    low, high, total = 0.0, 0.0, 0.0
    for i in range(len(y)):
        if cost[i] > 0:
            total += cost[i] * min(1.0, max(0.0, y[i]))
            high = max(high, y[i] / (length[i] * cost[i]))
    t = 0.0
    if total > most:
        t = guess if low < guess < high else 0.5 * high
        for _ in range(200):
            total, slope = 0.0, 0.0
            for i in range(len(y)):
                value = y[i] - length[i] * cost[i] * t
                if value >= 1.0:
                    total += cost[i]
                elif value > 0.0:
                    total += cost[i] * value
                    slope += length[i] * cost[i] * cost[i]
            if abs(total - most) <= 1e-11 * most:
                break
            if total > most:
                low = t
            else:
                high = t
            step = t + (total - most) / slope if slope > 0 else low
            t = step if low < step < high else 0.5 * (low + high)
    for i in range(len(y)):
        x[i] = min(1.0, max(0.0, y[i] - length[i] * cost[i] * t))
    return t
