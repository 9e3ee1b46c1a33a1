"""The links of the built-in operators: what their tables say, and what they come to."""

import numpy as np
import pytest

from leohub.io.builtin.links import down_link, up_link
from leohub.io.builtin.operators import OPERATORS, operator_parameters
from leohub.quantities import draws, nominal
from leohub.sky.link.link import EirpLink, FluxLink

FLYING = [operator for operator in OPERATORS if operator != "terawave"]
ALTITUDE_KM = {"starlink": 470, "oneweb": 1202, "amazon-leo": 630}


def range_km(operator: str, elevation_deg: float) -> float:
    up = 6371 * np.sin(np.radians(elevation_deg))
    altitude = ALTITUDE_KM[operator]
    return float(np.sqrt(up**2 + altitude**2 + 2 * 6371 * altitude) - up)


@pytest.mark.parametrize("operator", FLYING)
def test_what_is_assumed_has_a_range(operator):
    quantities = operator_parameters(operator).quantities
    for name, quantity in quantities.items():
        if quantity.basis == "assumed" and name.split(".")[0] in {"down", "up", "terminal"}:
            assert quantity.low < quantity.high, name


@pytest.mark.parametrize("operator", FLYING)
def test_the_nominal_links_work_wherever_the_operator_serves(operator):
    quantities = operator_parameters(operator).quantities
    values = nominal(quantities)
    lowest = values["geometry.min_elevation_deg"]
    for link in (down_link(values), up_link(values)):
        edge = link.rate_mbps(lowest, range_km(operator, lowest), 0)
        assert 0 < edge <= link.rate_mbps(90, ALTITUDE_KM[operator], 0)
        assert link.tolerated_attenuation_db(lowest, range_km(operator, lowest)) > 2
    assert values["terminal.max_down_mbps"] <= down_link(values).rate_mbps(
        60, range_km(operator, 60), 0
    )
    assert values["terminal.max_up_mbps"] < values["terminal.max_down_mbps"]


@pytest.mark.parametrize("operator", FLYING)
def test_draws_make_links_too(operator):
    quantities = operator_parameters(operator).quantities
    drawn = {name: values[:, None] for name, values in draws(quantities, 200, seed=7).items()}
    elevation_deg = np.array([60.0, 75.0, 90.0])
    ranges = np.array([range_km(operator, elevation) for elevation in elevation_deg])
    for link in (down_link(drawn), up_link(drawn)):
        rates = link.rate_mbps(elevation_deg, ranges, 0)
        assert rates.shape == (200, 3)
        assert np.all(rates >= 0)
        assert np.percentile(rates, 10) < np.percentile(rates, 90)


def test_starlink_is_the_published_chain():
    quantities = operator_parameters("starlink").quantities
    link = down_link(nominal(quantities))
    assert isinstance(link, FluxLink)
    assert link.rate_mbps(50, 600, [0, 3, 7]) == pytest.approx([564, 243, 127], abs=0.6)
    # 36.7 dBW per 250 MHz, spread over a sphere of 1,684 km.
    flux = 36.7 - 10 * np.log10(4 * np.pi * 1.684e6**2) - 10 * np.log10(250e6 / 4e3)
    assert flux == pytest.approx(quantities["down.flux_dbw_m2_4khz"].value, abs=0.05)


def test_a_oneweb_beam_carries_what_is_published():
    values = nominal(operator_parameters("oneweb").quantities)
    down, up = down_link(values), up_link(values)
    assert isinstance(down, EirpLink)
    elevation_deg = np.array([55, 65, 75, 90])
    ranges = np.array([range_km("oneweb", elevation) for elevation in elevation_deg])
    assert np.median(down.rate_mbps(elevation_deg, ranges, 0)) == pytest.approx(450, rel=0.1)
    assert np.median(up.rate_mbps(elevation_deg, ranges, 0)) == pytest.approx(150, rel=0.1)
    # 16 beams come to the 7.2 Gbps of a satellite.
    assert 16 * 450 == 7200


def test_a_missing_quantity_is_named():
    values = nominal(operator_parameters("starlink").quantities)
    del values["up.eirp_dbw"]
    with pytest.raises(KeyError, match=r"up\.eirp_dbw"):
        up_link(values)
