"""Hubs that serve only so many people: against models of their own, and what a plan promises."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import coo_array, csr_array, vstack
from scipy.sparse.csgraph import maximum_flow

from leohub.people.coverage import Coverage
from leohub.plan.capacity import proof
from leohub.plan.capacity.bound import best_rents, bound_of, find_incomes
from leohub.plan.capacity.choose import choose_within_capacity
from leohub.plan.capacity.flow import EVERYWHERE, assign, set_terminals
from leohub.plan.capacity.greedy import fill
from leohub.plan.capacity.ground import Ground
from leohub.plan.capacity.outcome import make_plan
from leohub.plan.capacity.prices import find_bound
from leohub.plan.capacity.problem import Problem
from leohub.plan.capacity.room import Capacity
from leohub.plan.capacity.stages import Choice
from leohub.plan.capacity.state import PARTS, begin_log, no_hubs, take_back
from leohub.plan.choose import choose_hubs
from leohub.plan.clock import Clock
from leohub.plan.plan import Plan
from leohub.plan.rules.money import budget
from leohub.plan.rules.numbers import at_least, at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rule, Rules
from tests.rule_oracle import best_by_milp, coverages, masks

EVERY = 10**9


def most_served(
    coverage: Coverage, capacity: Capacity, rules: Rules, *, whole: bool = True
) -> float | None:
    """The most people that any plan serves, by HiGHS; None if no plan keeps the rules.

    Columns: x and t for each site, y for each pair of a site and a cell, the people of the cell who
    go to the site. Of a cell with w people, sites that serve at most the share a take at most a·w.
    """
    pairs = coverage.shares.tocoo()
    site, cell = pairs.coords
    sites, number = coverage.shares.shape[0], len(site)
    people = coverage.need_people[cell] * pairs.data

    def columns(rows, hubs=None, seconds=None, served=None):
        parts = ((hubs, sites), (seconds, sites), (served, number))
        blocks = [csr_array((rows, width)) if b is None else b for b, width in parts]
        return csr_array(np.hstack([block.toarray() for block in blocks]))

    pick = csr_array((np.ones(number), (np.arange(number), site)), shape=(number, sites))
    eye = csr_array(np.eye(number))
    line = np.array(
        [(cell == cell[k]) & (pairs.data <= pairs.data[k]) for k in range(number)], dtype=float
    ).reshape(number, number)
    unit = csr_array(np.eye(sites))
    blocks = [
        (columns(len(rules.limits), rules.rows, capacity.second_rows), rules.limits),
        (columns(number, csr_array(-pick.multiply(people[:, None])), None, eye), np.zeros(number)),
        (columns(number, None, None, csr_array(line)), people),
        (columns(sites, csr_array(-unit), unit), np.zeros(sites)),
        (
            columns(
                sites,
                csr_array(np.diag(-np.minimum(capacity.first_people, EVERY))),
                csr_array(np.diag(-capacity.second_people)),
                csr_array(pick.T),
            ),
            np.zeros(sites),
        ),
    ]
    low = np.concatenate([rules.required.astype(float), np.zeros(sites + number)])
    high = np.concatenate([1.0 - rules.forbidden, np.ones(sites), np.full(number, np.inf)])
    if np.any(low > high):
        return None
    answer = milp(
        np.concatenate([np.zeros(2 * sites), -np.ones(number)]),
        integrality=(np.arange(2 * sites + number) < 2 * sites) * int(whole),
        bounds=Bounds(low, high),
        constraints=LinearConstraint(
            vstack([rows for rows, _ in blocks]), ub=np.concatenate([most for _, most in blocks])
        ),
        options={"mip_rel_gap": 0.0},
    )
    if answer.status == 2:
        return None
    assert answer.status == 0, answer.message
    return float(-answer.fun)


def plain_plan(coverage: Coverage, rules: Rules) -> Plan:
    """The best plan without capacities, with a bound and no grants worth speaking of."""
    best = best_by_milp(rules, coverage)
    assert best is not None, "a plan without second terminals keeps the rules, too"
    people, chosen = best
    return Plan(
        hubs=np.flatnonzero(chosen),
        added_people=np.zeros(int(chosen.sum())),
        reached_people=people,
        worth_people=people,
        bound_people=people,
        certified_people=float(coverage.need_people.sum()),
        granted_people=coverage.need_people,
        row_prices=np.zeros(len(rules.limits)),
        rule_costs_people=np.full(len(rules.names), np.nan),
        curve=np.zeros((0, 3)),
        story=(),
        optimal=True,
        stopped_early=False,
    )


@st.composite
def problems(
    draw, shares: tuple[float, ...] = (0.0, 0.0, 0.5, 1.0)
) -> tuple[Coverage, Capacity, Rules]:
    coverage = draw(coverages(sites=(1, 6), cells=(1, 6), shares=shares))
    sites, cells = coverage.shares.shape
    numbers = st.lists(st.integers(0, 60), min_size=sites, max_size=sites)
    cost = np.array(draw(numbers), dtype=float)
    everywhere = np.ones(sites, dtype=np.bool_)
    rules = [at_most("hubs", everywhere, draw(st.integers(0, sites)))]
    if draw(st.booleans()):
        rules.insert(draw(st.integers(0, 1)), budget("money", cost, draw(st.integers(0, 150))))
    if draw(st.booleans()):
        rules.append(at_least("some", draw(masks(sites)), 1))
    if draw(st.booleans()):
        rules.append(
            Rule("seconds", csr_array((1, sites)), np.array([draw(st.integers(0, 3))], float))
        )
    required, forbidden = (draw(masks(sites)) & draw(masks(sites)) for _ in range(2))
    whole = Rules.of(rules, sites, cells, required=required, forbidden=forbidden & ~required)
    first = np.array(draw(numbers), dtype=float)
    second = np.array(draw(numbers), dtype=float) * draw(st.booleans())
    rows = np.zeros((len(rules), sites))
    for number, rule in enumerate(rules):
        if rule.name == "money":
            rows[number] = np.ceil(cost / 2)
        if rule.name == "seconds":
            rows[number] = 1.0
    return coverage, Capacity(first, second, csr_array(rows)), whole


def one_terminal(first_people: np.ndarray, rules: Rules) -> Capacity:
    """The capacity of hubs that have one terminal each."""
    none = csr_array((len(rules.limits), len(first_people)))
    return Capacity(first_people, np.zeros(len(first_people)), none)


def fields(seed: int, sites: int, cells: int, reach: float) -> Coverage:
    """Sites and cells at random in a unit square."""
    random = np.random.default_rng(seed)
    site, cell = random.random((sites, 2)), random.random((cells, 2))
    near = np.linalg.norm(site[:, None] - cell[None], axis=2) < reach
    return Coverage(csr_array(near.astype(float)), random.integers(1, 900, cells).astype(float))


def some_hubs(coverage: Coverage, hubs: int) -> Rules:
    sites, cells = coverage.shares.shape
    return Rules.of([at_most("hubs", np.ones(sites, dtype=np.bool_), hubs)], sites, cells)


def plain(coverage: Coverage, rules: Rules) -> Plan:
    """The product's own choice, for a number of hubs."""
    return choose_hubs(
        coverage,
        rules,
        seed=1,
        time_limit_s=60.0,
        gap=0.01,
        exact_limit_pairs=50_000,
        price_rules=False,
    )


def scipy_flow(coverage: Coverage, room: np.ndarray, open_now: np.ndarray) -> int:
    """The maximum flow from hubs to whole cells, by another implementation."""
    hub, cell = coverage.shares.tocoo().coords
    served = open_now[hub]
    hub, cell = hub[served], cell[served]
    sites, cells = coverage.shares.shape
    begin = np.concatenate([np.zeros(sites, int), 1 + hub, 1 + sites + np.arange(cells)])
    end = np.concatenate(
        [1 + np.arange(sites), 1 + sites + cell, np.full(cells, 1 + sites + cells)]
    )
    most = np.concatenate([room, np.full(len(hub), EVERY), coverage.need_people]).astype(np.int32)
    size = 2 + sites + cells
    graph = csr_array(coo_array((most, (begin, end)), shape=(size, size)))
    return int(maximum_flow(graph, 0, size - 1).flow_value)


@given(
    coverages(sites=(1, 7), cells=(1, 8), shares=(0.0, 1.0)),
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 2), st.booleans()), max_size=14),
    st.data(),
)
@settings(max_examples=150)
def test_the_flow_is_a_maximum_after_every_change_and_changes_can_be_taken_back(
    coverage, changes, data
):
    sites, cells = coverage.shares.shape
    rooms = st.lists(st.integers(0, 60), min_size=sites, max_size=sites)
    first, second = (np.array(data.draw(rooms), dtype=float) for _ in range(2))
    rules = Rules.of([], sites, cells)
    capacity = Capacity(first, second, csr_array((0, sites)))
    state = no_hubs(Problem.of(coverage, capacity, rules))
    for place, terminals, keeps in changes:
        site = place % sites
        had, before = (
            state.terminals[site],
            (state.flow.copy(), state.left.copy(), state.spare.copy()),
        )
        begin_log(state)
        set_terminals(state, site, np.int8(terminals), EVERYWHERE)
        if not keeps:
            take_back(state, np.array([site], dtype=np.int32), np.array([had], dtype=np.int8))
            for now, then in zip((state.flow, state.left, state.spare), before, strict=True):
                assert np.array_equal(now, then)
        now = state.terminals
        room = np.where(now > 0, first, 0) + np.where(now > 1, second, 0)
        assert state.total[0] == scipy_flow(coverage, room, now > 0) * PARTS
        assert state.total[0] == state.flow.sum()
        assert np.all(state.flow >= 0)
        assert np.all(state.left >= 0)
        assert np.all(state.spare >= 0)


@given(problems(), st.data())
@settings(max_examples=60)
def test_any_prices_and_rents_prove_a_bound(case, data):
    coverage, capacity, rules = case
    best = most_served(coverage, capacity, rules)
    assume(best is not None)
    problem = Problem.of(coverage, capacity, rules)
    groups, rows = len(problem.need_people), len(rules.limits)
    share = data.draw(st.lists(st.floats(0, 1), min_size=groups, max_size=groups))
    rents = np.array(data.draw(st.lists(st.floats(0, 50), min_size=rows, max_size=rows)))
    prices = np.asarray(share) * problem.need_people
    incomes = find_incomes(problem, prices)
    bound = bound_of(problem, prices, incomes, rents)
    assert bound >= best - 1e-6
    better = bound_of(problem, prices, incomes, best_rents(problem, incomes, rents))
    assert best - 1e-6 <= better <= bound + 1e-5


@given(problems())
@settings(max_examples=60)
def test_a_plan_is_feasible_its_bound_true_and_both_can_be_counted_again(case):
    coverage, capacity, rules = case
    best = most_served(coverage, capacity, rules)
    assume(best is not None)
    plan = choose_within_capacity(
        coverage, capacity, rules, choose=plain_plan, seed=1, time_limit_s=0.1, gap=0.0
    )
    assert plan.worth_people <= best + 1e-6
    assert plan.bound_people >= best - 1e-6
    assert plan.certified_people >= plan.bound_people * (1 - 1e-9)
    chosen = np.isin(np.arange(coverage.shares.shape[0]), plan.hubs)
    second = np.zeros(len(chosen))
    found = plan.capacity
    second[found.hubs[found.terminals == 2]] = 1.0
    used = rules.rows @ chosen + capacity.second_rows @ second
    assert np.all(used <= rules.limits + 1e-6)
    assert np.all(chosen[rules.required])
    assert not np.any(chosen[rules.forbidden])
    counted = proof.served_people(
        coverage, capacity, found.hubs, found.terminals, found.assigned_people
    )
    assert counted == pytest.approx(plan.worth_people, rel=1e-8, abs=1e-6)
    proven = proof.bound_people(coverage, capacity, rules, found.certificate)
    assert proven >= best
    assert min(proven, coverage.need_people.sum()) <= plan.certified_people * (1 + 1e-8) + 1e-6


@pytest.mark.parametrize("second", [0.0, 900.0])
@pytest.mark.parametrize("room", [900.0, 2_500.0, 6_000.0])
def test_the_prices_come_near_the_linear_relaxation(room, second):
    coverage = fields(3, sites=30, cells=60, reach=0.25)
    cost = np.random.default_rng(3).integers(5, 15, 30).astype(float)
    few = at_most("few", np.arange(30) % 2 == 0, 3)
    required, forbidden = np.arange(30) == 4, np.arange(30) % 11 == 5
    money = budget("money", cost, 60.0)
    rules = Rules.of([money, few], 30, 60, required=required, forbidden=forbidden)
    extra = csr_array(np.vstack([np.ceil(cost / 3), np.zeros(30)]))
    capacity = Capacity(np.full(30, room), np.full(30, second), extra)
    problem = Problem.of(coverage, capacity, rules)
    bound = find_bound(
        problem,
        start=0.5 * problem.need_people,
        start_rents=np.zeros(2),
        enough_people=0.0,
        tolerance=1e-4,
        iterations=6_000,
        time_is_up=lambda: False,
    )
    relaxed = most_served(coverage, capacity, rules, whole=False)
    assert most_served(coverage, capacity, rules) <= bound.people + 1e-6
    assert bound.people <= 1.005 * relaxed


def test_second_terminals_are_bought_where_they_serve_most():
    """Two towns of 100; hubs cost 10, serve 50, and 50 more for 4; there is money for 28."""
    coverage = Coverage(csr_array(np.eye(3)), np.array([100.0, 100.0, 60.0]))
    rules = Rules.of([budget("money", np.full(3, 10.0), 28.0)], 3, 3)
    capacity = Capacity(np.full(3, 50.0), np.full(3, 50.0), csr_array(np.full((1, 3), 4.0)))
    plan = choose_within_capacity(
        coverage, capacity, rules, choose=plain_plan, seed=1, time_limit_s=2.0, gap=0.0
    )
    assert plan.hubs.tolist() == [0, 1]
    assert plan.capacity.terminals.tolist() == [2, 2]
    assert plan.capacity.served_people.tolist() == [100.0, 100.0]


def test_a_second_terminal_whose_people_the_first_would_serve_is_not_bought():
    coverage = Coverage(csr_array(np.eye(2)), np.array([40.0, 90.0]))
    rules = some_hubs(coverage, 2)
    capacity = Capacity(np.full(2, 50.0), np.full(2, 50.0), csr_array((1, 2)))
    plain = plain_plan(coverage, rules)
    problem = Problem.of(coverage, capacity, rules)
    choice = Choice(problem, coverage, plain, Clock(1.0), 1, 0.0, lambda stage, share: None)
    choice.terminals[:] = 2
    choice.people = 130.0
    found = make_plan(choice, rules).capacity
    assert found.terminals.tolist() == [1, 2]
    assert found.served_people.tolist() == [40.0, 90.0]


def test_plans_are_filled_up_only_where_hubs_may_stand():
    coverage = fields(1, sites=40, cells=200, reach=0.2)
    sites = np.arange(40)
    rules = replace(some_hubs(coverage, 12), forbidden=sites % 3 == 0)
    problem = Problem.of(coverage, one_terminal(np.full(40, 2_000.0), rules), rules)
    nobody, never = np.zeros(40, dtype=np.int8), lambda: False
    alive = sites % 2 == 0
    filled = fill(Ground(problem, alive, np.zeros(1)), nobody, never)
    assert filled.sum() == 12
    assert not filled[rules.forbidden | ~alive].any()


def test_where_no_capacity_binds_the_plain_choice_stands():
    coverage = fields(1, sites=80, cells=400, reach=0.12)
    rules = some_hubs(coverage, 10)
    capacity = one_terminal(np.full(80, np.inf), rules)
    alone = plain(coverage, rules)
    plan = choose_within_capacity(
        coverage, capacity, rules, choose=plain, seed=1, time_limit_s=60.0, gap=0.0
    )
    assert np.array_equal(plan.hubs, alone.hubs)
    assert plan.worth_people == pytest.approx(alone.reached_people, abs=0.01)
    assert plan.bound_people == alone.bound_people
    assert not plan.stopped_early
    assert "have room for everyone" in plan.story[-1].words


def test_full_hubs_are_proven_within_a_tenth_of_a_per_cent():
    """Hubs that serve 1,000 to 2,000 of the thousands around them: the roomiest sites win."""
    coverage = fields(2, sites=120, cells=900, reach=0.15)
    rules = some_hubs(coverage, 15)
    room = np.random.default_rng(5).uniform(1_000, 2_000, 120)
    plan = choose_within_capacity(
        coverage,
        one_terminal(room, rules),
        rules,
        choose=plain,
        seed=1,
        time_limit_s=30.0,
        gap=0.001,
    )
    assert plan.gap <= 0.001
    assert plan.worth_people == pytest.approx(np.sort(room)[-15:].sum(), rel=2e-3)
    assert not plan.stopped_early


def search(seed: int, **options: object):
    coverage = fields(4, sites=60, cells=300, reach=0.16)
    rules = some_hubs(coverage, 8)
    capacity = one_terminal(np.full(60, 9_000.0), rules)
    given = {"time_limit_s": 120.0, "gap": 0.03, **options}
    return choose_within_capacity(coverage, capacity, rules, choose=plain, seed=seed, **given)


def test_the_same_seed_gives_the_same_plan():
    first, second = search(7), search(7)
    assert not first.stopped_early
    assert np.array_equal(first.hubs, second.hubs)
    assert first.bound_people == second.bound_people
    assert first.gap <= 0.03


def test_ctrl_c_keeps_the_plan_and_its_bound():
    def stop(stage: str, share: float) -> None:
        raise KeyboardInterrupt

    plan = search(7, tick=stop, gap=0.0)
    assert plan.stopped_early
    assert len(plan.hubs) == 8
    assert "Ctrl-C" in plan.story[-1].words
    assert plan.gap < 0.5


def test_the_recount_refuses_what_cannot_be():
    coverage = Coverage(csr_array(np.array([[0.5], [1.0]])), np.array([100.0]))
    rules = some_hubs(coverage, 2)
    capacity = one_terminal(np.array([60.0, 80.0]), rules)

    def counted(people: list[float]) -> float:
        assigned = csr_array(np.array(people)[:, None])
        return proof.served_people(coverage, capacity, [0, 1], [1, 1], assigned)

    assert counted([50.0, 50.0]) == pytest.approx(100.0)
    for people in ([60.0, 20.0], [10.0, 90.0], [50.0, 60.0], [-1.0, 20.0]):
        with pytest.raises(ValueError, match="people"):
            counted(people)
    with pytest.raises(ValueError, match="once"):
        proof.served_people(coverage, capacity, [1, 1], [1, 1], csr_array((2, 1)))


def test_the_recount_refuses_certificates_that_prove_nothing():
    coverage = fields(1, sites=8, cells=20, reach=0.4)
    rules = some_hubs(coverage, 2)
    capacity = one_terminal(np.full(8, 500.0), rules)
    plan = choose_within_capacity(
        coverage, capacity, rules, choose=plain_plan, seed=1, time_limit_s=0.2, gap=0.0
    )
    good = plan.capacity.certificate
    for bad, words in (
        (replace(good, rents=-1 - good.rents), "rent"),
        (replace(good, rents=np.zeros(2)), "rent"),
        (replace(good, granted=good.granted - 2), "granted"),
        (replace(good, cell=good.cell[::-1]), "layers"),
        (replace(good, cell=good.cell + 1_000), "of a cell"),
    ):
        with pytest.raises(ValueError, match=words):
            proof.bound_people(coverage, capacity, rules, bad)


def test_what_does_not_fit_together_is_refused():
    coverage = fields(1, sites=8, cells=20, reach=0.4)
    rules = some_hubs(coverage, 2)
    with pytest.raises(ValueError, match="negative"):
        one_terminal(np.full(8, -1.0), rules)
    with pytest.raises(ValueError, match="one capacity"):
        Capacity(np.ones(8), np.ones(7), csr_array((1, 8)))
    with pytest.raises(ValueError, match="count negatively"):
        Capacity(np.ones(8), np.ones(8), csr_array(-np.ones((1, 8))))
    with pytest.raises(ValueError, match="same sites"):
        Problem.of(coverage, one_terminal(np.ones(7), rules), rules)
    reach = Rules.of([at_least_reached("reach", coverage.need_people, 5.0, 8)], 8, 20)
    with pytest.raises(ValueError, match="people reached"):
        Problem.of(coverage, one_terminal(np.ones(8), reach), reach)
    problem = Problem.of(coverage, one_terminal(np.ones(8), rules), rules)
    assert assign(problem, np.zeros(8, dtype=np.int8)).total[0] == 0
