"""Plans under doubt: draws keep to their ranges, and no plan does better on average or at worst."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.questions.asking import with_rules
from leohub.plan.questions.balance import Effort
from leohub.plan.questions.doubt import (
    OPEN,
    OUT,
    SAFE,
    bad_mean,
    choose_for_average,
    choose_for_bad_part,
    choose_in_each,
    frequency_interval,
    sureness,
    values_across,
)
from leohub.plan.questions.draws import Doubt, Draws, Range, Reach, mean_world, stack
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.rules.reach import at_least_reached
from tests.every_plan import (
    EveryPlan,
    choose_badly,
    choose_best,
    is_impossible,
    problems,
    really_choose,
)

FEW = settings(max_examples=20, deadline=None)


def test_factors_keep_to_their_range_and_their_mean():
    factors = Range(0.5, 2.0).draw(200_000, np.random.default_rng(1))
    assert factors.min() >= 0.5
    assert factors.max() <= 2.0
    assert factors.mean() == pytest.approx((0.5 + 1 + 2) / 3, abs=2e-3)
    assert (factors < 1).mean() == pytest.approx((1 - 0.5) / (2 - 0.5), abs=3e-3)


def test_what_is_known_is_not_drawn():
    assert Range(1.0, 1.0).draw(5, np.random.default_rng(1)).tolist() == [1.0] * 5
    one_sided = Range(1.0, np.array([1.0, 2.0])).draw(2, np.random.default_rng(1))
    assert one_sided[0] == 1
    assert 1 < one_sided[1] < 2


def test_factors_are_as_alike_as_they_are_said_to_be():
    group = np.array([0, 0, 1, -1])
    doubt = Range(0.5, 1.5, common=0.3, within=0.4, group=group)
    drawn = np.array([doubt.draw(4, np.random.default_rng([7, n])) for n in range(20_000)])
    # A triangular range is close enough to a normal one for correlations to stay as they are.
    found = np.corrcoef(drawn.T)
    said = [[1, 0.7, 0.3, 0.3], [0.7, 1, 0.3, 0.3], [0.3, 0.3, 1, 0.3], [0.3, 0.3, 0.3, 1]]
    np.testing.assert_allclose(found, said, atol=0.03)


def test_a_range_is_one():
    with pytest.raises(ValueError, match="range of factors"):
        Range(1.1, 2.0)
    with pytest.raises(ValueError, match="correlations"):
        Range(0.9, 1.1, common=0.6, within=0.5)


@st.composite
def doubtful(draw, certain=st.booleans()):
    """A problem with four worlds; certain where catchments are the same in all of them."""
    coverage, rules = draw(problems(sites=(2, 6)))
    sites, cells = coverage.shares.shape
    group = np.array(draw(st.lists(st.integers(-1, 1), min_size=cells, max_size=cells)))
    people = (Range(0.2, 2.0, common=0.2, within=0.5, group=group), Range(0.5, 1.0))
    if draw(certain):
        doubt = Doubt(people)
    else:
        far = coverage.shares.copy()
        far.data = np.resize([1.0, 3.0, 4.5, 5.0], far.nnz)
        doubt = Doubt(
            people, Range(0.3, 1.2), Reach(far, np.full(sites, 4.0), Range(0.5, 1.5, common=0.5))
        )
    return Draws(coverage, doubt, 4, draw(st.integers(0, 99))), rules


def values_by_definition(draws: Draws) -> np.ndarray:
    """Whom every plan reaches in every world."""
    return np.array([EveryPlan(world).people for world in draws.worlds()]).T


def worst_mean(values: np.ndarray, share: float) -> float:
    """The mean of the worst share, by the definition of Rockafellar & Uryasev."""
    return max(t - np.maximum(t - values, 0).mean() / share for t in values)


@given(doubtful())
@FEW
def test_the_same_seed_draws_the_same_worlds(drawn):
    draws, _ = drawn
    again = Draws(draws.coverage, draws.doubt, draws.count, draws.seed)
    for one, other in zip(draws.worlds(), again.worlds(), strict=True):
        np.testing.assert_array_equal(one.need_people, other.need_people)
        np.testing.assert_array_equal(one.shares.toarray(), other.shares.toarray())
    more = Draws(draws.coverage, draws.doubt, draws.count + 1, draws.seed)
    np.testing.assert_array_equal(more.need_people(2), draws.need_people(2))


@given(doubtful(st.just(False)))
@FEW
def test_worlds_differ_as_they_may(drawn):
    draws, _ = drawn
    before = draws.coverage.shares.toarray()
    for world in draws.worlds():
        after = world.shares.toarray()
        assert np.all(after <= np.minimum(1.2 * before, 1) + 1e-12)
        kept = after > 0
        assert np.all(after[kept] >= 0.3 * before[kept] - 1e-12)
        assert world.shares.has_canonical_format
        assert world.shares.nnz == kept.sum()
    assert draws.coverage.shares.toarray().tolist() == before.tolist()


def test_a_drawn_radius_keeps_the_cells_within_it():
    shares = csr_array(np.ones((1, 40)))
    distance = csr_array(np.arange(40, dtype=float)[np.newaxis, :] + 1)
    reach = Reach(distance, np.array([20.0]), Range(0.5, 2.0))
    draws = Draws(Coverage(shares, np.ones(40)), Doubt(reach=reach), 50, 1)
    reached = np.array([world.shares.nnz for world in draws.worlds()])
    assert reached.min() >= 10
    assert reached.max() <= 40
    assert len(np.unique(reached)) > 10
    for world in draws.worlds():
        assert world.shares.indices.tolist() == list(range(world.shares.nnz))


@given(doubtful())
@FEW
def test_values_are_counted_in_every_world(drawn):
    draws, _ = drawn
    expected = values_by_definition(draws)
    numbers = [0, 1, len(expected) - 1]
    masks = EveryPlan(draws.coverage).masks
    found = values_across(draws, [np.flatnonzero(masks[number]) for number in numbers])
    np.testing.assert_allclose(found, expected[numbers], atol=1e-9)


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=20), st.sampled_from([0.1, 0.25, 0.3, 1]))
def test_the_mean_of_the_bad_part_is_its_definition(values, share):
    found = bad_mean(np.array([values]), share)[0]
    assert found == pytest.approx(worst_mean(np.array(values), share), abs=1e-6)


def test_the_mean_of_the_bad_tenth_of_ten_worlds_is_the_worst_world():
    assert bad_mean(np.arange(10.0)[np.newaxis, ::-1])[0] == 0
    assert bad_mean(np.arange(15.0)[np.newaxis, :])[0] == pytest.approx((0 + 0.5 * 1) / 1.5)


def with_demand(draws: Draws, rules, least: int):
    """The rules, and that so many people of some cells are reached: those thought most likely."""
    sites, cells = draws.coverage.shares.shape
    demand = at_least_reached("some", np.where(np.arange(cells) < 2, 1.0, 0.5), least / 4, sites)
    return with_rules(rules, [demand])


@given(doubtful(st.just(False)))
@FEW
def test_the_world_thought_most_likely_is_that_of_every_factor_1(drawn):
    draws, _ = drawn
    reach, shares = draws.doubt.reach, draws.coverage.shares.toarray()
    within = reach.distance_km.toarray() <= reach.radius_km[:, None]
    assert draws.likely().shares.toarray().tolist() == np.where(within, shares, 0.0).tolist()
    assert draws.likely().need_people is draws.coverage.need_people
    certain = replace(draws, doubt=Doubt(draws.doubt.people))
    assert certain.likely() is draws.coverage


@given(doubtful(), st.integers(0, 30))
@FEW
def test_no_plan_reaches_more_on_average(drawn, least):
    draws, rules = drawn
    rules = with_demand(draws, rules, least)
    values, kept = values_by_definition(draws), EveryPlan(draws.likely()).keep(rules)
    plan = choose_for_average(draws, rules, choose_best)
    assert (plan is None) == (not kept.any())
    if plan is not None:
        best = values[kept].mean(axis=1).max()
        people = draws.coverage.need_people.sum()
        assert best - 1e-6 <= plan.reached_people <= best + 1e-6 * (1 + people)
        own = (1 << plan.hubs).sum()
        assert kept[own]
        assert values[own].mean() == pytest.approx(best, abs=1e-6 * (1 + people))


@given(doubtful(), st.integers(0, 30), st.sampled_from([0.1, 0.3, 0.5]))
@FEW
def test_no_plan_has_a_better_bad_part(drawn, least, share):
    draws, rules = drawn
    if draws.coverage.need_people.sum() == 0 or stack(draws).need_people.sum() == 0:
        return
    rules = with_demand(draws, rules, least)
    values = values_by_definition(draws)
    kept = EveryPlan(draws.likely()).keep(rules)
    found = choose_for_bad_part(
        draws,
        rules,
        choose_best,
        share=share,
        effort=Effort(10, 25, 1e-4),
        refutes=is_impossible,
    )
    assert (found is None) == (not kept.any())
    if found is None:
        return
    best = max(worst_mean(row, share) for row in values[kept])
    own = (1 << found.hubs).sum()
    assert kept[own]
    assert found.value == pytest.approx(best, abs=1e-3)
    assert best <= found.ceiling + 1e-6
    np.testing.assert_allclose(found.outcomes, values[own], atol=1e-6)
    badly = choose_for_bad_part(draws, rules, choose_badly, share=share)
    assert badly.value - 1e-6 <= best <= badly.ceiling + 1e-6


def test_what_a_rule_demands_does_not_hang_on_the_worlds_drawn():
    # The larger village is the smaller one in most worlds; the rule asks for the larger one.
    coverage = Coverage(csr_array(np.eye(2)), np.array([100.0, 90.0]))
    doubt = Doubt((Range(np.array([0.1, 1.0]), 1.0),))
    draws = Draws(coverage, doubt, 6, 1)
    assert mean_world(draws).need_people[0] < 90
    demand = at_least_reached("some", np.ones(2), 95.0, 2)
    rules = with_rules(hubs_at_most(1, coverage), [demand])
    assert choose_for_average(draws, rules, choose_best).hubs.tolist() == [0]
    assert choose_for_bad_part(draws, rules, choose_best, share=0.5).hubs.tolist() == [0]
    free = hubs_at_most(1, coverage)
    assert choose_for_average(draws, free, choose_best).hubs.tolist() == [1]
    assert choose_for_bad_part(draws, free, choose_best, share=0.5).hubs.tolist() == [1]


@given(doubtful())
@FEW
def test_how_often_a_site_is_chosen(drawn):
    draws, rules = drawn
    found = choose_in_each(draws, rules, choose_best)
    values, kept = values_by_definition(draws), EveryPlan(draws.coverage).keep(rules)
    assert found.worlds.tolist() == [0, 1, 2, 3]
    np.testing.assert_allclose(found.bound_people, values[kept].max(axis=0), atol=1e-6)
    counted = [
        sum(site in plan for plan in found.plans) for site in range(draws.coverage.shares.shape[0])
    ]
    np.testing.assert_allclose(found.frequency, np.array(counted) / 4)
    average = choose_for_average(draws, rules, choose_best)
    assert average.reached_people <= found.bound_people.mean() + 1e-6


def test_worlds_without_a_plan_do_not_count():
    coverage = Coverage(csr_array(np.eye(2)), np.array([10.0, 10.0]))
    demand = at_least_reached("most", np.ones(2), 10.0, 2)
    rules = with_rules(hubs_at_most(1, coverage), [demand])
    draws = Draws(coverage, Doubt((Range(0.5, 1.5, common=1.0),)), 12, 5)
    found = choose_in_each(draws, rules, choose_best)
    enough = [number for number in range(12) if draws.need_people(number).max() >= 10]
    assert found.worlds.tolist() == enough
    assert 0 < len(enough) < 12
    assert found.frequency.sum() == pytest.approx(1)


def test_safe_open_and_out():
    assert sureness(np.array([1.0, 0.9, 0.89, 0.11, 0.1, 0.0])).tolist() == [
        SAFE,
        SAFE,
        OPEN,
        OPEN,
        OUT,
        OUT,
    ]


@given(st.floats(0, 1), st.integers(2, 500))
def test_few_worlds_say_little(frequency, worlds):
    low, high = frequency_interval(np.array([frequency]), worlds)
    assert 0 <= low[0] <= frequency + 1e-12
    assert frequency - 1e-12 <= high[0] <= 1
    narrower = frequency_interval(np.array([frequency]), worlds * 4)
    assert narrower[1] - narrower[0] < high - low


def test_thirty_worlds_that_agree_are_not_certainty():
    low, high = frequency_interval(np.array([1.0]), 30)
    assert low[0] == pytest.approx(0.917, abs=1e-3)
    assert high[0] == 1


def test_what_does_not_fit_is_refused(monkeypatch):
    coverage = Coverage(csr_array(np.ones((2, 2))), np.ones(2))
    monkeypatch.setattr("leohub.plan.questions.draws.MOST_PAIRS", 15)
    draws = Draws(coverage, Doubt(service=Range(0.5, 1.0)), 4, 1)
    with pytest.raises(ValueError, match=r"16 pairs .* 3 draws fit"):
        choose_for_average(draws, hubs_at_most(1, coverage), choose_best)
    with pytest.raises(ValueError, match="mean world"):
        mean_world(draws)


def test_the_real_choice_answers_all_three():
    random = np.random.default_rng(2)
    place, home = random.random((25, 2)), random.random((80, 2))
    near = np.linalg.norm(place[:, None] - home[None], axis=2) < 0.2
    coverage = Coverage(csr_array(near.astype(float)), random.integers(1, 60, 80).astype(float))
    region = (home[:, 0] * 3).astype(int)
    people = Range(0.3, 2.0, within=0.6, group=region)
    draws = Draws(coverage, Doubt((people,), Range(0.6, 1.0)), 6, 3)
    rules = hubs_at_most(5, coverage)
    each = choose_in_each(draws, rules, really_choose)
    average = choose_for_average(draws, rules, really_choose)
    bad = choose_for_bad_part(
        draws, rules, really_choose, share=1 / 6, effort=Effort(rounds=3, steps=2, tolerance=5.0)
    )
    values = values_across(draws, [average.hubs, bad.hubs, *each.plans])
    assert values[0].mean() == pytest.approx(average.reached_people, rel=1e-6)
    assert values.mean(axis=1).max() <= average.bound_people * (1 + 1e-9)
    assert average.bound_people <= each.bound_people.mean() * (1 + 1e-9)
    assert bad.value >= values[0].min() - 1e-9
    assert bad_mean(values, 1 / 6).max() <= bad.ceiling * (1 + 1e-9)
    assert (sureness(each.frequency) == SAFE).sum() <= 5
