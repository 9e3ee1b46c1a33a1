"""Gases and clouds, against an independent implementation of the same recommendations."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from itur.models import itu676, itu840

from leohub.sky.air.p676 import p676_slant_gas_attenuation_db
from leohub.sky.air.p840 import (
    p840_cloud_attenuation_db,
    p840_mass_absorption_db_m2_kg,
    p840_reduced_liquid_kg_m2,
)

POINTS = 1_200


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


def test_clouds_agree_with_itur_where_the_liquid_is_the_same():
    random = np.random.default_rng(3)
    frequency, elevation = random.uniform(1, 55, POINTS), random.uniform(5, 90, POINTS)
    exceeded, cloudy = random.uniform(0.1, 100, POINTS), random.uniform(0, 100, POINTS)
    mean, deviation = random.uniform(-5, 0.7, POINTS), random.uniform(0.2, 2.3, POINTS)
    liquid = p840_reduced_liquid_kg_m2(exceeded, mean, deviation, cloudy)
    theirs = itu840.cloud_attenuation(
        np.zeros(POINTS), np.zeros(POINTS), elevation, frequency, 1.0, Lred=liquid
    ).value.ravel()
    ours = p840_cloud_attenuation_db(frequency, elevation, exceeded, mean, deviation, cloudy)
    np.testing.assert_allclose(ours, theirs, rtol=1e-9)


def test_liquid_has_the_stated_distribution():
    # A year drawn moment by moment, instead of by the inverse of the normal distribution.
    random = np.random.default_rng(4)
    mean, deviation, cloudy_pct, moments = -1.3, 0.7, 72.0, 400_000
    cloudy = random.random(moments) < cloudy_pct / 100
    liquid = np.where(cloudy, random.lognormal(mean, deviation, moments), 0.0)
    for exceeded_pct in (1.0, 5.0, 20.0, 60.0):
        limit = p840_reduced_liquid_kg_m2(exceeded_pct, mean, deviation, cloudy_pct)
        share = exceeded_pct / 100
        error = np.sqrt(share * (1 - share) / moments)
        assert np.mean(liquid > limit) == pytest.approx(share, abs=4 * error)
    assert p840_reduced_liquid_kg_m2(72.0, mean, deviation, cloudy_pct) == 0
    assert p840_reduced_liquid_kg_m2(90.0, mean, deviation, cloudy_pct) == 0


def test_no_clouds_take_nothing():
    assert p840_cloud_attenuation_db(12, 40, [0.1, 50, 100], -1.0, 0.7, 0.0).tolist() == [0, 0, 0]


def test_lognormal_liquid_is_near_the_maps_over_kenya():
    lat, lon = (
        axis.ravel() for axis in np.meshgrid(np.arange(-4, 5.0), np.arange(34, 42.0), indexing="ij")
    )
    lognormal = [
        part.value[:, None] for part in itu840.lognormal_approximation_coefficient(lat, lon)
    ]
    exceeded = np.array([0.3, 0.5, 1, 2, 3, 5, 10])
    ours = p840_reduced_liquid_kg_m2(exceeded, *lognormal).mean(axis=0)
    maps = np.array(
        [itu840.columnar_content_reduced_liquid(lat, lon, p).value.mean() for p in exceeded]
    )
    assert np.abs(ours / maps - 1)[:5].max() < 0.12
    assert (ours / maps)[5:] == pytest.approx([1.19, 1.6], abs=0.15)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"frequency_ghz": 201}, "frequency_ghz 201 is outside 1 to 200"),
        ({"elevation_deg": 3}, "elevation_deg 3 is outside 5 to 90"),
        ({"exceeded_pct": 0.05}, "exceeded_pct 0.05 is outside 0.1 to 100"),
        ({"exceeded_pct": 101}, "exceeded_pct"),
        ({"cloud_pct": 127}, "cloud_pct 127 is outside 0 to 100"),
        ({"cloud_ln_mean": np.nan}, "cloud_ln_mean"),
        ({"cloud_ln_sd": -0.1}, "cloud_ln_sd"),
    ],
)
def test_clouds_are_not_extrapolated(change, words):
    cloud = {
        "frequency_ghz": 12.0,
        "elevation_deg": 40.0,
        "exceeded_pct": 1.0,
        "cloud_ln_mean": -1.3,
        "cloud_ln_sd": 0.7,
        "cloud_pct": 72.0,
    }
    with pytest.raises(ValueError, match=words):
        p840_cloud_attenuation_db(**(cloud | change))
