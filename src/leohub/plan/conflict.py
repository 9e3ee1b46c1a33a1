r"""Demands that no plan can meet, and the smallest set of them that is to blame.

A set of demands is in conflict when no plan meets all of it; it is *smallest* when every part of
it can be met: taking any one demand out ends this conflict. Such a set (an irreducible infeasible
subset: Chinneck & Dravnieks 1991, ORSA Journal on Computing 3, 157-168, doi:10.1287/ijoc.3.2.157)
is found by dividing the demands and asking HiGHS about the parts (Junker 2004, "QuickXplain",
AAAI-04, 167-172), which takes few questions when few of many demands are to blame. There may be
another such set, and a smaller one elsewhere; with this one mended, the next is found.

People reached are modelled exactly where there are few pairs of sites and cells. With more, a row
is asked with what its hubs would reach if nobody lived near two of them, and with what hubs
everywhere would reach. Both are too kind, so a conflict that is found is one; some that need exact
arithmetic are not found here.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, eye_array, hstack, vstack

from leohub.people.coverage import Coverage
from leohub.plan.problem.layers import split_into_layers
from leohub.plan.rules.rules import TOLERANCE, Rules, reached_by_cell

EXACT_PAIRS = 20_000
"""Most pairs of a site and a cell with which people reached are modelled exactly."""

INFEASIBLE = 2
"""scipy's number for a problem that HiGHS has proven to have no solution."""

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Conflict:
    """Demands that cannot be met together.

    Attributes
    ----------
    rules : tuple of int
        Positions in `Rules.names`.
    sites : tuple of int
        Required sites that have a part in it.
    forbidden : bool
        Whether the forbidden sites have a part in it.
    smallest : bool
        Whether each of these demands is known to be needed for the conflict.
    reason : str
        Why a demand cannot even be met alone; empty for those that conflict with each other.
    """

    rules: tuple[int, ...]
    sites: tuple[int, ...] = ()
    forbidden: bool = False
    smallest: bool = True
    reason: str = ""

    def words(self, rules: Rules, site_names: Sequence[str]) -> tuple[str, ...]:
        """Return its demands in the planner's words."""
        said = [rules.names[rule] for rule in self.rules]
        for site in self.sites:
            what = "is a hub already" if rules.existing[site] else "must be a hub"
            said.append(f"{site_names[site]} {what}")
        if self.forbidden:
            said.append(f"{int(rules.forbidden.sum()):,} places must not be hubs")
        return tuple(said)


def find_single_conflicts(rules: Rules, coverage: Coverage) -> tuple[Conflict, ...]:
    """Find the sites and the rules that cannot be met even when nothing else is asked for.

    Parameters
    ----------
    rules : Rules
    coverage : Coverage
    """
    both = np.flatnonzero(rules.required & rules.forbidden)
    found = [
        Conflict((), (site,), forbidden=True, reason="it must not be a hub, too")
        for site in both.tolist()
    ]
    most_reached = reached_by_cell(coverage, rules.allowed) if rules.reach_rows.nnz else None
    told: set[int] = set()
    for row in np.flatnonzero(_lowest(rules, most_reached) > 0).tolist():
        rule = int(rules.rule[row])
        if rule not in told:
            told.add(rule)
            found.append(_alone(rules, row, most_reached))
    return tuple(found)


def find_conflict(
    rules: Rules, coverage: Coverage, *, time_limit_s: float = 30.0
) -> Conflict | None:
    """Find a smallest set of demands that no plan can meet; None where none was found.

    Parameters
    ----------
    rules : Rules
    coverage : Coverage
    time_limit_s : float
        Wall time for all questions [s]; HiGHS may overrun it a little. A set found in time may be
        larger than it needs to be, and says so.
    """
    if rules.holds(rules.required, reached_by_cell(coverage, rules.required)):
        return None
    search = _Search(rules, _Model(rules, coverage), time.monotonic() + time_limit_s)
    demands = search.demands()
    if not search.conflict(demands):
        return None
    blamed = search.reduce([], False, demands)
    if len(blamed) < len(demands) and not search.conflict(blamed):
        blamed = demands
    return search.told(blamed)


def find_any_plan(rules: Rules, coverage: Coverage, *, time_limit_s: float = 30.0) -> Mask | None:
    """Find a plan that keeps to the rules, however few people it reaches; None if none was found.

    Parameters as for `find_conflict`.

    Returns
    -------
    ndarray of bool, shape (n_sites,)
    """
    asked = range(len(rules.names))
    chosen = _Model(rules, coverage).solve(rules, asked, rules.required, True, time_limit_s).chosen
    if chosen is None or not rules.holds(chosen, reached_by_cell(coverage, chosen)):
        return None
    return chosen


def _lowest(rules: Rules, most_reached: Floats | None) -> Floats:
    """Return by how much every row is broken at least, whatever the plan; shape (n_rows,)."""
    free = (rules.allowed & ~rules.required).astype(np.float64)
    used = rules.rows @ rules.required.astype(np.float64) + rules.rows.minimum(0) @ free
    reached = 0.0 if most_reached is None else rules.reach_rows @ most_reached
    size = np.abs(rules.limits) + np.abs(used) + reached
    return np.asarray(used - reached - rules.limits - TOLERANCE * size)


def _alone(rules: Rules, row: int, most_reached: Floats | None) -> Conflict:
    """Say why the rule of a row cannot be met."""
    rule = int(rules.rule[row])
    one = rules.rows[[row]]
    must = one.indices[rules.required[one.indices] & (one.data > 0)]
    if len(must):
        return Conflict(
            (rule,),
            tuple(must.tolist()),
            smallest=len(must) == 1,
            reason="what must be there, or is there already, is more than that",
        )
    if most_reached is not None and rules.reach_rows[[row]].nnz:
        people = float((rules.reach_rows[[row]] @ most_reached)[0])
        return Conflict(
            (rule,), reason=f"hubs at all places that may be one would reach {people:,.0f}"
        )
    candidates = len(one.indices)
    open_to = int(rules.allowed[one.indices].sum())
    places = "candidate place counts" if candidates == 1 else "candidate places count"
    reason = f"only {candidates:,} {places} for it"
    if open_to < candidates:
        reason += f", and {candidates - open_to:,} of them must not be hubs"
    return Conflict((rule,), forbidden=open_to < candidates, reason=reason)


@dataclass(frozen=True)
class _Answer:
    """What HiGHS says of some demands: a plan, a proof that there is none, or neither."""

    chosen: Mask | None
    impossible: bool


class _Model:
    """The rows of the rules for HiGHS: columns x (sites), then z (layers of cells), if any."""

    def __init__(self, rules: Rules, coverage: Coverage) -> None:
        self.sites = rules.rows.shape[1]
        self.rows, self.limits, self.rule = rules.rows, rules.limits, rules.rule
        self.linking = csr_array((0, self.sites))
        if not rules.reach_rows.nnz:
            return
        if coverage.shares.nnz <= EXACT_PAIRS:
            self._reach_exactly(rules, coverage)
        else:
            self._reach_kindly(rules, coverage)

    def solve(
        self, rules: Rules, asked: Sequence[int], required: Mask, forbid: bool, time_limit_s: float
    ) -> _Answer:
        """Look for a plan that meets some of the rules."""
        rows = np.flatnonzero(np.isin(self.rule, np.asarray(asked, dtype=np.intp)))
        matrix, limits = self._scaled(rows)
        columns = matrix.shape[1]
        low, high = np.zeros(columns), np.ones(columns)
        low[: self.sites] = required
        if forbid:
            high[: self.sites] = rules.allowed
        if np.any(low > high):
            return _Answer(None, True)
        started = time.monotonic()
        bounds, rules_and_links = Bounds(low, high), LinearConstraint(matrix, ub=limits)
        # Most conflicts show with parts of hubs already, a hundred times as fast.
        parts = milp(
            np.zeros(columns),
            bounds=bounds,
            constraints=rules_and_links,
            options={"time_limit": time_limit_s},
        )
        left_s = time_limit_s - (time.monotonic() - started)
        if parts.status == INFEASIBLE or left_s <= 0:
            return _Answer(None, parts.status == INFEASIBLE)
        # HiGHS' presolve of thousands of rows of distances takes longer than the search.
        whole = milp(
            np.zeros(columns),
            integrality=(np.arange(columns) < self.sites).astype(np.int64),
            bounds=bounds,
            constraints=rules_and_links,
            options={"time_limit": left_s, "presolve": False},
        )
        chosen = None if whole.x is None else np.asarray(whole.x[: self.sites] > 0.5)
        return _Answer(chosen, whole.status == INFEASIBLE)

    def _scaled(self, rows: NDArray[np.intp]) -> tuple[csr_array, Floats]:
        """Return rows with a largest entry of 1, with room for rounding, and what links z to x."""
        part, limits = self.rows[rows], self.limits[rows]
        largest = np.asarray(abs(part).max(axis=1).toarray()).ravel()
        scale = np.where(largest > 0, largest, 1.0)
        size = (np.abs(limits) + abs(part).sum(axis=1)) / scale
        scaled = csr_array(part.multiply(1 / scale[:, np.newaxis]))
        matrix = csr_array(vstack([scaled, self.linking], format="csr"))
        room = limits / scale + TOLERANCE * size
        return matrix, np.concatenate([room, np.zeros(self.linking.shape[0])])

    def _reach_exactly(self, rules: Rules, coverage: Coverage) -> None:
        r"""With z for each layer of a cell (`leohub.plan.problem.layers`); z ≤ Σ x of its sites."""
        layers = split_into_layers(coverage.shares, coverage.need_people)
        counts = csr_array(rules.reach_rows[:, layers.cell].multiply(layers.people[np.newaxis, :]))
        self.rows = csr_array(hstack([rules.rows, -counts], format="csr"))
        eye = eye_array(len(layers.people))
        self.linking = csr_array(hstack([-layers.serving.astype(float), eye], format="csr"))

    def _reach_kindly(self, rules: Rules, coverage: Coverage) -> None:
        """As if nobody lived near two hubs; and again, as if there were hubs everywhere."""
        people = csr_array(coverage.shares.multiply(coverage.need_people[np.newaxis, :]))
        alone = csr_array(rules.rows - rules.reach_rows @ people.T)
        everywhere = np.ones(self.sites, dtype=np.bool_)
        at_most = rules.reach_rows @ reached_by_cell(coverage, everywhere)
        self.rows = csr_array(vstack([alone, rules.rows], format="csr"))
        self.limits = np.concatenate([rules.limits, rules.limits + at_most])
        self.rule = np.concatenate([rules.rule, rules.rule])


class _Search:
    """Demands by number: the rules, then the sites, then all that is forbidden."""

    def __init__(self, rules: Rules, model: _Model, deadline: float) -> None:
        self.rules, self.model, self.deadline = rules, model, deadline
        self.sure = True

    def demands(self) -> list[int]:
        rules = len(self.rules.names)
        found = [*range(rules), *(rules + np.flatnonzero(self.rules.required)).tolist()]
        if self.rules.forbidden.any():
            found.append(rules + len(self.rules.forbidden))
        return found

    def conflict(self, demands: Sequence[int]) -> bool:
        """Tell whether it is proven that no plan meets these demands."""
        left_s = self.deadline - time.monotonic()
        if left_s <= 0:
            self.sure = False
            return False
        rules, sites, forbid = self._sorted(demands)
        required = np.zeros(self.model.sites, dtype=np.bool_)
        required[sites] = True
        answer = self.model.solve(self.rules, rules, required, forbid, left_s)
        if not answer.impossible and answer.chosen is None:
            self.sure = False
        return answer.impossible

    def reduce(self, given: list[int], changed: bool, suspects: list[int]) -> list[int]:
        """Return a smallest part of the suspects that is in conflict with what is given."""
        if changed and self.conflict(given):
            return []
        if len(suspects) == 1:
            return suspects
        half = len(suspects) // 2
        first, second = suspects[:half], suspects[half:]
        of_second = self.reduce(given + first, True, second)
        return self.reduce(given + of_second, bool(of_second), first) + of_second

    def told(self, demands: Sequence[int]) -> Conflict:
        rules, sites, forbidden = self._sorted(demands)
        return Conflict(tuple(rules), tuple(sites), forbidden, smallest=self.sure)

    def _sorted(self, demands: Sequence[int]) -> tuple[list[int], list[int], bool]:
        rules, sites = len(self.rules.names), self.model.sites
        return (
            sorted(number for number in demands if number < rules),
            sorted(number - rules for number in demands if rules <= number < rules + sites),
            any(number == rules + sites for number in demands),
        )
