r"""Possible worlds: the people, the service and the take-up of a study drawn from their ranges.

A factor has a triangular range (low, 1, high). It is drawn as :math:`F^{-1}(\Phi(g))` with

.. math:: g = \sqrt{\rho_0}\, e + \sqrt{\rho_1}\, e_{c} + \sqrt{1 - \rho_0 - \rho_1}\, e_j,

where :math:`e` is one standard normal number for the country, :math:`e_c` one for each group (a
region) and :math:`e_j` one for each cell or site: a Gaussian copula. Every single factor keeps its
range, and two of them are correlated by :math:`\rho_0 + \rho_1` in one group, :math:`\rho_0`
otherwise (of the normal numbers). That matters: errors of single cells average out in a catchment,
errors of a census do not.

Draws are made again each time they are looked at, from the seed and their number, so that a hundred
of them take no more memory than one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array, hstack

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import Floats, Sites
from leohub.plan.rules.rules import Rules

MOST_PAIRS = 400_000_000
"""Pairs of a site and a cell that stacked draws may have: about 5 GB."""


@dataclass(frozen=True)
class Range:
    """What a number may be, as factors of its value.

    Attributes
    ----------
    low, high : float or ndarray, shape (n,)
        Ends of the range, ``0 <= low <= 1 <= high`` [-].
    common : float
        Correlation of any two, everywhere [0..1].
    within : float
        What comes on top for two of one group; both sum to at most 1.
    group : ndarray of int, shape (n,), optional
        From 0; -1 for those of no group. Default: none is in a group.
    """

    low: float | Floats
    high: float | Floats
    common: float = 0.0
    within: float = 0.0
    group: NDArray[np.intp] | None = None

    def __post_init__(self) -> None:
        low, high = np.asarray(self.low), np.asarray(self.high)
        if not (np.all(low >= 0) and np.all(low <= 1) and np.all(high >= 1)):
            raise ValueError("a range of factors begins in 0 to 1 and ends at 1 or above")
        if self.common < 0 or self.within < 0 or self.common + self.within > 1:
            raise ValueError("correlations are not negative and sum to at most 1")

    def draw(self, count: int, random: np.random.Generator) -> Floats:
        """Draw so many factors, shape (count,)."""
        from scipy.special import ndtr

        country = random.standard_normal()
        group = np.full(count, -1) if self.group is None else self.group
        own_group = random.standard_normal(int(group.max(initial=-1)) + 1)
        own = random.standard_normal(count)
        # Those of no group are as doubtful as the others, but share nothing.
        loose = group < 0
        shared = own_group[np.where(loose, 0, group)] if len(own_group) else np.zeros(count)
        rest = 1 - self.common - np.where(loose, 0.0, self.within)
        normal = (
            np.sqrt(self.common) * country
            + np.where(loose, 0.0, np.sqrt(self.within)) * shared
            + np.sqrt(rest) * own
        )
        return _from_triangle(ndtr(normal), self.low, self.high)


@dataclass(frozen=True)
class Reach:
    """A doubtful radius.

    Attributes
    ----------
    distance_km : csr_array, shape (n_sites, n_cells)
        Of the pairs of the coverage, which then is made for the largest radius that may be drawn.
    radius_km : ndarray, shape (n_sites,)
        The radius thought most likely.
    factor : Range
        Of the radius.
    """

    distance_km: csr_array
    radius_km: Floats
    factor: Range


@dataclass(frozen=True)
class Doubt:
    """What is not known for certain.

    Attributes
    ----------
    people : tuple of Range
        Factors of each cell's people, which are multiplied: population, take-up …
    service : Range, optional
        Factor of the shares that each site serves; a share never goes above 1.
    reach : Reach, optional
        Of the radius of each site.
    """

    people: tuple[Range, ...] = ()
    service: Range | None = None
    reach: Reach | None = None

    @property
    def only_people(self) -> bool:
        """Whether it is certain which hub serves which share of a cell."""
        return self.service is None and self.reach is None


@dataclass(frozen=True)
class Draws:
    """Equally likely worlds.

    Attributes
    ----------
    coverage : Coverage
        As thought most likely.
    doubt : Doubt
    count : int
    seed : int
    """

    coverage: Coverage
    doubt: Doubt
    count: int
    seed: int

    def need_people(self, number: int) -> Floats:
        """Return the people in need of each cell in one world, shape (n_cells,)."""
        random = np.random.default_rng([self.seed, number, 0])
        need = self.coverage.need_people
        for factor in self.doubt.people:
            need = need * factor.draw(len(need), random)
        return np.asarray(need)

    def world(self, number: int) -> Coverage:
        """Return the coverage of one world."""
        return Coverage(self._shares(number), self.need_people(number))

    def worlds(self) -> Iterator[Coverage]:
        """Yield all worlds, one after the other."""
        return (self.world(number) for number in range(self.count))

    def likely(self) -> Coverage:
        """Return the coverage of the world thought most likely: every factor is 1."""
        shares, reach = self.coverage.shares, self.doubt.reach
        if reach is None:
            return self.coverage
        radius_km = np.repeat(reach.radius_km, np.diff(shares.indptr))
        data = np.where(reach.distance_km.data <= radius_km, shares.data, 0.0)
        return replace(self.coverage, shares=_with_data(shares, data))

    def _shares(self, number: int) -> csr_array:
        shares, doubt = self.coverage.shares, self.doubt
        if doubt.only_people:
            return shares
        random = np.random.default_rng([self.seed, number, 1])
        sites, length = shares.shape[0], np.diff(shares.indptr)
        data = shares.data
        if doubt.service is not None:
            factor = doubt.service.draw(sites, random)
            data = np.minimum(data * np.repeat(factor, length), 1.0)
        if doubt.reach is not None:
            radius_km = doubt.reach.radius_km * doubt.reach.factor.draw(sites, random)
            within = doubt.reach.distance_km.data <= np.repeat(radius_km, length)
            data = np.where(within, data, 0.0)
        return _with_data(shares, data)


def mean_world(draws: Draws) -> Coverage:
    """Return the coverage with the mean need of all worlds: exact where only people are in doubt.

    A plan's mean reach is Σ_d Σ_j w_dj z_j / D = Σ_j (Σ_d w_dj / D) z_j.

    Raises
    ------
    ValueError
        Where it is in doubt, too, which hub serves which cell.
    """
    if not draws.doubt.only_people:
        raise ValueError("a mean world says nothing where catchments differ between worlds")
    total = np.zeros(len(draws.coverage.need_people))
    for number in range(draws.count):
        total += draws.need_people(number)
    return replace(draws.coverage, need_people=total / draws.count)


def stack(draws: Draws) -> Coverage:
    """Return all worlds as one problem, with the cells of each beside those of the others.

    A person of one world counts 1/D, so that a plan reaches its mean over the worlds: the sample
    average approximation (Kleywegt, Shapiro & Homem-de-Mello 2002, doi:10.1137/S1052623499363220),
    exact for these draws. The choice merges cells that the same sites serve, but the pairs of all
    worlds are in memory once.

    Raises
    ------
    ValueError
        If the worlds would have more than `MOST_PAIRS` pairs.
    """
    pairs = draws.count * draws.coverage.shares.nnz
    if pairs > MOST_PAIRS:
        most = MOST_PAIRS // draws.coverage.shares.nnz
        raise ValueError(f"{pairs:,} pairs of a site and a cell are too many; {most} draws fit")
    worlds = list(draws.worlds())
    shares = csr_array(hstack([world.shares for world in worlds], format="csr"))
    need = np.concatenate([world.need_people for world in worlds]) / draws.count
    return Coverage(shares, need)


def in_mean_world(draws: Draws, rules: Rules) -> Rules:
    """Return rules for the mean world that still count the people thought most likely.

    With w_j these people and m_j those of the mean world, an entry h_rj becomes h_rj w_j / m_j.
    """
    likely, mean = draws.coverage.need_people, mean_world(draws).need_people
    share = np.divide(likely, mean, out=np.zeros(len(mean)), where=mean > 0)
    rows = rules.reach_rows.copy()
    rows.data = rows.data * share[rows.indices]
    return replace(rules, reach_rows=rows)


def _with_data(shares: csr_array, data: Floats) -> csr_array:
    """Return other shares of the same pairs, without those that are 0."""
    drawn = csr_array((data, shares.indices.copy(), shares.indptr.copy()), shape=shares.shape)
    drawn.eliminate_zeros()
    return drawn


def _from_triangle(share: Floats, low: ArrayLike, high: ArrayLike) -> Floats:
    """Return the values below which shares of triangular distributions with the peak 1 lie."""
    low, high = np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)
    width = np.where(high > low, high - low, 1.0)
    turn = (1 - low) / width
    rising = low + np.sqrt(share * width * (1 - low))
    falling = high - np.sqrt((1 - share) * width * (high - 1))
    return np.where(high > low, np.where(share < turn, rising, falling), 1.0)


def frequencies(plans: tuple[Sites, ...], sites: int) -> Floats:
    """Return in which share of some plans each site is a hub, shape (sites,)."""
    hubs = np.concatenate([np.empty(0, dtype=np.intp), *plans])
    return np.bincount(hubs, minlength=sites) / max(len(plans), 1)
