"""Quantities: a value, a range, draws from it, and what rests on it."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.hub.cost import HubCost
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.operators import OPERATORS
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.builtin.sunshine import built_in_sunshine
from leohub.quantities import Quantities, Quantity, draws, nominal
from leohub.sky.visibility.places import places_at
from leohub.study.service.assumptions import load_quantities, quantities_of
from leohub.study.service.chain import serve
from leohub.study.service.standing import find_supply
from leohub.study.service.trial import typical_situation
from tests.sample_results import leaves

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
        assert quantity.unit != "-", name
    assert nominal(quantities).keys() == quantities.keys()


# --- What rests on them --------------------------------------------------------------------------

MODELLED = ("starlink", "oneweb", "amazon-leo")

ELSEWHERE = {
    "geometry.min_altitude_km": "which satellites carry broadband",
    "geometry.arc_avoidance_deg": "which of them are usable",
    "geometry.slot_phase_s": "when terminals are re-scheduled",
    "cell.resolution": "which hubs share a cell",
    "latency.backhaul.fibre_km": "ways to the internet, where gateways are not known",
    "latency.backhaul.server_fibre_km": "the same",
    "terminal.price_usd": "what a hub costs under another operator",
    "terminal.monthly_usd": "the same",
    "use.gb_per_user_month": "nothing: a check of visits, minutes and object size together",
}
"""Quantities that neither the chain nor the size of power rests on, and what does."""


class Noting(Mapping[str, float]):
    """A mapping that notes what is read of it."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values_of, self.read = values, set[str]()

    def __getitem__(self, name: str) -> float:
        self.read.add(name)
        return self.values_of[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_of)

    def __len__(self) -> int:
        return len(self.values_of)


@pytest.fixture(scope="module")
def cost() -> HubCost:
    rates = (
        built_in_quantities("hub/cost.toml")[0][f"cost.{name}"]
        for name in ("discount_pct_per_year", "upkeep_pct_per_year", "residual_pct")
    )
    return HubCost(builtin_prices()[0], "KES", 129.0, 5.0, *rates)


def all_of(operator: str, cost: HubCost) -> dict[str, Quantity]:
    return {**quantities_of(operator, {}, load_quantities("Kenya")), **cost.quantities}


def served(quantities: Quantities, cost: HubCost) -> list[bytes]:
    """Everything that the chain comes to, to the last digit."""
    situation = typical_situation(quantities, np.zeros(1), cost)
    values = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}
    fitted = {"down": np.full(1, 500.0), "up": np.full(1, 300.0)}
    assert situation.fitted_mbps.keys() == fitted.keys()
    chain = serve(values, replace(situation, fitted_mbps=fitted))
    return [found.tobytes() for found in leaves(chain).values()]


def matters(name: str, quantities: Quantities, cost: HubCost, usual: list[bytes]) -> bool:
    """Whether anything comes out otherwise, or is refused, with another value."""
    known = quantities[name]
    factors = (0.01, 1.5, 50)
    others = (known.low, known.high, *(factor * known.value for factor in factors))
    for value in (*others, known.value + 0.5):
        try:
            if served({**quantities, name: known.at(value)}, cost) != usual:
                return True
        except ValueError:
            return True
    return False


@pytest.mark.parametrize("operator", MODELLED)
def test_something_rests_on_every_number(operator, cost):
    quantities = all_of(operator, cost)
    sunshine, noting = built_in_sunshine()[0], Noting(nominal(quantities))
    find_supply(places_at(sunshine.lat_deg[:1], sunshine.lon_deg[:1]), sunshine, noting, seed=1)
    usual = served(quantities, cost)
    idle = {
        name
        for name in quantities.keys() - noting.read
        if not matters(name, quantities, cost, usual)
    }
    assert idle <= ELSEWHERE.keys(), idle - ELSEWHERE.keys()


def test_the_named_exceptions_are_needed():
    named = {name for operator in MODELLED for name in quantities_of(operator, {}, {})}
    assert named >= ELSEWHERE.keys()
