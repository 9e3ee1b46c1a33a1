r"""Rules that count other people than those a question values: both stand side by side.

A question may count what a plan reaches by weights of sites, or in worlds whose catchments differ,
while the rules of the study count people of the world thought most likely. Then every cell that a
rule counts stands there once more, with its own people and shares. A person there is worth
`COUNTED_WORTH` of one: with :math:`w_j` of them the cell's need is :math:`\epsilon w_j`, an entry
of a rule :math:`h_{rj} / \epsilon`, and the rule demands the same of every plan as before. The
worth of a plan is overstated by at most a millionth of these people, never understated, so that a
bound stays a bound.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.sparse import csr_array, hstack

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import Floats, Mask
from leohub.plan.questions.outcomes import Outcomes
from leohub.plan.rules.rules import Rules

COUNTED_WORTH = 1e-6
"""What a person is worth who stands there only for the rules."""


def with_counted(valued: Coverage, likely: Coverage, rules: Rules) -> tuple[Coverage, Rules]:
    """Put the cells that rules count beside those that are valued.

    Parameters
    ----------
    valued : Coverage
        By weights, or of many worlds.
    likely : Coverage
        The same sites; the people whom the rules count.
    rules : Rules
        Over the cells of `likely`.

    Returns
    -------
    Coverage
        Its first cells are those of `valued`.
    Rules
        Over the same cells.
    """
    cells = np.unique(rules.reach_rows.indices)
    before = csr_array((rules.reach_rows.shape[0], len(valued.need_people)))
    after = rules.reach_rows[:, cells] / COUNTED_WORTH
    both = Coverage(
        csr_array(hstack([valued.shares, likely.shares[:, cells]], format="csr")),
        np.append(valued.need_people, COUNTED_WORTH * likely.need_people[cells]),
    )
    return both, replace(rules, reach_rows=csr_array(hstack([before, after], format="csr")))


@dataclass(frozen=True)
class Beside:
    """Outcomes of the cells that are valued, where others stand beside them.

    Attributes
    ----------
    outcomes : Outcomes
        Over the first cells.
    coverage : Coverage
        All cells.
    """

    outcomes: Outcomes
    coverage: Coverage

    @property
    def count(self) -> int:
        """How many outcomes there are."""
        return self.outcomes.count

    @property
    def already(self) -> Floats:
        """The outcomes without any hub of the plan."""
        return self.outcomes.already

    def worth(self, weight: Floats) -> Floats:
        """Return what a person is worth: `Outcomes.worth`; nothing where only rules count."""
        worth = np.zeros(len(self.coverage.need_people))
        valued = self.outcomes.worth(weight)
        worth[: len(valued)] = valued
        return worth

    def of(self, chosen: Mask) -> Floats:
        """Return the outcomes of a plan: `Outcomes.of`."""
        return self.outcomes.of(chosen)
