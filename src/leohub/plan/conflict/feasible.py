r"""Whether any plan meets some of the demands: HiGHS is asked.

People reached are modelled exactly where there are few pairs of sites and cells. With more, a row
is asked with what its hubs would reach if nobody lived near two of them, and with what hubs
everywhere would reach. Both are too kind, so what is said to be impossible is; some of what needs
exact arithmetic is not found to be.
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


def find_any_plan(rules: Rules, coverage: Coverage, *, time_limit_s: float = 30.0) -> Mask | None:
    """Find a plan that keeps to the rules, however few people it reaches; None if none was found.

    Parameters as for `find_conflict`.

    Returns
    -------
    ndarray of bool, shape (n_sites,)
    """
    asked = range(len(rules.names))
    chosen = Model(rules, coverage).solve(rules, asked, rules.required, True, time_limit_s).chosen
    if chosen is None or not rules.holds(chosen, reached_by_cell(coverage, chosen)):
        return None
    return chosen


@dataclass(frozen=True)
class Answer:
    """What HiGHS says of some demands: a plan, a proof that there is none, or neither."""

    chosen: Mask | None
    impossible: bool


class Model:
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
    ) -> Answer:
        """Look for a plan that meets some of the rules."""
        rows = np.flatnonzero(np.isin(self.rule, np.asarray(asked, dtype=np.intp)))
        matrix, limits = self._scaled(rows)
        columns = matrix.shape[1]
        low, high = np.zeros(columns), np.ones(columns)
        low[: self.sites] = required
        if forbid:
            high[: self.sites] = rules.allowed
        if np.any(low > high):
            return Answer(None, True)
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
            return Answer(None, parts.status == INFEASIBLE)
        # HiGHS' presolve of thousands of rows of distances takes longer than the search.
        whole = milp(
            np.zeros(columns),
            integrality=(np.arange(columns) < self.sites).astype(np.int64),
            bounds=bounds,
            constraints=rules_and_links,
            options={"time_limit": left_s, "presolve": False},
        )
        chosen = None if whole.x is None else np.asarray(whole.x[: self.sites] > 0.5)
        return Answer(chosen, whole.status == INFEASIBLE)

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
