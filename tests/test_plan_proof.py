"""Value and bound of a plan, against exact fractions and against every plan there is."""

import itertools
import math
import subprocess
import sys
import time
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_array

from leohub.people.coverage import Coverage
from leohub.plan import proof
from leohub.plan.proof import bound_people, value_people

NEEDS = st.one_of(
    st.just(0.0),
    st.floats(0, 1e7, allow_subnormal=True),
    st.sampled_from([0.1, 1 / 3, 1e-300, 5e-324, 1e15]),
)
SHARES = st.one_of(st.just(0.0), st.just(1.0), st.floats(0, 1, exclude_min=True))


@st.composite
def problems(draw, most_sites=6, most_cells=7):
    sites, cells = draw(st.integers(1, most_sites)), draw(st.integers(1, most_cells))
    shares = [[draw(SHARES) for _ in range(cells)] for _ in range(sites)]
    need = [draw(NEEDS) for _ in range(cells)]
    granted = [draw(NEEDS) for _ in range(cells)]
    return coverage_of(shares, need), np.array(granted)


def coverage_of(shares, need) -> Coverage:
    return Coverage(csr_array(np.array(shares, dtype=float)), np.array(need, dtype=float))


def exact_value(coverage: Coverage, plan) -> Fraction:
    shares = coverage.shares.toarray()
    return sum(
        (
            Fraction(need) * max((Fraction(shares[site, cell]) for site in plan), default=0)
            for cell, need in enumerate(coverage.need_people.tolist())
        ),
        Fraction(0),
    )


def exact_bound(coverage: Coverage, granted, hubs: int) -> Fraction:
    shares = coverage.shares.toarray()
    incomes = sorted(
        (
            sum(
                max(Fraction(0), Fraction(need) * Fraction(share) - Fraction(given))
                for need, share, given in zip(
                    coverage.need_people.tolist(), row.tolist(), granted.tolist(), strict=True
                )
            )
            for row in shares
        ),
        reverse=True,
    )
    by_prices = sum(map(Fraction, granted.tolist())) + sum(incomes[:hubs])
    return min(by_prices, exact_value(coverage, range(len(shares))))


def one_in_a_million_million(number: Fraction) -> float:
    return float(number) * 1e-12 + 1e-300


@given(problems(), st.data())
def test_the_value_is_enclosed_and_closely(problem, data):
    coverage, _ = problem
    sites = coverage.shares.shape[0]
    plan = data.draw(st.lists(st.integers(0, sites - 1), unique=True))
    low, high = value_people(coverage, plan)
    exact = exact_value(coverage, plan)
    assert Fraction(low) <= exact <= Fraction(high)
    assert high - low <= one_in_a_million_million(exact)


@given(problems(), st.integers(0, 7))
def test_the_bound_is_the_formula_rounded_up(problem, hubs):
    coverage, granted = problem
    bound = bound_people(coverage, granted, hubs)
    exact = exact_bound(coverage, granted, hubs)
    assert Fraction(bound) >= exact
    assert bound - float(exact) <= one_in_a_million_million(exact)


@given(problems(most_sites=5), st.integers(0, 4))
def test_no_plan_at_all_exceeds_the_bound(problem, hubs):
    coverage, granted = problem
    bound = Fraction(bound_people(coverage, granted, hubs))
    for plan in itertools.combinations(range(coverage.shares.shape[0]), hubs):
        assert exact_value(coverage, plan) <= bound


@given(problems(), st.integers(0, 6), st.integers(1, 9))
def test_chunks_make_no_difference(problem, hubs, pairs):
    coverage, granted = problem
    whole = bound_people(coverage, granted, hubs)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(proof, "CHUNK_PAIRS", pairs)
        assert bound_people(coverage, granted, hubs) == whole


def test_a_plan_that_must_be_best_is_proven_best():
    # Two sites for two cells, and one hub: by hand.
    coverage = coverage_of([[1, 0], [0, 1]], [60, 40])
    assert bound_people(coverage, [0, 0], 1) == pytest.approx(60, abs=1e-9)
    assert value_people(coverage, [0]) == (pytest.approx(60), pytest.approx(60))


def test_the_example_of_the_manual():
    # docs/how-to/verify.md works these numbers out.
    coverage = coverage_of(
        [[1, 1, 0, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 1, 0], [0, 0, 0, 1, 0.5]],
        [100, 60, 80, 50, 30],
    )
    assert value_people(coverage, [0, 2]) == (pytest.approx(290), pytest.approx(290))
    assert bound_people(coverage, [0, 0, 0, 0, 0], 2) == pytest.approx(300)
    assert bound_people(coverage, [0, 10, 0, 0, 0], 2) == pytest.approx(290)
    assert bound_people(coverage, [0, 0, 0, 0, 0], 4) == pytest.approx(305), "all there are"


@pytest.mark.parametrize(
    ("granted", "words"),
    [
        ([0.0, -1e-9], "at least 0"),
        ([0.0, np.nan], "finite"),
        ([0.0, np.inf], "finite"),
        ([0.0], "per cell"),
        ([0.0, 0.0, 0.0], "per cell"),
        ([[0.0, 0.0]], "per cell"),
    ],
)
def test_a_certificate_that_proves_nothing_is_refused(granted, words):
    with pytest.raises(ValueError, match=words):
        bound_people(coverage_of([[1, 0.5]], [3, 4]), granted, 1)


def test_problems_that_cannot_be_counted_are_refused():
    sound = coverage_of([[1, 0.5], [0, 1]], [3, 4])
    for hubs in ([2], [-1], [0, 0]):
        with pytest.raises(ValueError, match="hub"):
            value_people(sound, hubs)
    with pytest.raises(ValueError, match="number of hubs"):
        bound_people(sound, [0, 0], -1)
    with pytest.raises(ValueError, match="finite"):
        value_people(coverage_of([[1]], [np.inf]), [0])
    for share in (1.5, -0.5, np.nan):
        with pytest.raises(ValueError, match="share"):
            bound_people(coverage_of([[share]], [1]), [0], 1)
    twice = csr_array((np.array([0.5, 0.5]), np.array([0, 0]), np.array([0, 2])), shape=(1, 1))
    with pytest.raises(ValueError, match="once"):
        bound_people(Coverage(twice, np.ones(1)), [0.1], 1)


def test_nobody_and_nowhere_are_counted():
    nobody = coverage_of([[0.0, 0.0]], [0, 0])
    assert value_people(nobody, []) == (0, 0)
    assert bound_people(nobody, [0, 0], 3) == 0
    nowhere = Coverage(csr_array((0, 2)), np.ones(2))
    assert value_people(nowhere, []) == (0, 0)
    assert bound_people(nowhere, [1, 1], 3) == 0


def test_a_country_takes_seconds():
    draw = np.random.default_rng(1)
    sites, per_site, cells = 10_000, 100, 300_000
    middle = draw.integers(per_site, cells - per_site, sites)
    columns = np.sort(middle[:, None] + np.arange(per_site), axis=1).ravel()
    starts = np.arange(0, sites * per_site + 1, per_site)
    shares = csr_array((draw.uniform(0.05, 1, len(columns)), columns, starts), (sites, cells))
    coverage = Coverage(shares, draw.exponential(50, cells))
    begun = time.process_time()
    bound = bound_people(coverage, coverage.need_people / 2, 450)
    low, high = value_people(coverage, np.arange(450))
    assert time.process_time() - begun < 5
    assert low <= high <= bound
    assert math.isfinite(bound)


@pytest.mark.parametrize(
    ("proof", "parts"),
    [
        ("leohub.plan.proof", set()),
        (
            "leohub.plan.capacity.proof",
            {
                "leohub.plan.capacity",
                "leohub.plan.capacity.certificate",
                "leohub.plan.capacity.proof",
                "leohub.plan.capacity.room",
            },
        ),
    ],
)
def test_it_stands_apart_from_the_search(proof, parts):
    code = (
        f"import sys, {proof};"
        "print(*(name for name in sys.modules if name.startswith('leohub.')"
        " or name in {'numba', 'highspy', 'ortools', 'scipy.optimize'}))"
    )
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(out.stdout.split()) == parts | {
        "leohub.constants",
        "leohub.people",
        "leohub.people.coverage",
        "leohub.plan",
        "leohub.plan.task",
        "leohub.plan.proof",
        "leohub.plan.rounding",
        "leohub.plan.rules",
        "leohub.plan.rules.numbers",
        "leohub.plan.rules.rules",
        "leohub.plan.rules.weights",
    }
