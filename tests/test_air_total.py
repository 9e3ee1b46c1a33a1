"""All that the air takes together, and how often it takes more than a link can bear."""

import csv
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.sky.air.attenuation import exceedance_pct, p618_total_db, total_attenuation
from leohub.sky.air.climate import Climate, p835_pressure_hpa
from leohub.sky.air.p618 import p618_rain_attenuation_db
from leohub.sky.air.p676 import p676_slant_gas_attenuation_db
from leohub.sky.air.p840 import p840_cloud_attenuation_db
from leohub.sky.air.scintillation import p618_scintillation_db

HEIGHT_KM = np.array([1.66, 0.02])
CLIMATE = Climate(
    rain_rate_001_mm_h=np.array([56.0, 70.0]),
    rain_height_km=np.array([4.9, 4.8]),
    wet_refractivity=np.array([75.0, 120.0]),
    temperature_k=np.array([292.0, 300.0]),
    vapour_density_g_m3=np.array([11.0, 19.0]),
    cloud_liquid_kg_m2=np.array([[0.8, 0.4, 0.2, 0.1, 0.03], [0.6, 0.3, 0.1, 0.05, 0.0]]),
    pressure_hpa=p835_pressure_hpa(HEIGHT_KM),
)
TABLE_PCT = np.geomspace(0.001, 50, 24)
LINK = {"frequency_ghz": 11.7, "tilt_deg": 45.0, "diameter_m": 0.5}


def over_the_year(exceeded_pct=TABLE_PCT, **other):
    """Two places, three elevations, and percentages of the year."""
    return total_attenuation(
        CLIMATE.spread(2),
        lat_deg=np.array([-1.29, -4.04])[:, None, None],
        height_km=HEIGHT_KM[:, None, None],
        elevation_deg=np.array([25.0, 50.0, 90.0])[:, None],
        exceeded_pct=exceeded_pct,
        **LINK | other,
    )


# --- The sum -----------------------------------------------------------------------------------


def test_total_of_the_validation_workbook():
    # ITU-R Study Group 3, CG-3M3J-13-ValEx Rev 8.3.0, sheet "P.618-14 Att_Tot", 19.5 GHz at
    # 46.22 N, 6.14 E: scintillation, rain, clouds, gases and total exceeded for 50 % to 0.001 %.
    scintillation, rain, cloud, gas, total = np.transpose(
        [
            (0.000267772, 0, 0.012749996, 0.361451881, 0.374204688),
            (0.101252116, 0, 0.119793590, 0.580672720, 0.737524545),
            (0.141574489, 0.360661221, 0.195608101, 0.636191495, 1.210194016),
            (0.233479130, 1.188971244, 0.195608101, 0.636191495, 2.040318436),
            (0.376913142, 4.867073651, 0.195608101, 0.636191495, 5.712884320),
            (0.560038606, 14.040865182, 0.195608101, 0.636191495, 14.883676002),
            (0.811339976, 28.546259161, 0.195608101, 0.636191495, 29.389507934),
        ]
    )
    np.testing.assert_allclose(p618_total_db(gas, cloud, rain, scintillation), total, atol=1e-8)


@pytest.mark.shared
def test_the_last_published_column_is_the_sum_of_others(shared):
    # "AT (p)" of the rain examples is no attenuation: the sum was taken of the columns beside those
    # it means, the efficiency as gases, N_wet as clouds, the chance of rain on the path as rain.
    # It is right as a sum.
    file = shared / "data/itu/validation/itu_ITURP618-14_A_rain.csv"
    with file.open(encoding="latin-1", newline="") as lines:
        names, _, *rows = csv.reader(lines)
    row = dict(zip(names, np.array(rows, dtype=float).T, strict=True))
    found = p618_total_db(row["eta"], row["N_wet"], row["P_rain"], row["A_scin"])
    np.testing.assert_allclose(found, row["AT (p)"], atol=1e-6)


def test_the_parts_are_those_of_the_recommendations():
    found = over_the_year()
    elevation = np.array([25.0, 50.0, 90.0])[:, None]
    for place in range(2):
        air = CLIMATE.take(slice(place, place + 1))
        gas = p676_slant_gas_attenuation_db(
            11.7, elevation, air.pressure_hpa, air.vapour_density_g_m3, air.temperature_k
        )
        cloud = p840_cloud_attenuation_db(
            11.7, elevation, np.maximum(TABLE_PCT, 5), air.cloud_liquid_kg_m2
        )
        dry = TABLE_PCT > 5
        rain = p618_rain_attenuation_db(
            lat_deg=[-1.29, -4.04][place],
            height_km=HEIGHT_KM[place],
            elevation_deg=elevation,
            frequency_ghz=11.7,
            tilt_deg=45,
            rain_rate_001_mm_h=air.rain_rate_001_mm_h,
            rain_height_km=air.rain_height_km,
            exceeded_pct=TABLE_PCT[~dry],
        )
        scintillation = p618_scintillation_db(
            elevation_deg=elevation,
            frequency_ghz=11.7,
            wet_refractivity=air.wet_refractivity,
            diameter_m=0.5,
            efficiency=0.5,
            exceeded_pct=TABLE_PCT,
        )
        np.testing.assert_array_equal(found.gas_db[place], np.broadcast_to(gas, (3, 24)))
        np.testing.assert_array_equal(found.cloud_db[place], cloud)
        np.testing.assert_allclose(found.rain_db[place][:, ~dry], rain, rtol=1e-12)
        assert (found.rain_db[place][:, dry] == 0).all()
        np.testing.assert_array_equal(found.scintillation_db[place], scintillation)
        np.testing.assert_array_equal(
            found.total_db[place],
            p618_total_db(gas, cloud, found.rain_db[place], scintillation),
        )


def test_all_parts_have_the_shape_of_places_elevations_and_percentages():
    found = over_the_year()
    parts = (found.gas_db, found.cloud_db, found.rain_db, found.scintillation_db, found.total_db)
    assert {part.shape for part in parts} == {(2, 3, 24)}


def test_the_total_falls_with_the_share_of_the_year():
    assert (np.diff(over_the_year().total_db, axis=-1) < 0).all()


def test_rain_ends_at_5_pct_of_the_year():
    found = over_the_year(np.array([5.0, np.nextafter(5.0, 6.0)]))
    assert (found.rain_db[..., 0] > 0).all()
    assert (found.rain_db[..., 1] == 0).all()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"exceeded_pct": 51}, "exceeded_pct 51 is outside 0.001 to 50 of total attenuation"),
        ({"exceeded_pct": 0.0005}, "exceeded_pct"),
        ({"frequency_ghz": 60}, "frequency_ghz"),
        ({"diameter_m": np.nan}, "diameter_m"),
    ],
)
def test_links_outside_the_recommendation_are_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        over_the_year(**wrong)


def test_a_place_without_rain_data_is_refused():
    bare = replace(CLIMATE, rain_rate_001_mm_h=np.array([56.0, np.nan]))
    with pytest.raises(ValueError, match=r"rain_rate_001_mm_h nan .*1 of 2"):
        total_attenuation(bare, lat_deg=0, height_km=0, elevation_deg=50, exceeded_pct=0.1, **LINK)


# --- How often -----------------------------------------------------------------------------------


@given(exceeded_pct=st.floats(0.0011, 49))
def test_how_often_is_the_inverse_of_how_much(exceeded_pct):
    table_db = over_the_year().total_db
    much = np.apply_along_axis(
        lambda db: np.interp(np.log(exceeded_pct), np.log(TABLE_PCT), db), -1, table_db
    )
    often = exceedance_pct(much, TABLE_PCT, table_db)
    np.testing.assert_allclose(often, exceeded_pct, rtol=1e-6)


def test_more_than_the_table_is_never_and_less_is_always():
    pct, db = [0.001, 1, 50], [[20.0, 3.0, 0.2], [9.0, 1.0, 0.1]]
    assert exceedance_pct([20.1, 0.05], pct, db).tolist() == [0, 100]
    assert exceedance_pct([np.inf, -np.inf], pct, db).tolist() == [0, 100]
    assert exceedance_pct([20.0, 0.1], pct, db) == pytest.approx([0.001, 50])


def test_a_link_may_bear_another_attenuation_at_each_moment():
    table_db = over_the_year().total_db[:, :, None, :]
    bearable_db = np.linspace(0, 30, 7)
    found = exceedance_pct(bearable_db, TABLE_PCT, table_db)
    assert found.shape == (2, 3, 7)
    one = exceedance_pct(bearable_db[4], TABLE_PCT, table_db[1, 2, 0])
    assert found[1, 2, 4] == one
    assert (np.diff(found, axis=-1) <= 0).all()


@given(
    table_db=st.lists(st.integers(0, 9), min_size=4, max_size=4),
    bearable_db=st.floats(-1, 10),
)
def test_where_a_table_does_not_fall_the_larger_share_counts(table_db, bearable_db):
    pct = np.array([0.001, 0.1, 1, 50])
    fine = np.sort(np.append(np.geomspace(0.001, 50, 20_001), pct))
    reaching = fine[np.interp(np.log(fine), np.log(pct), table_db) >= bearable_db]
    found = exceedance_pct(bearable_db, pct, table_db)
    if table_db[-1] > bearable_db:
        assert found == 100
    else:
        assert found == pytest.approx(reaching.max(initial=0), rel=1e-3)


@pytest.mark.parametrize(
    ("attenuation_db", "pct", "db"),
    [
        (1, [1, 0.1], [2, 3]),
        (1, [0, 1], [3, 2]),
        (1, [1], [2]),
        (1, [0.1, 1], [3, 2, 1]),
        (np.nan, [0.1, 1], [3, 2]),
        (1, [0.1, 1], [3, np.nan]),
    ],
)
def test_what_is_no_table_is_refused(attenuation_db, pct, db):
    with pytest.raises(ValueError, match=r"percentages|missing"):
        exceedance_pct(attenuation_db, pct, db)
