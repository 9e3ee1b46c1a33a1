"""Gases and clouds, against an independent implementation of the same recommendations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itur.models import itu676, itu840

from leohub.io.climate.extra import itur_climate
from leohub.sky.air.p676 import p676_slant_gas_attenuation_db
from leohub.sky.air.p840 import (
    CLOUD_PCT,
    p840_cloud_attenuation_db,
    p840_mass_absorption_db_m2_kg,
    p840_reduced_liquid_kg_m2,
)

POINTS = 1_200
LIQUID = [0.7, 0.4, 0.2, 0.1, 0.02]


def random_air(seed):
    """Frequency, elevation, pressure, vapour and temperature of air between pole and tropics."""
    random = np.random.default_rng(seed)
    return (
        random.uniform(1, 55, POINTS),
        random.uniform(5, 90, POINTS),
        random.uniform(550, 1030, POINTS),
        random.uniform(0.5, 25, POINTS),
        random.uniform(250, 310, POINTS),
    )


def test_gases_agree_with_itur():
    frequency, elevation, pressure, vapour, temperature = air = random_air(1)
    ours = p676_slant_gas_attenuation_db(*air)
    # Its check of elevations warns at exactly 90 degrees, which are none of these.
    theirs = itu676.gaseous_attenuation_slant_path(
        frequency, elevation, vapour, pressure, temperature, mode="approx"
    ).value
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)
    assert np.abs(ours - theirs).max() < 0.02


@pytest.mark.parametrize("frequency_ghz", [4, 8, 12, 14, 20, 30, 40, 50])
def test_the_approximation_is_near_the_sum_over_layers(frequency_ghz):
    # Through the whole standard atmosphere, layer by layer (annex 1): another method.
    layered = itu676.gaseous_attenuation_slant_path(
        frequency_ghz, 60, 7.5, 1013.25, 288.15, mode="exact"
    ).value
    ours = p676_slant_gas_attenuation_db(frequency_ghz, 60, 1013.25, 7.5, 288.15)
    assert ours == pytest.approx(layered, rel=0.04)


@given(
    frequency_ghz=st.floats(1, 350),
    elevation_deg=st.floats(5, 90),
    pressure_hpa=st.floats(550, 1050),
    temperature_k=st.floats(250, 315),
    vapour=st.floats(0, 25),
)
def test_gases_take_something_and_more_on_a_longer_path(
    frequency_ghz, elevation_deg, pressure_hpa, temperature_k, vapour
):
    slanted, upright = p676_slant_gas_attenuation_db(
        frequency_ghz, np.array([elevation_deg, 90.0]), pressure_hpa, vapour, temperature_k
    )
    assert slanted >= upright > 0
    assert slanted == pytest.approx(upright / np.sin(np.radians(elevation_deg)))


def test_gases_broadcast_over_places_elevations_and_frequencies():
    vapour = np.linspace(5, 20, 3)[:, None, None]
    elevation = np.linspace(10, 90, 4)[:, None]
    frequency = np.array([11.7, 20.0])
    together = p676_slant_gas_attenuation_db(frequency, elevation, 850.0, vapour, 293.0)
    assert together.shape == (3, 4, 2)
    alone = p676_slant_gas_attenuation_db(20.0, elevation[2, 0], 850.0, vapour[1, 0, 0], 293.0)
    assert alone == pytest.approx(together[1, 2, 1], rel=1e-14)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_ghz": 0.5}, "frequency_ghz 0.5 is outside 1 to 350"),
        ({"frequency_ghz": [12.0, 351.0]}, "frequency_ghz 351"),
        ({"elevation_deg": 4.9}, "elevation_deg 4.9 is outside 5 to 90"),
        ({"elevation_deg": np.nan}, "elevation_deg nan"),
        ({"pressure_hpa": 101_325}, "pressure_hpa"),
        ({"vapour_density_g_m3": -1}, "vapour_density_g_m3"),
        ({"temperature_k": 20}, "temperature_k 20 is outside 200 to 340"),
    ],
)
def test_gases_are_not_extrapolated(change, words):
    air = {
        "frequency_ghz": 12.0,
        "elevation_deg": 40.0,
        "pressure_hpa": 850.0,
        "vapour_density_g_m3": 12.0,
        "temperature_k": 293.0,
    }
    with pytest.raises(ValueError, match=words):
        p676_slant_gas_attenuation_db(**(air | change))


def test_absorption_of_clouds_agrees_with_itur():
    frequency = np.random.default_rng(2).uniform(1, 200, POINTS)
    theirs = itu840.specific_attenuation_coefficients(frequency, 0)
    np.testing.assert_allclose(p840_mass_absorption_db_m2_kg(frequency), theirs, rtol=1e-12)


def test_clouds_agree_with_itur_and_its_maps():
    random = np.random.default_rng(3)
    lat, lon = random.uniform(-75, 80, POINTS), random.uniform(-180, 180, POINTS)
    frequency, elevation = random.uniform(4, 55, POINTS), random.uniform(5, 90, POINTS)
    exceeded = random.uniform(5, 50, POINTS)
    exceeded[:250] = random.choice(CLOUD_PCT, 250)
    each = zip(lat, lon, elevation, frequency, exceeded, strict=True)
    theirs = np.array([itu840.cloud_attenuation(*one).value.item() for one in each])
    liquid = itur_climate(lat, lon, 0.0)[0].cloud_liquid_kg_m2
    ours = p840_cloud_attenuation_db(frequency, elevation, exceeded, liquid)
    assert np.abs(ours - theirs).max() < 0.02
    np.testing.assert_allclose(ours, theirs, rtol=1e-9, atol=1e-12)
    assert theirs.max() > 5


def test_liquid_of_the_percentages_of_the_maps_is_theirs():
    assert p840_reduced_liquid_kg_m2(CLOUD_PCT, LIQUID).tolist() == LIQUID
    assert p840_reduced_liquid_kg_m2(np.sqrt(50.0), LIQUID) == pytest.approx(0.55)


@given(exceeded_pct=st.floats(5, 50), longer=st.floats(1, 10))
def test_more_liquid_is_exceeded_for_less_of_the_year(exceeded_pct, longer):
    pct = [exceeded_pct, min(exceeded_pct * longer, 50)]
    much, little = p840_reduced_liquid_kg_m2(pct, LIQUID)
    assert LIQUID[0] >= much >= little - 1e-12 >= LIQUID[-1] - 2e-12


def test_clouds_broadcast_over_places_elevations_and_percentages():
    liquid = np.multiply.outer([0.0, 1.0, 2.0], LIQUID)
    elevation, pct = np.array([30.0, 90.0])[:, None], np.array([5.0, 8.0, 10, 50])
    found = p840_cloud_attenuation_db(12.0, elevation, pct, liquid[:, None, None, :])
    assert found.shape == (3, 2, 4)
    assert (found[0] == 0).all()
    np.testing.assert_allclose(found[2], 2 * found[1])
    np.testing.assert_allclose(found[:, 0], 2 * found[:, 1])
    alone = p840_cloud_attenuation_db(12.0, 30.0, 8.0, liquid[1])
    assert alone.shape == ()
    assert found[1, 0, 1] == pytest.approx(alone, rel=1e-14)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_ghz": 201}, "frequency_ghz 201 is outside 1 to 200"),
        ({"elevation_deg": 3}, "elevation_deg 3 is outside 5 to 90"),
        ({"exceeded_pct": 4.9}, "exceeded_pct 4.9 is outside 5 to 50"),
        ({"exceeded_pct": 51}, "exceeded_pct 51"),
        ({"cloud_liquid_kg_m2": [0.7, 0.4, 0.2, 0.1, -0.1]}, "cloud_liquid_kg_m2 -0.1"),
        ({"cloud_liquid_kg_m2": [0.7, 0.4, 0.2, 0.1, np.nan]}, "cloud_liquid_kg_m2 nan"),
        ({"cloud_liquid_kg_m2": [0.7]}, "last axis is that of the 5 percentages"),
        ({"cloud_liquid_kg_m2": 0.7}, "last axis is that of the 5 percentages"),
    ],
)
def test_clouds_are_not_extrapolated(change, words):
    cloud = {
        "frequency_ghz": 12.0,
        "elevation_deg": 40.0,
        "exceeded_pct": 5.0,
        "cloud_liquid_kg_m2": LIQUID,
    }
    with pytest.raises(ValueError, match=words):
        p840_cloud_attenuation_db(**(cloud | change))
