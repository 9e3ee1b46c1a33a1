"""How many people can be in one place at all."""

from __future__ import annotations

from typing import Final

DENSEST_PER_KM2: Final = 1_300_000
"""No pixel or cell may hold more people per area than this [people/km²]. The densest place ever
surveyed, Kowloon Walled City in 1987, had about 33,000 people on 0.026 km², 1.27 million per km².
"""
