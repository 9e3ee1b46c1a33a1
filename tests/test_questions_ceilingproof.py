"""The ceiling of a question of fairness or doubt, counted again, against all plans."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan.choose import choose_hubs
from leohub.plan.questions.balance import Effort, find_balanced
from leohub.plan.questions.ceilingproof import CeilingProof, proven_ceiling, value_below
from leohub.plan.questions.outcomes import ByCell
from leohub.plan.questions.weightings import LeastOf, Lorenz, Weightings, WorstPart
from leohub.plan.rules.numbers import at_least, at_most
from leohub.plan.rules.reach import at_least_reached
from leohub.plan.rules.rules import Rules
from tests.rule_oracle import coverages, every_plan, keeps, masks, reached_people


def least_by_definition(weightings: Weightings, outcomes: np.ndarray) -> float:
    """What outcomes come to, by the words of each measure."""
    if isinstance(weightings, LeastOf):
        return float(outcomes.min())
    if isinstance(weightings, Lorenz):
        part = weightings.part
        return sum(
            p * q * min(a, b)
            for p, a in zip(part, outcomes, strict=True)
            for q, b in zip(part, outcomes, strict=True)
        )
    left, total = weightings.share * weightings.count, 0.0
    for outcome in sorted(outcomes):
        total += min(1.0, left) * outcome
        left -= min(1.0, left)
    return total / (weightings.share * weightings.count)


@st.composite
def measures(draw, count: int) -> Weightings:
    kind = draw(st.integers(0, 2))
    if kind == 0:
        return LeastOf(count)
    if kind == 1:
        people = np.array(draw(st.lists(st.integers(1, 90), min_size=count, max_size=count)), float)
        return Lorenz(people / people.sum())
    return WorstPart(count, draw(st.sampled_from([0.1, 0.3, 0.5, 0.7, 1.0])))


@st.composite
def questions(draw) -> tuple[ByCell, Weightings, Rules]:
    coverage = draw(coverages(sites=(1, 6), cells=(1, 6)))
    sites, cells = coverage.shares.shape
    count = draw(st.integers(1, 4))
    numbers = st.lists(st.integers(0, 9), min_size=count * cells, max_size=count * cells)
    per_person = np.array(draw(numbers), dtype=float).reshape(count, cells) / 100
    already = np.array(draw(st.lists(st.integers(0, 5), min_size=count, max_size=count))) / 10
    rules = [at_most("hubs", np.ones(sites, dtype=np.bool_), draw(st.integers(0, sites)))]
    if draw(st.booleans()):
        rules.append(at_least("some", draw(masks(sites)), 1))
    if draw(st.booleans()):
        part = np.ones(cells)
        rules.append(at_least_reached("reach", part, draw(st.integers(0, 60)), sites))
    required, forbidden = (draw(masks(sites)) & draw(masks(sites)) for _ in range(2))
    whole = Rules.of(rules, sites, cells, required=required, forbidden=forbidden & ~required)
    outcomes = ByCell(coverage, csr_array(per_person), already)
    return outcomes, draw(measures(count)), whole


def best(outcomes: ByCell, weightings: Weightings, rules: Rules) -> float | None:
    """The most that any plan comes to, by trying all."""
    found = [
        least_by_definition(
            weightings,
            outcomes.already
            + outcomes.per_person.toarray() @ reached_people(outcomes.coverage, chosen),
        )
        for chosen in every_plan(outcomes.coverage.shares.shape[0])
        if keeps(rules, outcomes.coverage, chosen)
    ]
    return max(found, default=None)


@given(questions(), st.data())
@settings(max_examples=120)
def test_any_weighting_grants_and_prices_prove_a_ceiling(question, data):
    outcomes, weightings, rules = question
    most = best(outcomes, weightings, rules)
    assume(most is not None)
    potential = np.array(
        data.draw(st.lists(st.floats(-3, 3), min_size=outcomes.count, max_size=outcomes.count))
    )
    theta = weightings.weights(potential)
    if isinstance(weightings, WorstPart):
        theta = weightings.harshest(potential)
    cells = len(outcomes.coverage.need_people)
    granted = np.array(data.draw(st.lists(st.floats(0, 9), min_size=cells, max_size=cells)))
    prices = data.draw(
        st.lists(st.floats(0, 3), min_size=len(rules.limits), max_size=len(rules.limits))
    )
    proof = CeilingProof(theta, granted, np.array(prices))
    assert proven_ceiling(outcomes, weightings, rules, proof) >= most * (1 - 1e-12)


@given(st.data(), st.integers(1, 6))
@settings(max_examples=150)
def test_what_a_weighting_lacks_is_what_it_lacks_of_the_worst_set(data, count):
    weightings = data.draw(measures(count))
    theta = np.array(data.draw(st.lists(st.floats(0, 1), min_size=count, max_size=count)))
    lacks = [
        least_by_definition(weightings, inside.astype(float)) - theta[inside].sum()
        for inside in every_plan(count)
    ]
    assert weightings.shortfall(theta) == pytest.approx(max(0.0, *lacks), abs=1e-12)


@given(st.data(), st.integers(1, 6))
def test_the_harshest_weighting_lacks_nothing_and_comes_to_the_measure(data, count):
    weightings = data.draw(measures(count))
    outcomes = np.array(data.draw(st.lists(st.floats(0, 9), min_size=count, max_size=count)))
    harshest = weightings.harshest(outcomes)
    assert weightings.shortfall(harshest) < 1e-14
    assert harshest @ outcomes == pytest.approx(least_by_definition(weightings, outcomes))


@given(questions(), st.data())
@settings(max_examples=60)
def test_the_value_of_a_plan_is_not_above_its_definition(question, data):
    outcomes, weightings, _ = question
    chosen = data.draw(masks(outcomes.coverage.shares.shape[0]))
    found = outcomes.already + outcomes.per_person.toarray() @ reached_people(
        outcomes.coverage, chosen
    )
    true = least_by_definition(weightings, found)
    low = value_below(outcomes, weightings, chosen)
    assert low <= true * (1 + 1e-15)
    assert low == pytest.approx(true, rel=1e-9, abs=1e-9)


def fields(seed: int) -> tuple[ByCell, Rules]:
    """Sites and cells at random in a unit square, in four regions."""
    random = np.random.default_rng(seed)
    site, cell = random.random((40, 2)), random.random((150, 2))
    near = np.linalg.norm(site[:, None] - cell[None], axis=2) < 0.2
    need = random.integers(1, 900, 150).astype(float)
    region = (2 * cell[:, 0]).astype(int) + 2 * (2 * cell[:, 1]).astype(int)
    inside = (region == np.arange(4)[:, None]).astype(float)
    outcomes = ByCell(
        Coverage(csr_array(near.astype(float)), need),
        csr_array(inside / (inside @ need)[:, None]),
        np.zeros(4),
    )
    return outcomes, Rules.of([at_most("hubs", np.ones(40, dtype=np.bool_), 5)], 40, 150)


@pytest.mark.parametrize("weightings", [LeastOf(4), Lorenz(np.full(4, 0.25)), WorstPart(4, 0.5)])
def test_a_search_hands_over_what_proves_its_ceiling(weightings):
    outcomes, rules = fields(1)

    def choose(coverage: Coverage, rules: Rules):
        return choose_hubs(
            coverage, rules, seed=1, time_limit_s=20, gap=0.0, exact_limit_pairs=0,
            price_rules=False,
        )  # fmt: skip

    found = find_balanced(
        outcomes, weightings, rules, choose, effort=Effort(rounds=4, steps=0, tolerance=1e-6)
    )
    assert found is not None
    proven = proven_ceiling(outcomes, weightings, rules, found.proof)
    assert proven == pytest.approx(found.certified_ceiling, rel=1e-6)
    assert proven >= found.ceiling * (1 - 1e-9)
    assert found.value <= proven <= 1.3 * found.value


def test_what_proves_nothing_is_refused():
    outcomes, rules = fields(2)
    good = CeilingProof(np.full(4, 0.25), np.zeros(150), np.zeros(1))
    for weightings in (LeastOf(4), Lorenz(np.full(4, 0.25)), WorstPart(4, 0.5)):
        assert proven_ceiling(outcomes, weightings, rules, good) <= 1 + 1e-12
        for bad in (np.full(4, 0.2), np.full(3, 0.25), np.array([1, 1, 1, -0.1]), good.granted):
            with pytest.raises(ValueError, match="weight"):
                proven_ceiling(outcomes, weightings, rules, replace(good, weighting=bad))
    lean = np.array([1.0, 0, 0, 0])
    with pytest.raises(ValueError, match="none of those"):
        proven_ceiling(outcomes, WorstPart(4, 0.5), rules, replace(good, weighting=lean))
    with pytest.raises(ValueError, match="at least 0"):
        proven_ceiling(outcomes, LeastOf(4), rules, replace(good, granted=-1 - good.granted))
