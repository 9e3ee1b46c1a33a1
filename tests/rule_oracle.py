"""What the best plan under rules is: by trying all plans, and by a model of its own with HiGHS."""

from collections.abc import Iterator

import numpy as np
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import block_array, csr_array, eye_array

from leohub.people.coverage import Coverage
from leohub.plan.rules.rules import Rules


def every_plan(sites: int) -> Iterator[np.ndarray]:
    """All subsets of the sites, as masks."""
    for number in range(2**sites):
        yield (number >> np.arange(sites)) & 1 == 1


def reached_people(coverage: Coverage, chosen: np.ndarray) -> np.ndarray:
    """People reached in each cell, by their definition."""
    shares = coverage.shares.toarray()
    return np.array(
        [
            need * max((shares[site, cell] for site in np.flatnonzero(chosen)), default=0.0)
            for cell, need in enumerate(coverage.need_people)
        ]
    )


def keeps(rules: Rules, coverage: Coverage, chosen: np.ndarray) -> bool:
    """Whether a plan keeps to the rows, term by term."""
    if np.any(rules.required & ~chosen) or np.any(rules.forbidden & chosen):
        return False
    rows, reach = rules.rows.toarray(), rules.reach_rows.toarray()
    people = reached_people(coverage, chosen)
    return all(
        sum(rows[row][chosen]) - sum(reach[row] * people) <= rules.limits[row] + 1e-7
        for row in range(len(rules.limits))
    )


def best_by_trying(rules: Rules, coverage: Coverage) -> tuple[float, np.ndarray] | None:
    """The best plan of all (at most 12 sites), and whom it reaches; None if there is none."""
    found = [
        (reached_people(coverage, chosen).sum(), chosen)
        for chosen in every_plan(coverage.shares.shape[0])
        if keeps(rules, coverage, chosen)
    ]
    return max(found, key=lambda plan: plan[0], default=None)


def best_by_milp(
    rules: Rules, coverage: Coverage, time_limit_s: float = 60.0
) -> tuple[float, np.ndarray] | None:
    """The same from HiGHS, for hundreds of sites; None if there is none.

    Columns: x for each site, then y for each pair of a site and a cell, the part of the cell's
    people who are counted at the site: y ≤ x, and the y of a cell sum to 1 at most. That is the
    model by assignment, not the one by layers that the product uses.
    """
    pairs = coverage.shares.tocoo()
    site, cell = pairs.coords
    sites, cells = coverage.shares.shape
    people = coverage.need_people[cell] * pairs.data
    number = np.arange(len(site))
    to_site = csr_array((np.ones(len(site)), (number, site)), shape=(len(site), sites))
    to_cell = csr_array((np.ones(len(site)), (cell, number)), shape=(cells, len(site)))
    counted = csr_array(rules.reach_rows[:, cell].multiply(people[np.newaxis, :]))
    matrix = block_array(
        [[rules.rows, -counted], [-to_site, eye_array(len(site))], [None, to_cell]], format="csr"
    )
    upper = np.concatenate([rules.limits + 1e-7, np.zeros(len(site)), np.ones(cells)])
    low = np.concatenate([rules.required.astype(float), np.zeros(len(site))])
    high = np.concatenate([(~rules.forbidden).astype(float), np.ones(len(site))])
    if np.any(low > high):
        return None
    answer = milp(
        np.concatenate([np.zeros(sites), -people]),
        integrality=np.arange(sites + len(site)) < sites,
        bounds=Bounds(low, high),
        constraints=LinearConstraint(matrix, ub=upper),
        options={"time_limit": time_limit_s},
    )
    if answer.status == 2:
        return None
    assert answer.status == 0, answer.message
    return -answer.fun, answer.x[:sites] > 0.5


@st.composite
def coverages(draw, sites=(1, 7), cells=(1, 6), shares=(0.0, 0.0, 0.5, 1.0)):
    """Small problems: the shares of every pair, and whole numbers of people."""
    shape = (draw(st.integers(*sites)), draw(st.integers(*cells)))
    size = shape[0] * shape[1]
    share = draw(st.lists(st.sampled_from(shares), min_size=size, max_size=size))
    need = draw(st.lists(st.integers(0, 40), min_size=shape[1], max_size=shape[1]))
    return Coverage(csr_array(np.reshape(share, shape)), np.array(need, dtype=float))


def masks(sites: int) -> st.SearchStrategy[np.ndarray]:
    """Some of the sites."""
    return st.lists(st.booleans(), min_size=sites, max_size=sites).map(np.array)
