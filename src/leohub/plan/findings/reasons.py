"""Why each hub is in a plan and each other site is out: what the plan would lose."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.findings.allowed import allowed_exchanges
from leohub.plan.findings.exchanges import NONE, Exchanges
from leohub.plan.rules.rules import Rules
from leohub.plan.rules.weights import weigh

Floats = NDArray[np.float64]
Rows = NDArray[np.intp]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Reasons:
    """What exchanging a hub for another site, or opening one site more, would change.

    Sites are rows of the coverage; hubs are positions in the plan. All people are unserved people
    [people]; those whom several hubs would serve count once, at the one that serves most of them.
    Their *worth* is what the plan was chosen by: the same, but each person counted by the weight of
    the hub that counts most (`leohub.plan.rules.weights`). Without weights the two are one.

    Attributes
    ----------
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage.
    only_people, only_worth_people : ndarray, shape (n_hubs,)
        Whom the plan would lose with each hub: of each cell, what the hub serves beyond the best
        other hub.
    shared_people : ndarray, shape (n_hubs,)
        Whom each hub would serve, but another hub would serve just as well.
    runner_up : ndarray of int, shape (n_hubs,)
        The site outside the plan that would be worth the most in the hub's place, the first of
        equals; `NONE` where every site is a hub, or the rules allow none.
    runner_up_people, runner_up_worth_people : ndarray, shape (n_hubs,)
        Whom it would newly reach there, the hub being gone. Worth more than the hub where the
        exchange would make the plan better: then the search stopped before it saw it.
    adds_people, adds_worth_people : ndarray, shape (n_sites,)
        Whom each site would newly reach as one hub more; 0 for hubs.
    place_in_queue : ndarray of int, shape (n_sites,)
        1 for the site outside the plan that would add the most worth; 0 for hubs.
    would_replace : ndarray of int, shape (n_sites,)
        The hub in whose place the site would cost the least worth; `NONE` for hubs, and where the
        rules allow no place.
    exchange_loses_people, exchange_loses_worth_people : ndarray, shape (n_sites,)
        By how much the plan would reach fewer people after that exchange; negative where it would
        reach more. 0 for hubs.
    allowed : ndarray of bool, shape (n_hubs, n_sites)
        In which hub's place each site may stand.
    """

    hubs: Rows
    only_people: Floats
    only_worth_people: Floats
    shared_people: Floats
    runner_up: Rows
    runner_up_people: Floats
    runner_up_worth_people: Floats
    adds_people: Floats
    adds_worth_people: Floats
    place_in_queue: Rows
    would_replace: Rows
    exchange_loses_people: Floats
    exchange_loses_worth_people: Floats
    allowed: Bools

    @property
    def beats_by_people(self) -> Floats:
        """How many fewer people the plan would reach with the runner-up, shape (n_hubs,)."""
        return self.only_people - self.runner_up_people

    @property
    def beats_by_worth_people(self) -> Floats:
        """By how much less it would be worth, shape (n_hubs,)."""
        return self.only_worth_people - self.runner_up_worth_people


@dataclass(frozen=True)
class _Amounts:
    """What hubs and sites come to, in people or in worth.

    Attributes
    ----------
    lost : ndarray, shape (n_hubs,)
    added : ndarray, shape (n_sites,)
    regained : csr_array, shape (n_sites, n_hubs)
        As `leohub.plan.findings.exchanges.Exchanges` says of them.
    """

    lost: Floats
    added: Floats
    regained: csr_array

    @classmethod
    def of(cls, exchanges: Exchanges, counted: Floats) -> _Amounts:
        return cls(exchanges.lost(counted), exchanges.added(counted), exchanges.regained(counted))

    def in_place(self, sites: Rows, places: Rows) -> Floats:
        """Return what sites add in the places of hubs, pair by pair; 0 where there is no pair."""
        found = np.zeros(len(sites))
        pair = np.flatnonzero((sites != NONE) & (places != NONE))
        site, place = sites[pair], places[pair]
        found[pair] = self.added[site] + self.regained[site, place]
        return found


def give_reasons(
    coverage: Coverage, hubs: Rows, rules: Rules | None = None, weight: Floats | None = None
) -> Reasons:
    """Find why each hub is in a plan and each other site is out.

    Parameters
    ----------
    coverage : Coverage
        Without weights.
    hubs : ndarray of int, shape (n_hubs,)
        Rows of the coverage, each once.
    rules : Rules, optional
        Exchanges that they do not allow are not looked at (`leohub.plan.findings.allowed`).
    weight : ndarray, shape (n_sites,), optional
        What a person reached from each site is worth, in (0, 1]. Default: 1.

    Returns
    -------
    Reasons
    """
    hubs, need = np.asarray(hubs, dtype=np.intp), coverage.need_people
    exchanges = Exchanges.of(coverage.shares, hubs)
    people = worth = _Amounts.of(exchanges, need)
    weighed = coverage if weight is None else weigh(coverage, weight)
    if weighed is not coverage:
        worth = _Amounts.of(Exchanges.of(weighed.shares, hubs), need)
    outside = np.ones(coverage.shares.shape[0], dtype=np.bool_)
    outside[hubs] = False
    allowed = np.broadcast_to(outside, (len(hubs), len(outside)))
    if rules is not None:
        allowed = allowed_exchanges(coverage, rules, hubs, exchanges)
    runner_up = _runners_up(allowed, worth)
    would_replace = _replaced(allowed, worth)
    places, sites = np.arange(len(hubs)), np.arange(len(outside))
    replaces = would_replace != NONE
    hub = would_replace[replaces]

    def loses(amounts: _Amounts) -> Floats:
        found = np.zeros(len(sites))
        found[replaces] = amounts.lost[hub] - amounts.in_place(sites[replaces], hub)
        return found

    return Reasons(
        hubs=hubs,
        only_people=people.lost,
        only_worth_people=worth.lost,
        shared_people=np.maximum(coverage.shares[hubs] @ need - people.lost, 0.0),
        runner_up=runner_up,
        runner_up_people=people.in_place(runner_up, places),
        runner_up_worth_people=worth.in_place(runner_up, places),
        adds_people=people.added,
        adds_worth_people=worth.added,
        place_in_queue=_queue(worth.added, outside),
        would_replace=would_replace,
        exchange_loses_people=loses(people),
        exchange_loses_worth_people=loses(worth),
        allowed=allowed,
    )


def _runners_up(allowed: Bools, worth: _Amounts) -> Rows:
    """Return, for each hub, the allowed site that adds the most in its place."""
    if not allowed.any():
        return np.full(allowed.shape[0], NONE, dtype=np.intp)
    # Where the hub is no neighbour, the best is the site that adds the most anywhere.
    falling = np.argsort(-worth.added, kind="stable")
    runner_up: Rows = falling[np.argmax(allowed[:, falling], axis=1)]
    most = worth.added[runner_up]
    runner_up[~allowed.any(axis=1)] = NONE
    site, hub, regained = _allowed_pairs(allowed, worth)
    there = worth.added[site] + regained
    order = np.lexsort((site, -there, hub))
    which, first = np.unique(hub[order], return_index=True)
    leader, there = site[order][first], there[order][first]
    better = (there > most[which]) | ((there == most[which]) & (leader < runner_up[which]))
    runner_up[which[better]] = leader[better]
    return runner_up


def _replaced(allowed: Bools, worth: _Amounts) -> Rows:
    """Return, for each site outside, the hub whose place it may take at the least loss."""
    if not allowed.any():
        return np.full(allowed.shape[1], NONE, dtype=np.intp)
    # A hub that is no neighbour is replaced at the loss of those whom only it reaches.
    rising = np.argsort(worth.lost, kind="stable")
    replaced: Rows = rising[np.argmax(allowed[rising], axis=0)]
    least = worth.lost[replaced]
    replaced[~allowed.any(axis=0)] = NONE
    site, hub, regained = _allowed_pairs(allowed, worth)
    loss = worth.lost[hub] - regained
    order = np.lexsort((hub, loss, site))
    which, first = np.unique(site[order], return_index=True)
    neighbour, loss = hub[order][first], loss[order][first]
    better = loss <= least[which]
    replaced[which[better]] = neighbour[better]
    return replaced


def _allowed_pairs(allowed: Bools, worth: _Amounts) -> tuple[Rows, Rows, Floats]:
    """Return the pairs of a site and a hub whose people it regains, where that is allowed."""
    near = worth.regained.tocoo()
    site, hub = (index.astype(np.intp) for index in near.coords)
    kept = allowed[hub, site]
    return site[kept], hub[kept], near.data[kept]


def _queue(adds: Floats, outside: Bools) -> Rows:
    """Return the place of each site outside by what it adds; equals share the better place."""
    place = np.zeros(len(adds), dtype=np.intp)
    falling = np.sort(-adds[outside])
    place[outside] = 1 + np.searchsorted(falling, -adds[outside], side="left")
    return place
