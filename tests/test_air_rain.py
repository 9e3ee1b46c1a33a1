"""Rain and scintillation by P.838 and P.618: published rows, `itur`, and the steps written out."""

import csv

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from leohub.sky.air import p618
from leohub.sky.air.p618 import p618_rain_attenuation_db
from leohub.sky.air.p838 import p838_coefficients, p838_specific_attenuation_db_km
from leohub.sky.air.scintillation import p618_scintillation_db

NAIROBI = {
    "lat_deg": -1.29,
    "height_km": 1.66,
    "elevation_deg": 40.0,
    "frequency_ghz": 11.7,
    "tilt_deg": 45.0,
    "rain_rate_001_mm_h": 56.0,
    "rain_height_km": 4.9,
    "exceeded_pct": 0.1,
}
TERMINAL = {
    "elevation_deg": 40.0,
    "frequency_ghz": 11.7,
    "wet_refractivity": 90.0,
    "diameter_m": 0.5,
    "efficiency": 0.6,
    "exceeded_pct": 0.1,
}
paths = st.fixed_dictionaries(
    {
        "lat_deg": st.floats(-90, 90),
        "height_km": st.floats(-0.4, 5),
        "elevation_deg": st.floats(0.1, 90),
        "frequency_ghz": st.floats(1, 55),
        "tilt_deg": st.floats(0, 90),
        "rain_rate_001_mm_h": st.floats(0.1, 150),
        "rain_height_km": st.floats(0, 5.5),
        "exceeded_pct": st.floats(0.001, 5),
    }
)


@pytest.fixture(scope="module")
def itur():
    # Its import turns numpy's warnings of division by zero off; not for the tests after this one.
    with np.errstate():
        pytest.importorskip("itur")
    from itur import models
    from itur.models import itu453, itu618, itu839  # noqa: F401

    return models


def rows(shared, name):
    """Columns of a published table as arrays; its first two lines are names and units."""
    with (shared / "data/itu/validation" / name).open(encoding="latin-1", newline="") as file:
        names, _, *lines = csv.reader(file)
    return dict(zip(names, np.array(lines, dtype=float).T, strict=True))


# --- Published ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("frequency_ghz", "k_h", "alpha_h", "k_v", "alpha_v"),
    [
        (1, 0.0000259, 0.9691, 0.0000308, 0.8592),
        (10, 0.01217, 1.2571, 0.01129, 1.2156),
        (20, 0.09164, 1.0568, 0.09611, 0.9847),
        (30, 0.2403, 0.9485, 0.2291, 0.9129),
        (100, 1.3671, 0.6815, 1.3680, 0.6765),
        (1000, 1.3795, 0.6396, 1.3822, 0.6365),
    ],
)
def test_coefficients_are_those_of_table_5(frequency_ghz, k_h, alpha_h, k_v, alpha_v):
    horizontal = p838_coefficients(frequency_ghz, 0, 0)
    vertical = p838_coefficients(frequency_ghz, 0, 90)
    assert horizontal == pytest.approx((k_h, alpha_h), rel=5e-4, abs=5e-8)
    assert vertical == pytest.approx((k_v, alpha_v), rel=5e-4, abs=5e-8)


@pytest.mark.shared
def test_specific_attenuation_of_the_published_rows(shared):
    row = rows(shared, "itu_ITURP838-3_rain_specific_attenuation.csv")
    path = row["f"], row["el"], row["tau"]
    k, alpha = p838_coefficients(*path)
    np.testing.assert_allclose(k, row["k"], atol=1e-7)
    np.testing.assert_allclose(alpha, row["alpha"], atol=1e-7)
    gamma = p838_specific_attenuation_db_km(row["R"], *path)
    np.testing.assert_allclose(gamma, row["gamma_r"], atol=1e-6)


@pytest.mark.shared
def test_rain_of_the_published_rows(shared):
    row = rows(shared, "itu_ITURP618-14_A_rain.csv")
    found = p618_rain_attenuation_db(
        lat_deg=row["lat"],
        height_km=row["hs"],
        elevation_deg=row["el"],
        frequency_ghz=row["f"],
        tilt_deg=row["tau"],
        rain_rate_001_mm_h=row["R001"],
        rain_height_km=row["hs"] + row["Ls"] * np.sin(np.radians(row["el"])),
        exceeded_pct=row["p"],
    )
    np.testing.assert_allclose(found, row["A_rain"], atol=1e-6)


@pytest.mark.shared
def test_scintillation_of_the_published_rows(shared):
    row = rows(shared, "itu_ITURP618-14_A_rain.csv")
    # ITU's scintillation examples are for 14.25 and 20 GHz; in this table those for 20 GHz stand
    # in the rows of rain at 29 GHz.
    frequency_ghz = np.where(row["f"] == 29, 20, row["f"])
    found = p618_scintillation_db(
        elevation_deg=row["el"],
        frequency_ghz=frequency_ghz,
        wet_refractivity=row["N_wet"],
        diameter_m=row["D"],
        efficiency=row["eta"],
        exceeded_pct=row["p"],
    )
    np.testing.assert_allclose(found, row["A_scin"], atol=1e-6)


def test_examples_restated_from_the_validation_workbook():
    # ITU-R Study Group 3, CG-3M3J-13-ValEx Rev 8.3.0, sheets "P.618-14 A_Rain" and "A_Scint".
    addis = {"lat_deg": 9.05, "height_km": 2.5398618775, "elevation_deg": 20.1433580862612}
    rain = p618_rain_attenuation_db(
        **addis,
        frequency_ghz=29,
        tilt_deg=90,
        rain_rate_001_mm_h=42.91007183,
        rain_height_km=4.78390666666667,
        exceeded_pct=[0.001, 0.01],
    )
    np.testing.assert_allclose(rain, [45.674190975, 35.970376733], atol=1e-6)
    scintillation = p618_scintillation_db(
        elevation_deg=[31.076991235657, 22.2783346840557],
        frequency_ghz=[14.25, 20],
        wet_refractivity=[50.3892622222222, 104.358474666667],
        diameter_m=1,
        efficiency=0.65,
        exceeded_pct=[0.01, 0.1],
    )
    np.testing.assert_allclose(scintillation, [0.628287291012, 1.211713448841], atol=1e-9)


# --- itur --------------------------------------------------------------------------------------


def test_rain_agrees_with_itur(itur):
    # It takes many places but one frequency, percentage and tilt at a time. It follows P.618-13,
    # whose rain is that of P.618-14; it only puts exactly 25 degrees on the other side.
    random = np.random.default_rng(1)
    worst_db = []
    for _ in range(60):
        lat, lon = random.uniform(-60, 60, 25), random.uniform(-180, 180, 25)
        rain_height_km = itur.itu839.rain_height(lat, lon).value
        height_km = rain_height_km * random.uniform(0, 0.9, 25)
        elevation, rain_rate = random.uniform(5, 90, 25), random.uniform(5, 120, 25)
        frequency, tilt = random.uniform(4, 55), random.uniform(0, 90)
        exceeded_pct = 10 ** random.uniform(-3, np.log10(5))
        theirs = itur.itu618.rain_attenuation(
            lat, lon, frequency, elevation, height_km, exceeded_pct, rain_rate, tilt
        ).value
        ours = p618_rain_attenuation_db(
            lat_deg=lat,
            height_km=height_km,
            elevation_deg=elevation,
            frequency_ghz=frequency,
            tilt_deg=tilt,
            rain_rate_001_mm_h=rain_rate,
            rain_height_km=rain_height_km,
            exceeded_pct=exceeded_pct,
        )
        worst_db.append(np.abs(ours - theirs).max())
    assert max(worst_db) < 1e-6


def test_scintillation_agrees_with_itur(itur):
    random = np.random.default_rng(2)
    worst_db = []
    for _ in range(50):
        lat, lon = random.uniform(-60, 60, 25), random.uniform(-180, 180, 25)
        elevation = random.uniform(5, 90, 25)
        frequency, diameter_m = random.uniform(4, 55), random.uniform(0.2, 5)
        efficiency, exceeded_pct = random.uniform(0.3, 0.8), 10 ** random.uniform(-2, 1.69)
        theirs = itur.itu618.scintillation_attenuation(
            lat, lon, frequency, elevation, exceeded_pct, diameter_m, efficiency
        ).value
        ours = p618_scintillation_db(
            elevation_deg=elevation,
            frequency_ghz=frequency,
            wet_refractivity=itur.itu453.map_wet_term_radio_refractivity(lat, lon, 50).value,
            diameter_m=diameter_m,
            efficiency=efficiency,
            exceeded_pct=exceeded_pct,
        )
        worst_db.append(np.abs(ours - theirs).max())
    assert max(worst_db) < 1e-6


# --- The recommendation's steps, one by one ----------------------------------------------------


def plain_rain_db(
    lat_deg,
    height_km,
    elevation_deg,
    frequency_ghz,
    tilt_deg,
    rain_rate_001_mm_h,
    rain_height_km,
    exceeded_pct,
):
    """Follow P.618-14 section 2.2.1.1 as it is written, for one path."""
    above, lat, p = rain_height_km - height_km, abs(lat_deg), exceeded_pct
    if above <= 0 or rain_rate_001_mm_h == 0:
        return 0.0
    theta = np.radians(elevation_deg)
    sine, cosine = np.sin(theta), np.cos(theta)
    slant = above / sine
    if elevation_deg < 5:
        slant = 2 * above / (np.sqrt(sine**2 + 2 * above / 8500) + sine)
    ground = slant * cosine
    gamma = p838_specific_attenuation_db_km(
        rain_rate_001_mm_h, frequency_ghz, elevation_deg, tilt_deg
    )
    shortened = np.sqrt(ground * gamma / frequency_ghz)
    r = 1 / (1 + 0.78 * shortened - 0.38 * (1 - np.exp(-2 * ground)))
    zeta = np.arctan2(above, ground * r)
    length = ground * r / cosine if zeta > theta else above / sine
    chi = 36 - lat if lat < 36 else 0
    near = 31 * (1 - np.exp(-elevation_deg / (1 + chi)))
    v = 1 / (1 + np.sqrt(sine) * (near * np.sqrt(length * gamma) / frequency_ghz**2 - 0.45))
    most = gamma * length * v
    if p >= 1 or lat >= 36:
        beta = 0
    elif elevation_deg >= 25:
        beta = -0.005 * (lat - 36)
    else:
        beta = -0.005 * (lat - 36) + 1.8 - 4.25 * sine
    tail = 0.655 + 0.033 * np.log(p) - 0.045 * np.log(most) - beta * (1 - p) * sine
    return most * (p / 0.01) ** -tail


@given(path=paths)
def test_rain_follows_the_steps_as_they_are_written(path):
    assume(path["rain_height_km"] <= path["height_km"] or path["rain_height_km"] > 0.001)
    found = p618_rain_attenuation_db(**path)
    assert found == pytest.approx(plain_rain_db(**path), rel=1e-6, abs=1e-9)


@pytest.mark.parametrize(
    "edge",
    [
        {"elevation_deg": 25.0},
        {"elevation_deg": 25.0 - 1e-9},
        {"elevation_deg": 90.0},
        {"elevation_deg": 5.0},
        {"elevation_deg": 4.999},
        {"elevation_deg": 10.0, "lat_deg": 36.0},
        {"elevation_deg": 10.0, "lat_deg": -35.9},
        {"elevation_deg": 10.0, "exceeded_pct": 1.0},
        {"height_km": 4.9},
        {"height_km": 6.0},
        {"rain_rate_001_mm_h": 0.0},
    ],
)
def test_rain_follows_the_steps_where_cases_meet(edge):
    path = NAIROBI | edge
    assert p618_rain_attenuation_db(**path) == pytest.approx(plain_rain_db(**path), rel=1e-6)


def test_places_elevations_and_percentages_are_worked_out_together():
    random = np.random.default_rng(3)
    places = {
        "lat_deg": random.uniform(-5, 5, (450, 1, 1)),
        "height_km": random.uniform(0, 2.5, (450, 1, 1)),
        "rain_rate_001_mm_h": random.uniform(20, 90, (450, 1, 1)),
        "rain_height_km": np.array(4.9),
        "elevation_deg": np.linspace(5, 90, 16)[:, None],
        "frequency_ghz": 11.7,
        "tilt_deg": 45.0,
        "exceeded_pct": np.geomspace(0.001, 5, 24),
    }
    whole = p618_rain_attenuation_db(**places)
    assert whole.shape == (450, 16, 24)
    assert whole.size > 2 * p618.BLOCK
    for chosen in [(0, 0, 0), (41, 3, 7), (42, 15, 23), (449, 15, 23)]:
        one = {
            name: float(np.broadcast_to(values, whole.shape)[chosen])
            for name, values in places.items()
        }
        assert whole[chosen] == pytest.approx(plain_rain_db(**one), rel=1e-9)


# --- What is promised --------------------------------------------------------------------------


@given(path=paths, other_pct=st.floats(0.001, 5))
def test_rarer_rain_takes_more_up_to_40_db(path, other_pct):
    few, many = sorted([path["exceeded_pct"], other_pct])
    rare, common = p618_rain_attenuation_db(**path | {"exceeded_pct": [few, many]})
    assume(rare < 40 and common < 40)
    assert rare >= common * (1 - 1e-12)
    assert common >= 0


@given(path=paths, other_pct=st.floats(0.001, 50))
def test_rarer_scintillation_is_deeper(path, other_pct):
    few, many = sorted([path["exceeded_pct"], other_pct])
    air = TERMINAL | {"frequency_ghz": 4 + path["frequency_ghz"] * 0.9}
    rare, common = p618_scintillation_db(**air | {"exceeded_pct": [few, many]})
    assert rare >= common >= 0


def test_wide_antennas_average_scintillation_away():
    fades = p618_scintillation_db(**TERMINAL | {"diameter_m": [0, 0.5, 2, 8, 100]})
    assert (np.diff(fades) < 0).all()
    assert fades[-1] == 0


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"frequency_ghz": 60}, r"frequency_ghz 60 is outside 1 to 55 of rain .* P\.618-14"),
        ({"frequency_ghz": 0.9}, "frequency_ghz"),
        ({"exceeded_pct": [0.1, 5.1]}, r"exceeded_pct 5.1 .*\(1 of 2 values\)"),
        ({"exceeded_pct": 0.0009}, "exceeded_pct"),
        ({"elevation_deg": 0}, r"elevation_deg 0 is outside 0\.1 to 90"),
        ({"elevation_deg": 91}, "elevation_deg"),
        ({"lat_deg": 91}, "lat_deg"),
        ({"tilt_deg": np.inf}, "tilt_deg"),
        ({"rain_rate_001_mm_h": -1}, "rain_rate_001_mm_h"),
        ({"rain_rate_001_mm_h": np.nan}, "rain_rate_001_mm_h nan"),
        ({"rain_height_km": np.inf}, "rain_height_km inf"),
        ({"height_km": np.nan}, "height_km"),
    ],
)
def test_rain_outside_the_recommendation_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        p618_rain_attenuation_db(**NAIROBI | wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"frequency_ghz": 3.9}, "frequency_ghz 3.9 is outside 4 to 55 of scintillation"),
        ({"frequency_ghz": 56}, "frequency_ghz"),
        ({"elevation_deg": 4.9}, "elevation_deg"),
        ({"exceeded_pct": 51}, "exceeded_pct"),
        ({"exceeded_pct": 0.0009}, "exceeded_pct"),
        ({"wet_refractivity": np.nan}, "wet_refractivity"),
        ({"diameter_m": -1}, "diameter_m"),
        ({"efficiency": 1.1}, "efficiency"),
    ],
)
def test_scintillation_outside_the_recommendation_is_refused(wrong, said):
    with pytest.raises(ValueError, match=said):
        p618_scintillation_db(**TERMINAL | wrong)


@pytest.mark.parametrize("frequency_ghz", [0.99, 1001])
def test_specific_attenuation_outside_the_recommendation_is_refused(frequency_ghz):
    with pytest.raises(ValueError, match="frequency_ghz"):
        p838_coefficients(frequency_ghz, 30)


def test_no_values_at_all_are_none():
    assert p618_rain_attenuation_db(**NAIROBI | {"lat_deg": []}).shape == (0,)
