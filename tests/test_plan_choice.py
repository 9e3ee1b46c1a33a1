"""The choice of hubs against brute force, and what a plan promises."""

from itertools import combinations, count

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.errors import SolverError
from leohub.people.coverage import Coverage
from leohub.plan.bounds.bound import Prices, lagrangian
from leohub.plan.bounds.prices import Bound
from leohub.plan.choose import choose_hubs, first_hubs
from leohub.plan.clock import Clock
from leohub.plan.problem.instance import Instance
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.solver.exact import Solver
from leohub.plan.solver.highs import Job
from leohub.plan.starts.draft import Draft
from leohub.plan.task import Task
from leohub.plan.walks.anneal import Worth
from leohub.plan.walks.search import Search


def coverage_of(rows: list[set[int]], need: list[float]) -> Coverage:
    dense = np.zeros((len(rows), len(need)))
    for row, cells in enumerate(rows):
        dense[row, sorted(cells)] = 1.0
    return Coverage(csr_array(dense), np.asarray(need, dtype=float))


def reached(coverage: Coverage, sites: tuple[int, ...]) -> float:
    served = coverage.shares[list(sites)].sum(axis=0) > 0
    return float(coverage.need_people[served].sum())


def best_by_brute_force(coverage: Coverage, hubs: int) -> float:
    sites = range(coverage.shares.shape[0])
    return max(reached(coverage, chosen) for chosen in combinations(sites, hubs))


def choose(coverage: Coverage, hubs: int, **options: object):
    defaults = {"seed": 1, "time_limit_s": 60.0, "gap": 0.0, "exact_limit_pairs": 200_000}
    return choose_hubs(coverage, hubs_at_most(hubs, coverage), **{**defaults, **options})


def instance_of(coverage: Coverage, hubs: int = 1) -> Instance:
    return Instance.of(Task.of(coverage, hubs_at_most(hubs, coverage)))


@st.composite
def instances(draw: st.DrawFn) -> tuple[Coverage, int]:
    cells = draw(st.integers(1, 12))
    rows = draw(st.lists(st.sets(st.integers(0, cells - 1)), min_size=1, max_size=9))
    need = draw(
        st.lists(st.floats(0, 5_000).map(lambda v: round(v, 3)), min_size=cells, max_size=cells)
    )
    return coverage_of(rows, need), draw(st.integers(1, len(rows)))


@given(instances())
@settings(max_examples=150, deadline=None)
def test_the_bound_is_never_below_the_best_plan_nor_the_plan_above_it(instance):
    coverage, hubs = instance
    plan = choose(coverage, hubs, exact_limit_pairs=0)
    best = best_by_brute_force(coverage, hubs)
    assert plan.reached_people <= best + 1e-6
    assert plan.bound_people >= best - 1e-6
    assert plan.reached_people == pytest.approx(reached(coverage, tuple(plan.hubs)), abs=1e-6)
    assert plan.reached_people == pytest.approx(plan.added_people.sum())
    assert len(plan.hubs) <= hubs
    assert np.all(np.diff(plan.added_people) <= 1e-9), "greedy order: each adds less than the last"
    if plan.optimal:
        assert plan.reached_people == pytest.approx(best, abs=2e-3)


@given(instances(), st.data())
@settings(max_examples=150, deadline=None)
def test_any_prices_prove_a_bound(instance, data):
    coverage, hubs = instance
    compact = instance_of(coverage, hubs)
    share = data.draw(
        st.lists(
            st.floats(0, 1), min_size=len(compact.need_people), max_size=len(compact.need_people)
        )
    )
    prices = np.asarray(share) * compact.need_people * 1.5
    bound = lagrangian(compact, Prices(prices, np.empty(0)))
    assert bound >= best_by_brute_force(coverage, hubs) - 1e-6


@pytest.fixture(scope="module")
def triangle() -> Coverage:
    """Greedy takes the middle site and regrets it: sites 1 and 2 together reach everyone."""
    return coverage_of([{1, 2, 3, 4}, {0, 1, 2}, {3, 4, 5}], [100, 90, 90, 90, 90, 100])


def test_swaps_mend_what_greedy_gets_wrong(triangle):
    assert Draft.empty(instance_of(triangle, 2)).open_best(2)[0] == 0
    first = first_hubs(triangle, hubs_at_most(2, triangle), time_limit_s=10.0)
    assert first.tolist() == [1, 2]
    plan = choose(triangle, 2, exact_limit_pairs=0)
    assert sorted(plan.hubs) == [1, 2]
    assert plan.reached_people == 560
    assert plan.optimal


def fields(seed: int, sites: int, cells: int, reach: float) -> Coverage:
    """Sites and cells at random in a unit square; fixed streams so that failures repeat."""
    random = np.random.default_rng(seed)
    site, cell = random.random((sites, 2)), random.random((cells, 2))
    near = np.linalg.norm(site[:, None] - cell[None], axis=2) < reach
    return Coverage(csr_array(near.astype(float)), random.integers(1, 900, cells).astype(float))


@pytest.mark.parametrize("seed", [3, 5, 6, 9])
def test_highs_closes_what_the_relaxation_leaves_open(seed):
    coverage = fields(seed, sites=60, cells=150, reach=0.16)
    rough = choose(coverage, 12, exact_limit_pairs=0)
    exact = choose(coverage, 12)
    assert exact.optimal
    assert exact.gap < 1e-6
    assert rough.reached_people <= exact.reached_people <= rough.bound_people


def test_highs_alone_agrees_with_brute_force():
    coverage = fields(5, sites=12, cells=60, reach=0.25)
    instance = instance_of(coverage, 4)
    start = Draft.empty(instance).is_hub
    with Solver() as solver:
        answer = solver.solve(Job(instance, start, time_limit_s=30))
    assert answer is not None
    assert answer.bound_people == pytest.approx(best_by_brute_force(coverage, 4), abs=0.01)


def test_the_same_seed_gives_the_same_plan():
    coverage = fields(1, sites=400, cells=3000, reach=0.06)
    first, second = (choose(coverage, 40, exact_limit_pairs=0) for _ in range(2))
    assert np.array_equal(first.hubs, second.hubs)
    assert first.bound_people == second.bound_people


def test_the_curve_rises_and_stays_under_its_bound():
    coverage = fields(2, sites=200, cells=1500, reach=0.08)
    plan = choose(coverage, 30, exact_limit_pairs=0)
    hubs, people, bound = plan.curve.T
    assert np.array_equal(hubs, np.arange(1, len(hubs) + 1))
    assert len(hubs) > 30
    assert people[29] == pytest.approx(plan.reached_people)
    assert np.all(np.diff(people) >= 0)
    assert np.all(bound >= people)


def proven_by_what_is_granted(coverage: Coverage, granted: np.ndarray, hubs: int) -> float:
    extra = coverage.shares.toarray() * coverage.need_people - granted
    extra[coverage.shares.toarray() == 0] = 0
    by_site = np.sort(np.maximum(extra, 0).sum(axis=1))[::-1]
    return float(granted.sum() + by_site[:hubs].sum())


def test_the_certificate_alone_reproduces_the_bound():
    coverage = fields(6, sites=200, cells=1500, reach=0.08)
    plan = choose(coverage, 30, exact_limit_pairs=0)
    proven = proven_by_what_is_granted(coverage, plan.granted_people, 30)
    assert plan.certified_people == pytest.approx(proven, rel=1e-9)
    assert plan.reached_people <= plan.bound_people <= plan.certified_people
    assert plan.certified_people < 1.05 * plan.reached_people


def test_the_curve_does_not_contradict_the_proof_of_the_exact_solver():
    for seed in (3, 5, 6, 9):
        plan = choose(fields(seed, sites=60, cells=150, reach=0.16), 12)
        assert plan.curve[len(plan.hubs) - 1, 2] <= plan.bound_people * (1 + 1e-9)


def test_a_proof_that_a_plan_exceeds_is_refused(monkeypatch):
    def too_small(*given, **options):
        return Bound(1.0, Prices(np.zeros(2), np.empty(0)), fractional_people=0.0, iterations=1)

    monkeypatch.setattr("leohub.plan.stages.prove.find_bound", too_small)
    with pytest.raises(SolverError, match="the proof is wrong"):
        choose(coverage_of([{0}, {1}], [5, 7]), 1)


def test_without_highs_the_plan_and_its_proof_stand(monkeypatch):
    def broken(self, job):
        raise SolverError("HiGHS failed: no memory")

    monkeypatch.setattr(Solver, "solve", broken)
    plan = choose(fields(9, sites=60, cells=150, reach=0.16), 12)
    assert len(plan.hubs) == 12
    assert plan.gap < 0.05
    assert any("HiGHS failed" in step.words for step in plan.story)


def test_searching_leaves_time_for_the_proof(monkeypatch):
    """Each look at the clock costs a millisecond of the limit of one second."""
    ticking = count(0, 1)
    monkeypatch.setattr("leohub.plan.clock.time.monotonic", lambda: next(ticking) / 1000)
    plan = choose(fields(3, sites=900, cells=6000, reach=0.05), 90, time_limit_s=0.04)
    assert plan.stopped_early
    iterations = next(
        int(step.words.split()[3].replace(",", ""))
        for step in plan.story
        if "iterations" in step.words
    )
    assert iterations > 20
    assert plan.gap < 0.2


def test_highs_is_not_misled_by_files_in_the_users_folder(tmp_path, monkeypatch):
    (tmp_path / "numpy.py").write_text("raise RuntimeError('not numpy')", "utf-8")
    monkeypatch.chdir(tmp_path)
    instance = instance_of(fields(5, sites=12, cells=60, reach=0.25), 4)
    with Solver() as solver:
        assert solver.solve(Job(instance, Draft.empty(instance).is_hub, 30)) is not None


def test_a_hub_that_would_add_nobody_is_not_built():
    coverage = coverage_of([{0}, {0}, {1}], [5, 7])
    plan = choose(coverage, 3)
    assert len(plan.hubs) == 2
    assert plan.reached_people == 12
    assert plan.optimal


def test_without_time_the_plan_is_still_whole_and_its_gap_honest():
    coverage = fields(3, sites=400, cells=4000, reach=0.06)
    plan = choose(coverage, 60, time_limit_s=1e-6)
    assert plan.stopped_early
    assert len(plan.hubs) == 60
    everyone = coverage.need_people[coverage.shares.sum(axis=0) > 0].sum()
    assert plan.reached_people < plan.bound_people <= everyone * (1 + 1e-9)
    better = choose(coverage, 60, exact_limit_pairs=0)
    assert plan.reached_people <= better.reached_people <= plan.bound_people


def test_nobody_in_need_means_an_empty_plan():
    plan = choose(coverage_of([{0}, {1}], [0, 0]), 2)
    assert len(plan.hubs) == 0
    assert plan.gap == 0


def partly_reached(coverage: Coverage, sites: tuple[int, ...]) -> float:
    best = coverage.shares[list(sites)].toarray().max(axis=0, initial=0)
    return float((best * coverage.need_people).sum())


@st.composite
def partly(draw: st.DrawFn) -> tuple[Coverage, int]:
    cells, sites = draw(st.integers(1, 7)), draw(st.integers(1, 8))
    share = st.sampled_from([0.0, 0.0, 0.25, 0.5, 0.75, 1.0])
    shares = [draw(st.lists(share, min_size=cells, max_size=cells)) for _ in range(sites)]
    need = draw(st.lists(st.integers(0, 5_000), min_size=cells, max_size=cells))
    coverage = Coverage(csr_array(np.asarray(shares)), np.asarray(need, dtype=float))
    return coverage, draw(st.integers(1, sites))


@given(partly())
@settings(max_examples=150, deadline=None)
def test_a_person_served_in_part_by_two_hubs_counts_with_the_larger_share(instance):
    coverage, hubs = instance
    plan = choose(coverage, hubs, exact_limit_pairs=0)
    best = max(
        partly_reached(coverage, sites)
        for sites in combinations(range(coverage.shares.shape[0]), hubs)
    )
    assert plan.reached_people == pytest.approx(partly_reached(coverage, tuple(plan.hubs)))
    assert plan.reached_people <= best + 1e-6
    assert plan.bound_people >= best - 1e-6
    proven = proven_by_what_is_granted(coverage, plan.granted_people, len(plan.hubs))
    assert best - 1e-6 <= proven <= plan.certified_people * (1 + 1e-9) + 1e-6


def test_shares_that_are_no_shares_are_refused():
    with pytest.raises(ValueError, match="at most 1"):
        choose(Coverage(csr_array(np.array([[1.5]])), np.array([10.0])), 1)


def test_merging_changes_nothing_but_the_size():
    need = [10.0, 20.0, 5.0, 1.0, 0.0]
    coverage = coverage_of([{0, 1, 2}, {0, 1, 3}, {4}], need)
    instance = instance_of(coverage)
    assert sorted(instance.need_people) == [1.0, 5.0, 30.0]
    assert instance.pairs == 4
    plan = choose(coverage, 1, exact_limit_pairs=0)
    assert plan.reached_people == 35
    assert plan.granted_people[0] * 2 == pytest.approx(plan.granted_people[1])


def test_patience_begins_anew_and_never_forgets_the_best(monkeypatch):
    monkeypatch.setattr("leohub.plan.walks.search.LEAST_MOVES", 20_000)
    instance = instance_of(fields(3, 60, 400, 0.12), 9)
    start = np.zeros(instance.serves.shape[0], dtype=np.bool_)
    start[:9] = True
    worth = Worth(900.0, np.zeros(len(instance.rows.limits) + 1))

    def people(patience: float) -> list[float]:
        with Solver() as solver:
            search = Search(
                instance, worth, 1, solver, Clock(600.0), lambda stage, share: None, 1e-4, patience
            )
            return [instance.people_reached(is_hub) for _, is_hub in search.plans(start)]

    usual, patient = people(1.0), people(1.01)
    assert len(patient) > len(usual)
    for reached in (usual, patient):
        assert instance.people_reached(start) < reached[0]
        assert reached == sorted(reached)
