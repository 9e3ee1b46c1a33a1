"""Conversions between the units in our names and the units in other people's files."""

from __future__ import annotations

from typing import Final

SECONDS_PER_DAY: Final = 86_400.0
MINUTES_PER_DAY: Final = 1_440.0
MONTHS_PER_YEAR: Final = 12
DAYS_PER_YEAR: Final = 365.25
HOURS_PER_YEAR: Final = 24 * DAYS_PER_YEAR
