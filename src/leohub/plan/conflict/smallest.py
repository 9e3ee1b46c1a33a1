r"""The smallest set of demands that is to blame when no plan can meet them all.

A set of demands is in conflict when no plan meets all of it; it is *smallest* when every part of
it can be met: taking any one demand out ends this conflict. Such a set (an irreducible infeasible
subset: Chinneck & Dravnieks 1991, ORSA Journal on Computing 3, 157-168, doi:10.1287/ijoc.3.2.157)
is found by dividing the demands and asking about the parts (Junker 2004, "QuickXplain", AAAI-04,
167-172), which takes few questions when few of many demands are to blame. There may be another
such set, and a smaller one elsewhere; with this one mended, the next is found.
"""

from __future__ import annotations

import time
from collections.abc import Sequence

import numpy as np

from leohub.people.coverage import Coverage
from leohub.plan.conflict.conflict import Conflict
from leohub.plan.conflict.feasible import Model
from leohub.plan.rules.rules import Rules, reached_by_cell


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
    search = _Search(rules, Model(rules, coverage), time.monotonic() + time_limit_s)
    demands = search.demands()
    if not search.conflict(demands):
        return None
    blamed = search.reduce([], False, demands)
    if len(blamed) < len(demands) and not search.conflict(blamed):
        blamed = demands
    return search.told(blamed)


class _Search:
    """Demands by number: the rules, then the sites, then all that is forbidden."""

    def __init__(self, rules: Rules, model: Model, deadline: float) -> None:
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
