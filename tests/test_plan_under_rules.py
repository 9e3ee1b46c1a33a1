"""The choice under rules, against trying all plans and against a model of its own."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.errors import RefusalError
from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.findings.ceilings import find_ceilings
from leohub.plan.proof import bound_under_rules
from leohub.plan.rules.money import budget, cost_per_person
from leohub.plan.rules.numbers import at_least, at_most, at_most_in_each
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules, reached_by_cell
from leohub.plan.task import Task
from tests.rule_oracle import best_by_milp, best_by_trying, coverages, keeps, masks


def choose(coverage, rules, **options):
    defaults = {"seed": 1, "time_limit_s": 60.0, "gap": 0.0, "exact_limit_pairs": 200_000}
    return choose_hubs(coverage, rules, **{**defaults, **options})


def as_mask(coverage, plan):
    chosen = np.zeros(coverage.shares.shape[0], dtype=bool)
    chosen[plan.hubs] = True
    return chosen


def proven(coverage, rules, plan):
    """The bound that the certificate proves, from its definition: see `leohub.plan.proof`."""
    worth = coverage.need_people * (1 + rules.reach_rows.toarray().T @ plan.row_prices)
    shares = coverage.shares.toarray()
    extra = np.maximum(shares * worth - plan.granted_people, 0)
    extra[shares == 0] = 0
    value = extra.sum(axis=1) - rules.rows.toarray().T @ plan.row_prices
    cost = rules.rows.toarray()[0]
    most = -np.inf
    for number in range(2 ** len(cost)):
        x = (number >> np.arange(len(cost))) & 1 == 1
        allowed = not np.any(rules.forbidden & x) and not np.any(rules.required & ~x)
        if allowed and cost[x].sum() <= rules.limits[0] + 1e-9:
            most = max(most, value[x].sum())
    return plan.granted_people.sum() + rules.limits @ plan.row_prices + most


def only(site, rules):
    return np.arange(rules.rows.shape[1]) == site


@st.composite
def ruled(draw):
    """A small problem with a size and up to three further rules of all families."""
    coverage = draw(coverages(sites=(1, 7), cells=(1, 6), shares=(0.0, 0.0, 0.5, 1.0)))
    sites, cells = coverage.shares.shape
    cost = np.array(draw(st.lists(st.integers(1, 9), min_size=sites, max_size=sites)), float)
    every = np.ones(sites, dtype=bool)
    size = draw(st.sampled_from(["number", "money"]))
    if size == "number":
        written = [at_most("number", every, draw(st.integers(1, sites)))]
    else:
        written = [budget("budget", cost, draw(st.integers(1, 25)))]
    some = draw(masks(sites))
    part = np.array(draw(st.lists(st.sampled_from([0, 0.5, 1]), min_size=cells, max_size=cells)))
    group = np.array(draw(st.lists(st.integers(-1, 1), min_size=sites, max_size=sites)))
    further = [
        at_most("at most", some, draw(st.integers(0, 3))),
        at_least("at least", some, draw(st.integers(0, 2))),
        budget("money", cost, draw(st.integers(0, 25))),
        cost_per_person("ceiling", cost, draw(st.sampled_from([0.1, 0.5, 2.0])), cells),
        at_least_reached("people", part, draw(st.integers(0, 60)), sites),
        at_most_in_each("cells", group, draw(st.integers(0, 2))),
    ]
    chosen = draw(st.lists(st.integers(0, len(further) - 1), max_size=3, unique=True))
    rules = Rules.of(
        written + [further[number] for number in chosen],
        sites,
        cells,
        required=draw(masks(sites)) & draw(masks(sites)) & draw(masks(sites)),
        forbidden=draw(masks(sites)) & draw(masks(sites)),
    )
    return coverage, rules


@given(ruled(), st.sampled_from([0] * 9 + [200_000]))
@settings(max_examples=150, deadline=None)
def test_the_plan_keeps_the_rules_and_its_bound_is_not_below_the_best(problem, exact_limit_pairs):
    coverage, rules = problem
    best = best_by_trying(rules, coverage)
    if best is None:
        with pytest.raises(RefusalError, match="no plan was found"):
            choose(coverage, rules, exact_limit_pairs=exact_limit_pairs)
        return
    plan = choose(coverage, rules, exact_limit_pairs=exact_limit_pairs)
    chosen = as_mask(coverage, plan)
    assert keeps(rules, coverage, chosen)
    assert plan.reached_people == pytest.approx(reached_by_cell(coverage, chosen).sum())
    assert plan.worth_people == pytest.approx(plan.reached_people)
    assert plan.reached_people <= best[0] + 1e-6
    assert plan.bound_people >= best[0] - 1e-6
    if plan.optimal or exact_limit_pairs:
        assert plan.reached_people == pytest.approx(best[0], abs=2e-3)
    assert best[0] - 1e-6 <= proven(coverage, rules, plan) <= plan.certified_people + 1e-6
    problem = Task.of(coverage, rules)
    recounted = bound_under_rules(problem, plan.granted_people, plan.row_prices)
    assert best[0] <= recounted + 1e-9
    assert recounted <= plan.certified_people + 1e-6 * (1 + abs(plan.certified_people))
    ceilings = find_ceilings(problem, plan.granted_people, plan.row_prices)
    assert recounted <= ceilings.bound_people + 1e-6
    for site in range(coverage.shares.shape[0]):
        held, barred = (
            best_by_trying(fixed, coverage)
            for fixed in (
                replace(rules, required=rules.required | only(site, rules)),
                replace(rules, forbidden=rules.forbidden | only(site, rules)),
            )
        )
        assert held is None or held[0] <= ceilings.with_people[site] + 1e-6
        assert barred is None or barred[0] <= ceilings.without_people[site] + 1e-6


@given(ruled(), st.data())
@settings(max_examples=25, deadline=None)
def test_weights_steer_the_choice_and_people_stay_people(problem, data):
    coverage, rules = problem
    sites = coverage.shares.shape[0]
    weight = np.array(
        data.draw(st.lists(st.sampled_from([0.25, 0.5, 1.0]), min_size=sites, max_size=sites))
    )
    weighed = Coverage(csr_array(coverage.shares.toarray() * weight[:, None]), coverage.need_people)
    plans = [
        reached_by_cell(weighed, chosen).sum()
        for number in range(2**sites)
        for chosen in [(number >> np.arange(sites)) & 1 == 1]
        if keeps(rules, coverage, chosen)
    ]
    if not plans:
        return
    plan = choose(coverage, rules, weight=weight)
    chosen = as_mask(coverage, plan)
    assert keeps(rules, coverage, chosen)
    assert plan.worth_people == pytest.approx(reached_by_cell(weighed, chosen).sum())
    assert plan.worth_people == pytest.approx(max(plans), abs=2e-3)
    assert plan.reached_people == pytest.approx(reached_by_cell(coverage, chosen).sum())
    assert plan.worth_people <= plan.bound_people
    stated = Task.of(coverage, rules, weight)
    assert max(plans) <= bound_under_rules(stated, plan.granted_people, plan.row_prices) + 1e-9


def country(seed, sites=150, cells=1200, reach=0.09):
    """Sites and cells at random in a unit square of 3 × 3 regions."""
    random = np.random.default_rng(seed)
    site, cell = random.random((sites, 2)), random.random((cells, 2))
    near = np.linalg.norm(site[:, None] - cell[None], axis=2) < reach
    coverage = Coverage(csr_array(near.astype(float)), random.integers(1, 900, cells).astype(float))
    regions = [(3 * at).astype(int) @ [1, 3] for at in (site, cell)]
    return coverage, *regions, random.uniform(1, 3, sites)


FAMILIES = {
    "a budget": lambda of, cell, cost, cells: [budget("budget", cost, 30.0)],
    "quotas": lambda of, cell, cost, cells: [
        at_least(f"at least 2 in {number}", of == number, 2) for number in range(9)
    ],
    "territories": lambda of, cell, cost, cells: [
        at_most(f"at most 2 in {number}", of == number, 2) for number in range(9)
    ],
    "cells": lambda of, cell, cost, cells: [at_most_in_each("cells", of, 3)],
    "reach everywhere": lambda of, cell, cost, cells: [
        at_least_reached(f"reach {number}", (cell == number).astype(float), 12_000, len(of))
        for number in range(9)
    ],
    "a ceiling": lambda of, cell, cost, cells: [
        cost_per_person("ceiling", cost, 1.2e-4, cells),
    ],
}


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_of_rules_is_met_as_well_as_by_a_model_of_its_own(family):
    coverage, of_site, of_cell, cost = country(7)
    sites, cells = coverage.shares.shape
    every = np.ones(sites, dtype=bool)
    written = [at_most("number", every, 20), *FAMILIES[family](of_site, of_cell, cost, cells)]
    rules = Rules.of(written, sites, cells)
    plan = choose(coverage, rules, gap=0.0)
    best = best_by_milp(rules, coverage)
    assert best is not None
    assert keeps(rules, coverage, as_mask(coverage, plan))
    assert plan.reached_people <= best[0] + 1.0
    assert plan.bound_people >= best[0] - 1.0
    assert plan.reached_people >= best[0] * (1 - 1e-4)
    rough = choose(coverage, rules, gap=0.0, exact_limit_pairs=0)
    assert keeps(rules, coverage, as_mask(coverage, rough))
    assert rough.gap < 0.03


def test_a_rule_costs_about_what_the_best_plan_without_it_reaches_more():
    coverage, of_site, _, cost = country(7)
    sites, cells = coverage.shares.shape
    written = [
        at_most("number", np.ones(sites, dtype=bool), 20),
        at_least("at least 9 in 0", of_site == 0, 9),
        budget("a budget that is large", cost, 1e6),
    ]
    rules = Rules.of(written, sites, cells)
    plan = choose(coverage, rules)
    with_rule, without = best_by_milp(rules, coverage), best_by_milp(rules.only([0, 2]), coverage)
    truth = without[0] - with_rule[0]
    assert truth > 1_000
    assert plan.rule_costs_people[1] == pytest.approx(truth, rel=0.1)
    assert plan.rule_costs_people[2] == 0
    assert np.isnan(plan.rule_costs_people[0])
