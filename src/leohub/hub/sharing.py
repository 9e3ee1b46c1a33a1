"""People who share one terminal: what each of them gets of its throughput.

All fetches under way share the throughput equally (egalitarian processor sharing), each up to a
ceiling of its own: with n under way each gets ``min(user_max, capacity / n)``. For such a queue
only the mean size of a fetch matters, not how the sizes spread (insensitivity: Cohen 1979, The
multiple phase service network with generalized processor sharing, Acta Informatica 12, 245-284;
Bonald & Proutière 2003, Insensitive bandwidth sharing in data networks, Queueing Systems 44).

Two crowds are told apart: a known number of people who think and fetch in turn, and a stream of
fetches from people without number.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import betainc, gammaincc, gammaln, xlogy

from leohub.hub.poisson import log_chance_below
from leohub.validity import Floats, not_negative, positive

MBIT_PER_MB = 8.0

ROUNDING = 1e-12
"""Share by which a ratio of rates may miss a whole number and still count as one [-]."""


@dataclass(frozen=True)
class Experience:
    """What a person who is active at a hub gets; all arrays have one shape.

    Attributes
    ----------
    mean_mbps : ndarray
        Rate of a fetch: its mean size over its mean time [Mbps].
    object_s : ndarray
        Mean time of a fetch [s]; inf where it never ends.
    threshold_chance_pct : ndarray
        Chance that a fetch gets at least the threshold as it begins [%].
    carried_mbps : ndarray
        What all of them together move [Mbps].
    """

    mean_mbps: Floats
    object_s: Floats
    threshold_chance_pct: Floats
    carried_mbps: Floats


def share_among_present(
    people_present: ArrayLike,
    capacity_mbps: ArrayLike,
    *,
    object_mb: ArrayLike,
    think_s: ArrayLike,
    user_max_mbps: ArrayLike,
    threshold_mbps: ArrayLike,
) -> Experience:
    """Share a terminal among the people present, each of whom thinks, then fetches an object.

    The closed queue (machine repair) of people who think for `think_s` on average and fetch
    `object_mb`. With n fetching, its weights are ``N! / (N - n)! × Π object / (think × served)``,
    ``served = min(k × user_max, capacity)`` for k = 1 … n: binomial as long as all get their
    ceiling, a truncated Poisson distribution of those who think beyond. Their sum G is thus in
    closed form, and the mean time of a fetch is ``think × (G(N) / G(N - 1) - 1)``. A fetch meets
    the others as if it were not there (arrival theorem: Sevcik & Mitrani 1981, J. ACM 28, 358-371).
    Against adding up all states, rounding costs 1e-7 of a time for thousands of people.

    Parameters
    ----------
    people_present : array_like
        People present and active; between whole numbers, times and chances lie on a straight line.
        Who fetches is there herself: less than one counts as one.
    capacity_mbps : array_like
        Throughput of the terminal [Mbps]. At 0 nothing is ever fetched.
    object_mb : array_like
        Mean size of what is fetched at once, such as a page [MB of 8 Mbit].
    think_s : array_like
        Mean time between the end of a fetch and the next [s].
    user_max_mbps : array_like
        The most that one person gets: her device or the Wi-Fi [Mbps]; inf for no ceiling.
    threshold_mbps : array_like
        Rate that `Experience.threshold_chance_pct` asks for [Mbps].

    Returns
    -------
    Experience
        Of the shape that all arguments broadcast to; NaN where a number that it needs is NaN.

    Raises
    ------
    ValueError
        When a number of people or a capacity is negative, or another argument not above 0.
    """
    people, capacity = not_negative(people_present=people_present, capacity_mbps=capacity_mbps)
    size_mb, think, ceiling, threshold = positive(
        object_mb=object_mb,
        think_s=think_s,
        user_max_mbps=user_max_mbps,
        threshold_mbps=threshold_mbps,
    )
    dead = capacity == 0
    crowd = _Crowd.of(np.where(dead, 1.0, capacity), size_mb, think, ceiling)
    people = np.maximum(people, 1.0)
    whole = np.floor(people)
    part = people - whole
    before, here, after = (crowd.log_sum(whole + more) for more in (-1, 0, 1))
    object_s = think * ((1 - part) * np.expm1(here - before) + part * np.expm1(after - here))

    most_others = _most_fetching(crowd.capacity_mbps, threshold) - 1
    reachable = (np.minimum(crowd.capacity_mbps, ceiling) >= threshold) & ~dead
    most_others = np.where(reachable, most_others, np.inf)
    slower = (1 - part) * np.exp(crowd.log_sum_above(whole - 1, most_others) - before)
    slower = slower + part * np.exp(crowd.log_sum_above(whole, most_others) - here)
    chance = np.where(reachable, np.clip(1 - slower, 0.0, 1.0), 0.0)

    object_s = np.where(dead, np.inf, object_s)
    object_mbit = MBIT_PER_MB * size_mb
    return Experience(
        *np.broadcast_arrays(
            object_mbit / object_s,
            object_s,
            _known(100 * chance, slower, threshold),
            people * object_mbit / (think + object_s),
        )
    )


def share_open_demand(
    demand_mbps: ArrayLike,
    capacity_mbps: ArrayLike,
    *,
    object_mb: ArrayLike,
    user_max_mbps: ArrayLike,
    threshold_mbps: ArrayLike,
) -> Experience:
    """Share a terminal among fetches that come at random, from people without number.

    The open queue M/G/1 with processor sharing: without a ceiling an active user gets
    ``capacity × (1 - load)`` on average and n are at work with chance ``(1 - load) × load^n``.
    Where the demand is not below the capacity it has no steady state: fetches pile up without end,
    the rate is 0 and the time inf.

    Parameters
    ----------
    demand_mbps : array_like
        What is asked for: fetches per second times their mean size [Mbps].
    capacity_mbps, object_mb, user_max_mbps, threshold_mbps : array_like
        As in `share_among_present`.

    Returns
    -------
    Experience
        Of the shape that all arguments broadcast to; NaN where a number that it needs is NaN.

    Raises
    ------
    ValueError
        When a demand or a capacity is negative, or another argument not above 0.
    """
    demand, capacity = not_negative(demand_mbps=demand_mbps, capacity_mbps=capacity_mbps)
    size_mb, ceiling, threshold = positive(
        object_mb=object_mb, user_max_mbps=user_max_mbps, threshold_mbps=threshold_mbps
    )
    full = demand >= capacity
    busy = np.where(full, 0.0, demand)
    room = np.where(full, 1.0, capacity)
    load = busy / room
    at_ceiling = _most_fetching(room, ceiling)
    flows = busy / ceiling
    spare = 1 - load

    # Chances relative to those of a queue in which nobody ever waits: within, all get their
    # ceiling; at the last such number the capacity is full, and beyond it they fall by the load.
    within = _poisson_below(at_ceiling + 1, flows)
    brim = np.exp(xlogy(at_ceiling, flows) - flows - gammaln(at_ceiling + 1))
    everything = within + brim * load / spare
    # Mean number at work over the demand, term by term: finite as the demand goes to 0.
    s_per_mbit = (
        _poisson_below(at_ceiling, flows) / ceiling
        + brim * (at_ceiling / (room * spare) + 1 / (room * spare**2))
    ) / everything

    most_others = _most_fetching(room, threshold) - 1
    slower = brim * load ** np.maximum(most_others + 1 - at_ceiling, 0) / spare / everything
    reachable = (np.minimum(room, ceiling) >= threshold) & ~full
    s_per_mbit = np.where(full, np.inf, s_per_mbit)
    return Experience(
        *np.broadcast_arrays(
            1 / s_per_mbit,
            MBIT_PER_MB * size_mb * s_per_mbit,
            _known(100 * np.where(reachable, 1 - slower, 0.0), slower, threshold),
            np.minimum(demand, capacity),
        )
    )


@dataclass(frozen=True)
class _Crowd:
    """Weights of how many fetch at once, relative to none, in closed form.

    Attributes
    ----------
    capacity_mbps : ndarray
    at_ceiling : ndarray
        The most who fetch at once and all get their ceiling, a whole number.
    ceiling_ratio, capacity_ratio : ndarray
        Time of a fetch over think time [-]: at the ceiling (0 where the capacity is below it), and
        alone with all the capacity.
    """

    capacity_mbps: Floats
    at_ceiling: Floats
    ceiling_ratio: Floats
    capacity_ratio: Floats

    @classmethod
    def of(cls, capacity: Floats, size_mb: Floats, think: Floats, ceiling: Floats) -> _Crowd:
        at_ceiling = _most_fetching(capacity, ceiling)
        per_mbps = MBIT_PER_MB * size_mb / think
        ceiling_ratio = np.where(at_ceiling > 0, per_mbps / ceiling, 0.0)
        return cls(capacity, at_ceiling, ceiling_ratio, per_mbps / capacity)

    def log_sum(self, people: Floats) -> Floats:
        """Return the logarithm of the sum of all weights for a whole number of people."""
        crowded = people > self.at_ceiling
        share = betainc(
            np.where(crowded, people - self.at_ceiling, 1.0),
            self.at_ceiling + 1,
            1 / (1 + self.ceiling_ratio),
        )
        # Among far too many people the share is too small to count; NaN stays NaN.
        with np.errstate(divide="ignore", invalid="ignore"):
            log_share = np.where(crowded, np.log(share), 0.0)
            within = people * np.log1p(self.ceiling_ratio) + log_share
            return np.logaddexp(within, self.log_sum_above(people, self.at_ceiling))

    def log_sum_above(self, people: Floats, fetching: Floats) -> Floats:
        """Return the logarithm of the sum of the weights of more than so many fetching.

        Parameters
        ----------
        people : ndarray
            Whole numbers.
        fetching : ndarray
            Not below `at_ceiling` - 1, from which on every one more only shares the capacity.
        """
        thinking = 1 / self.capacity_ratio
        return np.asarray(
            gammaln(people + 1)
            - gammaln(self.at_ceiling + 1)
            + xlogy(self.at_ceiling, self.ceiling_ratio)
            + (people - self.at_ceiling) * np.log(self.capacity_ratio)
            + thinking
            + log_chance_below(people - fetching, thinking)
        )


def _most_fetching(capacity: Floats, rate: Floats) -> Floats:
    """Return how many fetch at once and all get a rate, a whole number."""
    return np.floor(capacity / rate * (1 + ROUNDING))


def _poisson_below(count: Floats, mean: Floats) -> Floats:
    """Return the chance that a Poisson number is below a whole count; 0 below 0."""
    return np.where(count > 0, gammaincc(np.maximum(count, 1.0), mean), 0.0)


def _known(values: Floats, *others: Floats) -> Floats:
    """Return the values, NaN where one of the others is."""
    return np.where(np.any([np.isnan(x) for x in np.broadcast_arrays(*others)], 0), np.nan, values)
