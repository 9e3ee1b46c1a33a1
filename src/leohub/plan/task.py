r"""`Task`: what a choice is about, with weights of kinds and rules on people in one coverage.

A person reached from a site of weight :math:`v_i` is worth :math:`v_i` to the plan
(`leohub.plan.rules.weights`), and one whole person to a rule that counts people. Where there are
both, every cell stands there twice: once with the shares :math:`v_i a_{ij}`, for the worth, and
once with :math:`a_{ij}`, for the rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array, hstack

from leohub.people.coverage import Coverage
from leohub.plan.rules.rules import Rules
from leohub.plan.rules.weights import weigh

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Task:
    """A coverage, what its cells are worth, and the rules.

    Attributes
    ----------
    coverage : Coverage
        Shares and people of every cell.
    worth : ndarray, shape (n_cells,)
        What a person reached there adds to what is maximised: 1, or 0 where only rules count.
    rules : Rules
        Over the same cells.
    """

    coverage: Coverage
    worth: Floats
    rules: Rules

    @classmethod
    def of(cls, coverage: Coverage, rules: Rules, weight: Floats | None = None) -> Task:
        """State a problem.

        Parameters
        ----------
        coverage : Coverage
        rules : Rules
        weight : ndarray, shape (n_sites,), optional
            What a person reached from each site is worth, in (0, 1]. Default: 1.
        """
        if coverage.shares.shape != (rules.rows.shape[1], rules.reach_rows.shape[1]):
            raise ValueError("the rules speak of other sites or cells than the coverage")
        worth = np.ones(len(coverage.need_people))
        weighed = coverage if weight is None else weigh(coverage, weight)
        if weighed is coverage or rules.reach_rows.nnz == 0:
            return cls(weighed, worth, rules)
        counted = np.zeros(len(worth), dtype=np.bool_)
        counted[rules.reach_rows.indices] = True
        both = Coverage(
            csr_array(hstack([weighed.shares, coverage.shares], format="csr")),
            np.concatenate([weighed.need_people, np.where(counted, coverage.need_people, 0.0)]),
        )
        nothing = csr_array(rules.reach_rows.shape)
        reach_rows = csr_array(hstack([nothing, rules.reach_rows], format="csr"))
        return cls(both, np.concatenate([worth, 0 * worth]), replace(rules, reach_rows=reach_rows))
