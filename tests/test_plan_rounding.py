"""Rounding outward, against fractions."""

from fractions import Fraction

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from leohub.plan.rounding import above, below, down, product_above, product_below, up

numbers = st.floats(-1e9, 1e9)


@given(numbers, numbers)
def test_products_are_enclosed_and_exact_with_0_and_1(one, other):
    true = Fraction(one) * Fraction(other)
    low, high = (float(f(one, other)) for f in (product_below, product_above))
    assert Fraction(low) <= true <= Fraction(high)
    assert np.nextafter(np.nextafter(low, np.inf), np.inf) >= high
    for exact in (0.0, 1.0):
        for pair in ((one, exact), (exact, one)):
            assert float(product_below(*pair)) == float(product_above(*pair)) == one * exact


@given(numbers, numbers)
def test_sums_are_enclosed_and_0_is_exact(one, other):
    true, near = Fraction(one) + Fraction(other), one + other
    assert Fraction(down(near)) <= true <= Fraction(up(near))
    assert below(np.array([near, 0.0])).tolist() == [down(near), 0.0]
    assert above(np.array([near, 0.0])).tolist() == [up(near), 0.0]
    assert up(0.0) == down(0.0) == 0.0
