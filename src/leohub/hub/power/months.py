"""The months of a year of 365 days."""

from __future__ import annotations

from typing import Final

import numpy as np

from leohub.validity import Floats

MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

DAYS_OF_MONTH: Final = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])

MONTH_OF_DAY: Final = np.repeat(np.arange(12), DAYS_OF_MONTH)
"""0 for January, for each day of the year."""

DAYS: Final = len(MONTH_OF_DAY)


def monthly_means(by_day: Floats) -> Floats:
    """Return the mean of each month, shape (..., 12), of values for each day, shape (..., 365)."""
    return np.stack([by_day[..., month == MONTH_OF_DAY].mean(axis=-1) for month in range(12)], -1)
