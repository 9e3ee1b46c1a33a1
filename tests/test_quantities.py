"""Quantities: a value, a range, and draws from it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.builtin.operators import OPERATORS
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantity, draws, nominal

GAIN = Quantity(9.2, "dB/K", "assumed", "nowhere", 8.0, 12.0)
KNOWN = Quantity(240.0, "MHz", "filed", "somewhere", 240.0, 240.0)


def test_a_range_holds_its_value():
    with pytest.raises(ValueError, match=r"9\.2 does not lie from 10 to 12"):
        Quantity(9.2, "dB/K", "assumed", "nowhere", 10.0, 12.0)


@given(
    st.floats(-1e3, 1e3),
    st.floats(0, 1e3),
    st.floats(0, 1e3),
    st.integers(1, 300),
    st.integers(0, 9),
)
def test_draws_stay_within_the_range(value, below, above, count, seed):
    quantity = Quantity(value, "", "assumed", "", value - below, value + above)
    drawn = draws({"x": quantity}, count, seed)["x"]
    assert drawn.shape == (count,)
    assert np.all((drawn >= quantity.low - 1e-9) & (drawn <= quantity.high + 1e-9))


def test_draws_are_triangular():
    drawn = draws({"gain": GAIN, "width": KNOWN}, 20_000, seed=3)
    assert drawn["gain"].mean() == pytest.approx((8 + 9.2 + 12) / 3, abs=1e-3)
    variance = (8**2 + 9.2**2 + 12**2 - 8 * 9.2 - 8 * 12 - 9.2 * 12) / 18
    assert drawn["gain"].var() == pytest.approx(variance, rel=1e-3)
    assert np.all(drawn["width"] == 240)
    assert np.corrcoef(drawn["gain"], np.arange(20_000))[0, 1] == pytest.approx(0, abs=0.03)


def test_one_more_quantity_leaves_the_others_as_they_were():
    alone = draws({"gain": GAIN}, 50, seed=1)["gain"]
    with_another = draws({"other": GAIN, "gain": GAIN}, 50, seed=1)
    assert np.array_equal(alone, with_another["gain"])
    assert not np.array_equal(alone, with_another["other"])
    assert not np.array_equal(alone, draws({"gain": GAIN}, 50, seed=2)["gain"])


@pytest.mark.parametrize("operator", OPERATORS)
def test_every_number_of_an_operator_says_where_it_comes_from(operator):
    quantities, texts, content = built_in_quantities(f"operators/{operator}.toml")
    assert content
    assert {"name", "status"} <= set(texts)
    for name, quantity in quantities.items():
        assert quantity.source, name
        assert quantity.basis in {"measured", "filed", "fitted", "assumed"}, name
        assert quantity.unit or name.endswith(("overhead", "exponent", "factor")), name
    assert nominal(quantities).keys() == quantities.keys()
