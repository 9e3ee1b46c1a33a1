"""What limits the opening of hubs in time: budgets of years, hands to build them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.plan.questions.asking import Floats


@dataclass(frozen=True)
class Calendar:
    """Periods one after the other, and what may be opened in them.

    Attributes
    ----------
    length_years : ndarray, shape (n_periods,)
        Of each period [years].
    names : tuple of str
        Of the limits, in the planner's words.
    counts : ndarray, shape (n_limits, n_sites, n_periods)
        What opening a hub at each site in each period takes of each limit; not negative. A hub
        opens at the beginning of its period.
    most : ndarray, shape (n_limits,)
    """

    length_years: Floats
    names: tuple[str, ...]
    counts: Floats
    most: Floats

    def __post_init__(self) -> None:
        limits, _, periods = self.counts.shape
        if periods != len(self.length_years) or not limits == len(self.most) == len(self.names):
            raise ValueError("a length for each period, a name and a number for each limit")
        if np.any(~(self.counts >= 0)) or np.any(~(self.length_years > 0)):
            raise ValueError("limits count nothing negative, and periods have a length")

    @property
    def periods(self) -> int:
        """How many periods there are."""
        return len(self.length_years)

    @property
    def left_years(self) -> Floats:
        """Time from the beginning of each period to the end of the last; 0 for never, (n + 1,)."""
        return np.append(np.cumsum(self.length_years[::-1])[::-1], 0.0)

    def only(self, sites: NDArray[np.intp]) -> Calendar:
        """Return the calendar of some of the sites."""
        return Calendar(self.length_years, self.names, self.counts[:, sites], self.most)


def calendar(length_years: ArrayLike, limits: Sequence[Calendar]) -> Calendar:
    """Return periods under all of some limits, each made for the same periods and sites."""
    return Calendar(
        np.asarray(length_years, dtype=np.float64),
        tuple(name for limit in limits for name in limit.names),
        np.concatenate([limit.counts for limit in limits]),
        np.concatenate([limit.most for limit in limits]),
    )


def yearly_budgets(
    length_years: ArrayLike,
    year_of_period: Sequence[int],
    budgets: Sequence[float],
    opening_cost: Floats,
    *,
    running_cost_per_year: Floats | None = None,
    carried_over: bool = False,
) -> Calendar:
    """Limit what opening and running hubs may cost in each year.

    Parameters
    ----------
    length_years : array_like, shape (n_periods,)
        [years]
    year_of_period : sequence of int
        From 0: which budget pays for each period.
    budgets : sequence of float
        Of each year [currency].
    opening_cost : ndarray, shape (n_sites,)
        Paid in the period in which the hub opens [currency].
    running_cost_per_year : ndarray, shape (n_sites,), optional
        Paid from then on, until the last period ends [currency/year]. Default: nothing.
    carried_over : bool
        Whether what is left of a year's budget may be spent later.
    """
    length = np.asarray(length_years, dtype=np.float64)
    year = np.asarray(year_of_period, dtype=np.intp)
    most = np.asarray(budgets, dtype=np.float64)
    running = (
        np.zeros(len(opening_cost)) if running_cost_per_year is None else running_cost_per_year
    )
    counts = np.zeros((len(most), len(opening_cost), len(length)))
    for opens in range(len(length)):
        counts[year[opens], :, opens] += opening_cost
        for period in range(opens, len(length)):
            counts[year[period], :, opens] += running * length[period]
    if carried_over:
        counts, most = np.cumsum(counts, axis=0), np.cumsum(most)
    names = tuple(f"the budget of year {number}" for number in range(1, len(most) + 1))
    return Calendar(length, names, counts, most)


def hubs_per_period(length_years: ArrayLike, most: Sequence[int], sites: int) -> Calendar:
    """Limit how many hubs open in each period: as many as can be built."""
    length = np.asarray(length_years, dtype=np.float64)
    counts = np.repeat(np.eye(len(length))[:, np.newaxis, :], sites, axis=1)
    names = tuple(f"what can be built in period {number}" for number in range(1, len(most) + 1))
    return Calendar(length, names, counts, np.asarray(most, dtype=np.float64))
