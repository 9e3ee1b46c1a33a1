"""The rows that HiGHS is given: those that can be broken, scaled, of whatever problem."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.plan.problem.rows import Rows
from leohub.plan.solver.highs import _limits


def test_a_problem_without_columns_has_no_rows():
    for room in (-1.0, 0.0, 2.0):
        matrix, limits = _limits(Rows.number(room, 0, 0))
        assert matrix.shape == (0, 0)
        assert limits.shape == (0,)
    none = csr_array((3, 0))
    matrix, limits = _limits(Rows(np.empty(0), 1.0, none, none, np.ones(3)))
    assert matrix.shape == (0, 0)
    assert limits.shape == (0,)


@given(st.integers(0, 4), st.integers(0, 4), st.integers(0, 3), st.integers(0, 10_000))
def test_plans_keep_to_the_scaled_rows_as_to_the_rows_themselves(sites, groups, rows, seed):
    random = np.random.default_rng(seed)
    cost = random.choice([0.0, 1.0, 7.0], sites)
    of_sites = random.choice([-3.0, 0.0, 0.0, 1.0, 50.0], (rows, sites))
    of_groups = random.choice([0.0, 0.0, 200.0], (rows, groups))
    limits = random.integers(-60, 60, rows) + 0.5
    asked = Rows(cost, 4.5, csr_array(of_sites), csr_array(of_groups), limits)
    matrix, scaled = _limits(asked)
    assert matrix.shape[1] == sites + groups
    assert np.all(abs(matrix.toarray()).max(axis=1, initial=0.0) == (1.0 if len(scaled) else 0.0))
    whole = np.vstack([np.append(cost, np.zeros(groups)), np.hstack([of_sites, of_groups])])
    can_be_broken = whole.any(axis=1)
    for _ in range(5):
        hubs, reached = random.integers(0, 2, sites), random.integers(0, 2, groups)
        kept = asked.slack(hubs == 1, reached == 1) >= 0
        kept = np.append(kept[-1], kept[:-1])[can_be_broken]
        # HiGHS has a column for each group that is missed.
        found = matrix @ np.append(hubs, 1 - reached) <= scaled + 1e-9
        assert found.tolist() == kept.tolist()
