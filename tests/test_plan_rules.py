"""Every family of rules says with its rows what it says in words, for every plan there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyproj import Geod
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_least, at_most, at_most_in_each, where_in
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rule, Rules, reached_by_cell
from leohub.plan.rules.spacing import apart
from leohub.plan.rules.weights import weigh
from tests.rule_oracle import (
    best_by_milp,
    best_by_trying,
    coverages,
    every_plan,
    keeps,
    masks,
    reached_people,
)

FEW = settings(max_examples=30, deadline=None)


def agrees(rule: Rule, coverage: Coverage, definition) -> None:
    """The rows of a rule hold for exactly the plans that it is defined by."""
    rules = Rules.of([rule], *coverage.shares.shape)
    for chosen in every_plan(coverage.shares.shape[0]):
        people = reached_by_cell(coverage, chosen)
        np.testing.assert_allclose(people, reached_people(coverage, chosen))
        assert rules.holds(chosen, people) == definition(chosen), chosen
        assert rules.broken(chosen, people) == (() if definition(chosen) else (rule.name,))


@given(st.data(), coverages(), st.integers(0, 5))
@FEW
def test_numbers_of_hubs(data, coverage, hubs):
    counted = data.draw(masks(coverage.shares.shape[0]))
    agrees(at_most("most", counted, hubs), coverage, lambda x: (x & counted).sum() <= hubs)
    agrees(at_least("least", counted, hubs), coverage, lambda x: (x & counted).sum() >= hubs)


@given(st.data(), coverages())
@FEW
def test_numbers_in_each_group(data, coverage):
    sites = coverage.shares.shape[0]
    group = np.array(data.draw(st.lists(st.integers(-1, 2), min_size=sites, max_size=sites)))
    groups = int(group.max()) + 1
    room = np.array(data.draw(st.lists(st.integers(0, 3), min_size=groups, max_size=groups)))
    rule = at_most_in_each("each", group, room)
    agrees(
        rule,
        coverage,
        lambda x: all((x & (group == g)).sum() <= room[g] for g in range(groups)),
    )


@given(st.data(), coverages(), st.integers(0, 60), st.integers(0, 5))
@FEW
def test_money(data, coverage, money, most):
    sites, cells = coverage.shares.shape
    cost = np.array(data.draw(st.lists(st.integers(0, 30), min_size=sites, max_size=sites)), float)
    agrees(budget("budget", cost, money), coverage, lambda x: cost[x].sum() <= money)
    standing = data.draw(masks(sites))
    already = reached_people(coverage, standing).sum()

    def affordable(x):
        newly = reached_people(coverage, x | standing).sum() - already
        return cost[x & ~standing].sum() <= most * newly

    rule = cost_per_person("ceiling", np.where(standing, 0, cost), most, cells, already)
    rules = Rules.of([rule], sites, cells, existing=standing)
    for chosen in every_plan(sites):
        whole = chosen | standing
        assert rules.holds(whole, reached_by_cell(coverage, whole)) == affordable(whole)


@given(st.data(), coverages(), st.integers(0, 80))
@FEW
def test_people_reached(data, coverage, people):
    cells = coverage.shares.shape[1]
    part = np.array(
        data.draw(st.lists(st.sampled_from([0, 0.5, 1]), min_size=cells, max_size=cells))
    )
    agrees(
        at_least_reached("reach", part, people, coverage.shares.shape[0]),
        coverage,
        lambda x: (part * reached_people(coverage, x)).sum() >= people,
    )


places = st.lists(
    st.tuples(st.integers(0, 12), st.integers(0, 12)), min_size=1, max_size=7, unique=True
)


@given(st.data(), places, st.sampled_from([0.9, 1.7, 3.3, 20.0]))
@FEW
def test_distance_between_hubs(data, places, least_km):
    lat, lon = 0.005 * np.array(places, dtype=float).T
    existing = data.draw(masks(len(lat)))
    geod = Geod(ellps="WGS84")

    def far_enough(chosen):
        hubs = np.flatnonzero(chosen)
        return all(
            geod.inv(lon[a], lat[a], lon[b], lat[b])[2] >= 1000 * least_km
            for a in hubs
            for b in hubs
            if a < b and not (existing[a] and existing[b])
        )

    nothing = Coverage(csr_array((len(lat), 1)), np.zeros(1))
    rule = apart("apart", lat, lon, least_km, existing)
    agrees(rule, nothing, far_enough)
    pairs = [np.flatnonzero(row) for row in rule.rows.toarray()]
    for clique in pairs:
        for other in set(range(len(lat))) - set(clique.tolist()):
            joined = np.isin(np.arange(len(lat)), [*clique, other])
            alone = [np.isin(np.arange(len(lat)), [a, other]) for a in clique]
            assert far_enough(joined) or any(far_enough(pair) for pair in alone)


def test_near_places_make_one_row_not_a_row_for_each_pair():
    rule = apart("apart", np.linspace(0, 0.01, 30), np.full(30, 36.0), 5.0)
    assert rule.rows.shape == (1, 30)
    assert rule.rows.nnz == 30


def test_places_exactly_so_far_apart_may_both_be_hubs():
    lon = np.array([36.0, Geod(ellps="WGS84").fwd(36.0, 0.0, 90, 2000)[0]])
    assert apart("apart", np.zeros(2), lon, 1.999).rows.shape[0] == 0
    assert apart("apart", np.zeros(2), lon, 2.001).rows.shape[0] == 1


def test_a_distance_that_almost_all_places_break_is_refused(monkeypatch):
    monkeypatch.setattr("leohub.plan.rules.spacing.MOST_PAIRS", 10)
    with pytest.raises(ValueError, match="pairs of places lie nearer"):
        apart("apart", np.zeros(9), np.linspace(36, 36.001, 9), 1.0)


@st.composite
def problems(draw):
    """A small problem with rules of every family."""
    coverage = draw(coverages(sites=(2, 6)))
    sites, cells = coverage.shares.shape
    cost = np.array(draw(st.lists(st.integers(0, 9), min_size=sites, max_size=sites)), float)
    some = [draw(masks(sites)) for _ in range(4)]
    drawn = [
        at_most("size", np.ones(sites, bool), draw(st.integers(0, 4))),
        budget("budget", cost, draw(st.integers(0, 30))),
        cost_per_person("ceiling", cost, draw(st.integers(0, 3)), cells),
        at_least("least", some[0], draw(st.integers(0, 2))),
        at_most("most", some[1], draw(st.integers(0, 3))),
        at_least_reached("reach", np.ones(cells), draw(st.integers(0, 30)), sites),
        at_most_in_each("each", np.where(some[2], 0, 1), 2),
    ]
    kept = draw(st.lists(st.sampled_from(drawn), unique_by=id, max_size=4))
    required = some[3] & draw(masks(sites)) & draw(masks(sites))
    forbidden = draw(masks(sites)) & draw(masks(sites)) & ~required
    return coverage, Rules.of(kept, sites, cells, required=required, forbidden=forbidden)


@given(problems())
@FEW
def test_holding_is_every_term_of_every_row(problem):
    coverage, rules = problem
    for chosen in every_plan(coverage.shares.shape[0]):
        people = reached_by_cell(coverage, chosen)
        assert rules.holds(chosen, people) == keeps(rules, coverage, chosen)
        assert rules.holds(chosen, people) == (rules.broken(chosen, people) == ())


@given(problems())
@FEW
def test_the_reference_model_finds_the_best_of_all_plans(problem):
    coverage, rules = problem
    tried, solved = best_by_trying(rules, coverage), best_by_milp(rules, coverage)
    assert (tried is None) == (solved is None)
    if tried is not None and solved is not None:
        assert solved[0] == pytest.approx(tried[0], abs=1e-4)
        assert keeps(rules, coverage, solved[1])


@given(problems(), st.data())
@FEW
def test_a_part_of_the_sites_keeps_to_what_the_others_leave(problem, data):
    coverage, rules = problem
    sites = coverage.shares.shape[0]
    keep, fixed = data.draw(masks(sites)), data.draw(masks(sites))
    fixed &= ~keep & ~rules.forbidden
    fixed |= rules.required & ~keep
    before = reached_by_cell(coverage, fixed)
    part = rules.restricted(keep, fixed, before)
    for inside in every_plan(int(keep.sum())):
        whole = fixed.copy()
        whole[keep] = inside
        on_top = reached_by_cell(coverage, whole) - before
        assert part.holds(inside, on_top) == keeps(rules, coverage, whole)


def test_some_of_the_rules_are_their_rows():
    yes = np.ones(3, bool)
    rules = Rules.of([at_most(f"rule {n}", yes, n) for n in range(4)], 3, 1)
    some = rules.only([3, 1])
    assert some.names == ("rule 1", "rule 3")
    assert some.limits.tolist() == [1, 3]
    assert some.rule.tolist() == [0, 1]
    assert rules.only([]).rows.shape == (0, 3)


def test_what_stands_is_required_and_forbidden_places_are_told():
    stands, not_here = np.array([True, False]), np.array([False, True])
    rules = Rules.of([], 2, 1, existing=stands, forbidden=not_here)
    assert rules.required.tolist() == [True, False]
    assert rules.broken(not_here, np.zeros(1)) == (
        "1 places that must be hubs are not",
        "1 places that must not be hubs are",
    )


def test_money_is_not_lost_to_the_rounding_of_sums():
    cost = np.full(10, 0.1)
    rules = Rules.of([budget("budget", cost, 0.3)], 10, 1)
    three = np.arange(10) < 3
    assert cost[three].sum() > 0.3
    assert rules.holds(three, np.zeros(1))
    assert not rules.holds(np.arange(10) < 4, np.zeros(1))


def test_rows_and_limits_must_fit_together():
    with pytest.raises(ValueError, match="one limit"):
        Rule("odd", csr_array(np.ones((2, 2))), np.ones(1))
    with pytest.raises(ValueError, match="none below 0"):
        Rule("odd", csr_array((1, 2)), np.ones(1), csr_array(-np.ones((1, 2))))


def test_a_person_reached_from_a_lesser_kind_counts_for_less():
    shares = csr_array(np.array([[1.0, 0.0], [0.5, 1.0]]))
    coverage = Coverage(shares, np.array([10.0, 10.0]))
    weighed = weigh(coverage, np.array([0.8, 1.0]))
    assert weighed.shares.toarray().tolist() == [[0.8, 0.0], [0.5, 1.0]]
    assert weigh(coverage, np.ones(2)) is coverage
    with pytest.raises(ValueError, match="at most 1"):
        weigh(coverage, np.array([0.0, 1.0]))


def test_values_among_some():
    assert where_in(["a", "b", "a"], {"a"}).tolist() == [True, False, True]
