"""Why a hub is in a plan and a site is out: against counting every exchange by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.findings.ceilings import find_ceilings
from leohub.plan.findings.exchanges import NONE
from leohub.plan.findings.growing import hubs_until, people_in_common
from leohub.plan.findings.reasons import give_reasons
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_least, at_most, hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from leohub.plan.task import Task
from tests.rule_oracle import best_by_trying, coverages, keeps, masks


def ceilings(coverage, granted, hubs):
    """Those of a plan that is only limited in its number of hubs."""
    return find_ceilings(Task.of(coverage, hubs_at_most(hubs, coverage)), granted, np.zeros(1))


@st.composite
def plans(draw: st.DrawFn) -> tuple[Coverage, np.ndarray]:
    """Any few hubs, chosen well or badly, among sites that serve cells in full and in part."""
    sites, cells = draw(st.integers(1, 8)), draw(st.integers(1, 10))
    rng = np.random.default_rng(draw(st.integers(0, 100_000)))
    shares = rng.choice([0.0, 0.0, 0.0, 0.25, 0.5, 1.0, 1.0], (sites, cells))
    need = rng.integers(0, 6, cells) * 100.0
    hubs = rng.permutation(sites)[: draw(st.integers(0, sites))]
    return Coverage(csr_array(shares), need), hubs


def reach(coverage: Coverage, sites: list[int]) -> float:
    served = coverage.shares.toarray()[sites].max(axis=0, initial=0.0)
    return float(served @ coverage.need_people)


@given(plans())
@settings(max_examples=200)
def test_a_hub_is_worth_what_the_plan_loses_without_it(case):
    coverage, hubs = case
    found = give_reasons(coverage, hubs)
    plan = hubs.tolist()
    alone = coverage.shares @ coverage.need_people
    for place, hub in enumerate(plan):
        others = [other for other in plan if other != hub]
        lost = reach(coverage, plan) - reach(coverage, others)
        assert found.only_people[place] == pytest.approx(lost)
        assert found.shared_people[place] == pytest.approx(alone[hub] - lost)


@given(plans())
@settings(max_examples=200)
def test_the_runner_up_is_the_best_of_all_exchanges(case):
    coverage, hubs = case
    found, plan = give_reasons(coverage, hubs), hubs.tolist()
    outside = [site for site in range(coverage.shares.shape[0]) if site not in plan]
    for place, hub in enumerate(plan):
        others = [other for other in plan if other != hub]
        there = {s: reach(coverage, [*others, s]) - reach(coverage, others) for s in outside}
        if not outside:
            assert found.runner_up[place] == NONE
            assert found.runner_up_people[place] == 0
            continue
        assert found.runner_up_people[place] == pytest.approx(max(there.values()))
        assert there[int(found.runner_up[place])] == pytest.approx(max(there.values()))
        beats = reach(coverage, plan) - reach(coverage, [*others, int(found.runner_up[place])])
        assert found.beats_by_people[place] == pytest.approx(beats)


@given(plans())
@settings(max_examples=200)
def test_a_site_outside_would_add_or_replace_what_is_said(case):
    coverage, hubs = case
    found, plan = give_reasons(coverage, hubs), hubs.tolist()
    adds = {
        site: reach(coverage, [*plan, site]) - reach(coverage, plan)
        for site in range(coverage.shares.shape[0])
        if site not in plan
    }
    for site in plan:
        assert found.place_in_queue[site] == 0
        assert found.would_replace[site] == NONE
    for site, people in adds.items():
        assert found.adds_people[site] == pytest.approx(people)
        better = sum(other > people + 1e-6 for other in adds.values())
        assert found.place_in_queue[site] == 1 + better
        if not plan:
            assert found.would_replace[site] == NONE
            continue
        losses = {
            place: reach(coverage, plan)
            - reach(coverage, [*(other for other in plan if other != hub), site])
            for place, hub in enumerate(plan)
        }
        place = int(found.would_replace[site])
        assert found.exchange_loses_people[site] == pytest.approx(min(losses.values()))
        assert losses[place] == pytest.approx(min(losses.values()))


@given(plans())
@settings(max_examples=100)
def test_a_site_waits_as_long_as_a_plan_grown_hub_by_hub_takes(case):
    coverage, hubs = case
    plan = hubs.tolist()
    queue: list[int] = []
    for _ in range(coverage.shares.shape[0] - len(plan)):
        have = reach(coverage, [*plan, *queue])
        adds = [
            0.0 if site in plan or site in queue else reach(coverage, [*plan, *queue, site]) - have
            for site in range(coverage.shares.shape[0])
        ]
        if max(adds) <= 1e-9:
            break
        queue.append(int(np.argmax(np.round(adds, 6))))
    for site in range(coverage.shares.shape[0]):
        if site in plan:
            continue
        expected = queue.index(site) + 1 if site in queue else None
        assert hubs_until(coverage, hubs, site, most=100) == expected
        assert hubs_until(coverage, hubs, site, most=1) == (1 if expected == 1 else None)


@given(plans(), st.integers(1, 4), st.integers(0, 10_000))
@settings(max_examples=150)
def test_no_plan_exceeds_a_ceiling_whatever_is_granted(case, most, seed):
    coverage, _ = case
    sites = range(coverage.shares.shape[0])
    rng = np.random.default_rng(seed)
    granted = rng.uniform(0, 1.2, len(coverage.need_people)) * coverage.need_people
    found = ceilings(coverage, granted, most)
    for size in range(1, min(most, len(sites)) + 1):
        for chosen in combinations(sites, size):
            people = reach(coverage, list(chosen))
            assert people <= found.bound_people + 1e-9
            for site in sites:
                ceiling = found.with_people if site in chosen else found.without_people
                assert people <= ceiling[site] + 1e-9


def test_the_certificate_of_a_plan_says_which_sites_no_best_plan_has():
    # Three villages far apart and a hamlet: two hubs belong to the two larger villages.
    coverage = Coverage(csr_array(np.eye(4)), np.array([900.0, 800.0, 300.0, 20.0]))
    found = ceilings(coverage, np.zeros(4), 2)
    assert found.bound_people == pytest.approx(1_700)
    assert found.with_people == pytest.approx([1_700, 1_700, 1_200, 920])
    assert found.without_people == pytest.approx([1_100, 1_200, 1_700, 1_700])
    plan = choose_hubs(
        coverage, hubs_at_most(2, coverage), seed=1, time_limit_s=10, gap=0, exact_limit_pairs=0
    )
    proven = ceilings(coverage, plan.granted_people, 2)
    assert set(plan.hubs) == {0, 1}
    assert (proven.with_people[2:] < plan.reached_people).all()
    assert (proven.without_people[:2] < plan.reached_people).all()


@pytest.mark.parametrize("granted", [[-1.0, 0], [np.nan, 0], [np.inf, 0], [0.0]])
def test_what_is_no_certificate_is_refused(granted):
    coverage = Coverage(csr_array(np.eye(2)), np.ones(2))
    with pytest.raises(ValueError, match="granted"):
        ceilings(coverage, np.array(granted), 1)


def test_a_plan_without_hubs_or_people_has_its_reasons_too():
    coverage = Coverage(csr_array(np.zeros((3, 2))), np.zeros(2))
    found = give_reasons(coverage, np.array([1]))
    assert found.runner_up.tolist() == [0]
    assert found.place_in_queue.tolist() == [1, 0, 1]
    assert hubs_until(coverage, np.array([1]), 0, most=5) is None
    assert give_reasons(coverage, np.array([], dtype=np.intp)).only_people.shape == (0,)


@given(plans())
@settings(max_examples=50)
def test_what_a_site_has_in_common_with_each_hub(case):
    coverage, hubs = case
    dense, need = coverage.shares.toarray(), coverage.need_people
    for site in range(len(dense)):
        expected = [np.minimum(dense[site], dense[hub]) @ need for hub in hubs]
        assert people_in_common(coverage, hubs, site) == pytest.approx(expected)


@st.composite
def ruled_plans(draw: st.DrawFn) -> tuple[Coverage, Rules, np.ndarray, np.ndarray]:
    """A plan that is the best under rules about hubs, money and people, and weights of sites."""
    coverage = draw(coverages(sites=(2, 7), shares=(0.0, 0.5, 1.0)))
    sites, cells = coverage.shares.shape
    every = np.ones(sites, dtype=bool)
    group = np.array(draw(st.lists(st.integers(0, 1), min_size=sites, max_size=sites)))
    cost = np.array(draw(st.lists(st.sampled_from([1.0, 2.0]), min_size=sites, max_size=sites)))
    part = np.array(
        draw(st.lists(st.sampled_from([0.0, 0.5, 1.0]), min_size=cells, max_size=cells))
    )
    some = draw(st.floats(0, 0.6)) * float(part @ coverage.need_people)
    most = draw(st.sampled_from([0.01, 0.2, 10.0]))
    size = draw(st.integers(1, sites))
    rules = Rules.of(
        [
            draw(st.sampled_from([at_most("number", every, size), budget("money", cost, size)])),
            at_least("least", group == 0, draw(st.integers(0, 1))),
            at_most("most", group == 1, draw(st.integers(0, 2))),
            at_least_reached("reached", part, some, sites),
            cost_per_person("dear", cost, most, cells),
        ],
        sites,
        cells,
        forbidden=draw(masks(sites)) & draw(masks(sites)),
    )
    best = best_by_trying(rules, coverage)
    assume(best is not None and best[1].any())
    each = st.sampled_from([0.5, 0.8, 1.0])
    weight = np.array(draw(st.lists(each, min_size=sites, max_size=sites)))
    return coverage, rules, np.flatnonzero(best[1]), weight


def worth(coverage: Coverage, weight: np.ndarray, sites: list[int]) -> float:
    served = (coverage.shares.toarray() * weight[:, None])[sites].max(axis=0, initial=0.0)
    return float(served @ coverage.need_people)


@given(ruled_plans())
@settings(max_examples=200, deadline=None)
def test_an_exchange_is_the_one_that_rules_allow_and_that_costs_the_least_worth(case):
    coverage, rules, hubs, weight = case
    found, plan = give_reasons(coverage, hubs, rules, weight), hubs.tolist()
    outside = [site for site in range(len(weight)) if site not in plan]

    def after(place: int, site: int) -> list[int]:
        return [*(hub for hub in plan if hub != plan[place]), site]

    def keeps_to_rules(sites: list[int]) -> bool:
        return keeps(rules, coverage, np.isin(np.arange(len(weight)), sites))

    losses = {
        (place, site): worth(coverage, weight, plan) - worth(coverage, weight, after(place, site))
        for place in range(len(plan))
        for site in outside
        if keeps_to_rules(after(place, site))
    }
    for place in range(len(plan)):
        of_hub = {site: loss for (where, site), loss in losses.items() if where == place}
        runner_up = int(found.runner_up[place])
        assert (runner_up == NONE) == (not of_hub)
        if of_hub:
            assert of_hub[runner_up] == pytest.approx(min(of_hub.values()))
            assert found.beats_by_worth_people[place] == pytest.approx(of_hub[runner_up])
            fewer = reach(coverage, plan) - reach(coverage, after(place, runner_up))
            assert found.beats_by_people[place] == pytest.approx(fewer)
    for site in outside:
        of_site = {place: loss for (place, other), loss in losses.items() if other == site}
        place = int(found.would_replace[site])
        assert (place == NONE) == (not of_site)
        if of_site:
            assert of_site[place] == pytest.approx(min(of_site.values()))
            assert found.exchange_loses_worth_people[site] == pytest.approx(of_site[place])
            fewer = reach(coverage, plan) - reach(coverage, after(place, site))
            assert found.exchange_loses_people[site] == pytest.approx(fewer)


@given(plans(), st.data())
def test_people_are_told_as_people_and_the_queue_is_by_worth(case, data):
    coverage, hubs = case
    sites = coverage.shares.shape[0]
    each = st.sampled_from([0.5, 0.8, 1.0])
    weight = np.array(data.draw(st.lists(each, min_size=sites, max_size=sites)))
    found, plain = give_reasons(coverage, hubs, weight=weight), give_reasons(coverage, hubs)
    for name in ("only_people", "shared_people", "adds_people"):
        np.testing.assert_allclose(getattr(found, name), getattr(plain, name))
    plan = hubs.tolist()
    more = np.array(
        [worth(coverage, weight, [*plan, s]) - worth(coverage, weight, plan) for s in range(sites)]
    )
    for site in set(range(sites)) - set(plan):
        better = sum(more[other] > more[site] + 1e-6 for other in range(sites))
        assert found.place_in_queue[site] == 1 + better
