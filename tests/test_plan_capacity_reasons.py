"""Why a site serves people in a plan or not, against maximum flows by another implementation."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.reasons import NONE, give_served_reasons
from tests.test_plan_capacity import problems, scipy_flow


@given(problems(shares=(0.0, 1.0)), st.data())
@settings(max_examples=120)
def test_what_changes_is_the_difference_of_two_maximum_flows(case, data):
    coverage, capacity, rules = case
    sites = coverage.shares.shape[0]
    problem = Problem.of(coverage, capacity, rules)
    drawn = st.lists(st.integers(0, 2), min_size=sites, max_size=sites)
    terminals = np.array(data.draw(drawn), dtype=np.int8)
    site = data.draw(st.integers(0, sites - 1))

    def served(now: np.ndarray) -> float:
        room = np.where(now > 0, capacity.first_people, 0)
        room = room + np.where(now > 1, capacity.second_people, 0)
        return float(scipy_flow(coverage, room, now > 0))

    def changed(**at: int) -> np.ndarray:
        now = terminals.copy()
        for place, number in at.items():
            now[int(place[1:])] = number
        return now

    why = give_served_reasons(problem, terminals, site)
    here = f"s{site}"
    now, without = served(terminals), served(changed(**{here: 0}))
    one, two = (served(changed(**{here: number})) for number in (1, 2))
    own = terminals[site] > 0
    assert why.changes_people == (now if own else one) - without
    assert why.second_people == two - one
    others = {}
    for other in range(sites):
        if other == site or (terminals[other] > 0) == own:
            continue
        place, gone = (other, site) if own else (site, other)
        after = changed(**{f"s{place}": 1, f"s{gone}": 0})
        if problem.keeps_rules(after):
            others[other] = served(after)
    if why.other == NONE:
        assert not others
    else:
        assert others[why.other] == max(others.values())
        assert why.exchange_loses_people == now - others[why.other]
