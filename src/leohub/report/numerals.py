"""How numbers are written for people: counts, shares, money, time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

WEIGHTS: Final = "by the weights of kinds"
"""How people are counted where kinds of places have weights."""


def count(value: float) -> str:
    """Write people or places in full: 5,432,100."""
    return f"{value:,.0f}"


def short(value: float) -> str:
    """Write a large count so that it is read at a glance: 5.43 million, 36,900."""
    for size, name in ((1e9, "billion"), (1e6, "million")):
        if abs(value) >= 0.9995 * size:
            scaled = abs(value) / size
            digits = 2 if scaled < 9.995 else 1 if scaled < 99.95 else 0
            return f"{value / size:,.{digits}f} {name}"
    return count(value)


def mark(value: float) -> str:
    """Write a round count of an axis with no more digits than it has: 2.5 million, 750,000."""
    return f"{value / 1e6:g} million" if value >= 1e6 else count(value)


def about(value: float) -> str:
    """Write what is known to two digits at best: 33, 0.46, 3,300, 1.5 million."""
    if not math.isfinite(value):
        return "not defined"
    rounded = float(f"{value:.2g}")
    for size, name in ((1e9, " billion"), (1e6, " million")):
        if abs(rounded) >= size:
            return f"{rounded / size:,.10g}{name}"
    return f"{rounded:,.10g}"


def exact(value: float) -> str:
    """Write a number as it was given: -146.8, 96,000, 0.93."""
    return f"{value:,.10g}"


def percent(share: float) -> str:
    """Write a share of 1 as a percentage: 14.7 %, 0.04 %, less than 0.001 %."""
    value = 100 * share
    if 0 < value < 0.001:
        return "less than 0.001 %"
    return f"{value:.2g} %" if 0 < abs(value) < 0.1 else f"{value:.1f} %"


def percent_at_most(share: float) -> str:
    """Write an upper limit of a share of 1, to stand after "at most": 14.7 %, 0.001 %."""
    return percent(max(share, 1e-5) if share > 0 else share)


def usd(amount: float) -> str:
    """Write an amount in US dollars: USD 0.0042, USD 0.31, USD 1,250, USD 1.94 million."""
    if not math.isfinite(amount):
        return "not defined"
    if 0 < amount < 0.001:
        return "less than USD 0.001"
    if 0 < abs(amount) < 0.1:
        return f"USD {amount:.2g}"
    if abs(amount) < 100:
        return f"USD {amount:,.2f}"
    return f"USD {short(amount)}"


def duration(seconds: float) -> str:
    """Write a time span: none, 45 s, 3.5 min, 24 h."""
    if seconds <= 0:
        return "none"
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.1f} min" if seconds < 7200 else f"{round(seconds / 3600, 1):g} h"


def listed(words: Sequence[str]) -> str:
    """Write words as a list: ``"rain, capacity and gateways"``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def plural(number: int, one: str, many: str = "") -> str:
    """Write a count with its noun: 1 hub, 450 hubs."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
