"""Sunshine: the sun's place, radiation on a panel, bright and dull days, tables of sunshine."""

import dataclasses

import numpy as np
import pandas as pd
import pvlib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import ndtri

from leohub.errors import InputError
from leohub.hub.power.clearness import daily_clearness, saunier_quantile
from leohub.hub.power.months import DAYS_OF_MONTH, MONTHS
from leohub.hub.power.radiation import erbs_diffuse_share, plane_of_array_w_m2, share_of_day
from leohub.hub.power.sun import (
    SOLAR_CONSTANT_W_M2,
    SunPosition,
    extraterrestrial_kwh_m2_day,
    extraterrestrial_w_m2,
    sun_position,
    sunset_deg,
)
from leohub.hub.power.sunshine import Sunshine, monthly_clearness, sun_years
from leohub.io.builtin.quantities import built_in_quantities
from leohub.io.builtin.sunshine import built_in_sunshine
from leohub.io.builtin.tables import table
from leohub.io.provenance import InputFile
from leohub.io.sunshine import read_sunshine
from leohub.quantities import nominal

NAIROBI_DEG = (-1.283, 36.817)
PLACES_DEG = [(-1.283, 36.817), (3.12, 35.6), (52.5, 13.4), (-33.9, 151.2), (64.1, -21.9)]
DAYS = np.arange(1, 366)


def hours_of(year: int) -> pd.DatetimeIndex:
    return pd.date_range(f"{year}-01-01T00:30", periods=8760, freq="h", tz="UTC")


def position_at(lat_deg: float, lon_deg: float, hours: pd.DatetimeIndex) -> SunPosition:
    return sun_position(lat_deg, lon_deg, hours.tz_localize(None).to_numpy())


# --- The sun -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("lat_deg", "lon_deg"), PLACES_DEG)
def test_the_sun_stands_where_pvlib_has_it(lat_deg, lon_deg):
    hours = hours_of(2027)[::7].union(hours_of(1991)[::11]).union(hours_of(2049)[::11])
    ours = position_at(lat_deg, lon_deg, hours)
    theirs = pvlib.solarposition.get_solarposition(hours, lat_deg, lon_deg, method="nrel_numpy")
    zenith, azimuth = np.radians(theirs["zenith"]), np.radians(theirs["azimuth"])
    cosine = np.cos(np.radians(ours.zenith_deg)) * np.cos(zenith) + np.sin(
        np.radians(ours.zenith_deg)
    ) * np.sin(zenith) * np.cos(np.radians(ours.azimuth_deg) - azimuth)
    assert np.degrees(np.arccos(np.minimum(cosine, 1))).max() < 0.02


def test_places_and_times_broadcast():
    times = hours_of(2026)[:5].tz_localize(None).to_numpy()
    many = sun_position(np.array([[0.0], [50.0]]), 10.0, times)
    assert many.zenith_deg.shape == (2, 5)
    assert np.array_equal(many.azimuth_deg[1], sun_position(50.0, 10.0, times).azimuth_deg)


@pytest.mark.parametrize("moment", ["1949-12-31T23:59", "2051-01-01"])
def test_the_sun_of_other_times_is_refused(moment):
    with pytest.raises(ValueError, match="1950 to 2050"):
        sun_position(0.0, 0.0, np.array([moment], dtype="datetime64[us]"))


def test_radiation_above_the_atmosphere():
    theirs = pvlib.irradiance.get_extra_radiation(
        DAYS, solar_constant=SOLAR_CONSTANT_W_M2, method="spencer"
    )
    np.testing.assert_allclose(extraterrestrial_w_m2(DAYS), theirs, rtol=1e-6)


@pytest.mark.parametrize(("lat_deg", "lon_deg"), PLACES_DEG)
def test_a_day_above_the_atmosphere_is_the_sum_of_its_moments(lat_deg, lon_deg):
    minutes = pd.date_range("2026-05-11T00:00:30", periods=1440, freq="min", tz="UTC")
    times = minutes - pd.Timedelta(hours=lon_deg / 15)
    sun = position_at(lat_deg, lon_deg, times)
    up = np.maximum(np.cos(np.radians(sun.zenith_deg)), 0)
    noon = sun.declination_deg[720]
    expected = extraterrestrial_w_m2(131) * up.sum() / 60 / 1000
    assert extraterrestrial_kwh_m2_day(lat_deg, noon, 131) == pytest.approx(expected, rel=2e-3)


def test_the_polar_day_and_night_have_no_sunset():
    assert sunset_deg(80.0, np.array([-23.0, 0.0, 23.0])).tolist() == [0, 90, 180]


# --- Radiation on a panel ------------------------------------------------------------------------


@given(st.floats(0, 1))
def test_the_share_of_diffuse_light(clearness):
    theirs = pvlib.irradiance.erbs(
        clearness * 1000, 0.0, datetime_or_doy=1, min_cos_zenith=0.0, max_zenith=91
    )
    kt = theirs["kt"]
    share = theirs["dhi"] / (clearness * 1000) if clearness else 1
    assert erbs_diffuse_share(kt) == pytest.approx(share, rel=1e-4)


def test_a_clearness_above_one_is_refused():
    with pytest.raises(ValueError, match="clearness must be 1 at most"):
        erbs_diffuse_share([0.5, 1.2])


@pytest.mark.parametrize(("lat_deg", "lon_deg"), PLACES_DEG)
@pytest.mark.parametrize(("tilt_deg", "facing_deg"), [(0, 0), (10, 0), (10, 180), (35, 120)])
def test_radiation_on_a_panel_is_that_of_pvlib(lat_deg, lon_deg, tilt_deg, facing_deg):
    hours = hours_of(2026)
    days = hours.day_of_year.to_numpy()
    extra = pvlib.irradiance.get_extra_radiation(days)
    theirs = pvlib.solarposition.get_solarposition(hours, lat_deg, lon_deg)
    zenith, azimuth = theirs["zenith"].to_numpy(), theirs["azimuth"].to_numpy()
    clearness = np.random.default_rng(1).uniform(0.05, 0.8, len(hours))
    on_level = clearness * extra * np.maximum(np.cos(np.radians(zenith)), 0)
    parts = pvlib.irradiance.erbs(on_level, zenith, days)
    expected = pvlib.irradiance.get_total_irradiance(
        tilt_deg,
        facing_deg,
        zenith,
        azimuth,
        parts["dni"],
        on_level,
        parts["dhi"],
        albedo=0.2,
        model="isotropic",
    )["poa_global"]
    ours = position_at(lat_deg, lon_deg, hours)
    same = dataclasses.replace(ours, zenith_deg=zenith, azimuth_deg=azimuth)
    found = plane_of_array_w_m2(on_level, extra, same, tilt_deg, facing_deg, 0.2)
    # pvlib bends the clearness of a sun that is lower than this.
    high = zenith < 86.2
    np.testing.assert_allclose(found[high], expected[high], rtol=1e-4)
    with_ours = plane_of_array_w_m2(on_level, extra, ours, tilt_deg, facing_deg, 0.2)
    assert with_ours.sum() == pytest.approx(expected.sum(), rel=2e-3)


@pytest.mark.parametrize(("lat_deg", "lon_deg"), PLACES_DEG[:4])
def test_the_hours_of_a_day_share_its_radiation(lat_deg, lon_deg):
    hours = hours_of(2026) - pd.Timedelta(hours=lon_deg / 15)
    sun = sun_position(lat_deg, lon_deg, hours.tz_localize(None).to_numpy().reshape(365, 24))
    share = share_of_day(lat_deg, sun)
    np.testing.assert_allclose(share.sum(axis=-1), 1, rtol=1e-12)
    assert np.all(share[sun.zenith_deg > 90.5] == 0)
    # The published curve is scaled by integrals over the day instead of by the sum of its hours.
    sunset = np.radians(sunset_deg(lat_deg, sun.declination_deg))
    angle = np.radians(sun.hour_angle_deg)
    shape = np.cos(angle) - np.cos(sunset)
    a = 0.409 + 0.5016 * np.sin(sunset - np.pi / 3)
    b = 0.6609 - 0.4767 * np.sin(sunset - np.pi / 3)
    scale = np.pi / 24 / (np.sin(sunset) - sunset * np.cos(sunset))
    published = np.where(shape > 0, (a + b * np.cos(angle)) * shape * scale, 0)
    assert np.abs(share - published).max() < 0.004


# --- Bright and dull days ------------------------------------------------------------------------


@given(st.floats(0.3, 0.75))
@settings(max_examples=50)
def test_the_days_of_a_month_have_its_mean(mean):
    share = (np.arange(20_000) + 0.5) / 20_000
    days = saunier_quantile(mean, share)
    assert days.mean() == pytest.approx(mean, abs=1e-4)
    assert np.all(np.diff(days) > 0)
    assert days[0] > 0
    assert days[-1] < 0.84


@given(st.floats(0.3, 0.75), st.floats(0.001, 0.999))
@settings(max_examples=50)
def test_the_distribution_is_the_published_one(mean, share):
    clearest = 0.6313 + 0.267 * mean - 11.9 * (mean - 0.75) ** 8

    def moment(power, g, end=1.0):
        return quad(lambda x: x**power * x * (1 - x) * np.exp(g * x), 0, end)[0]

    g = brentq(lambda g: moment(1, g) / moment(0, g) - mean / clearest, -40, 40)
    x = saunier_quantile(mean, share) / clearest
    assert moment(0, g, x) / moment(0, g) == pytest.approx(share, abs=2e-4)


@pytest.mark.parametrize("mean", [0.29, 0.76])
def test_months_that_no_sky_makes_are_refused(mean):
    with pytest.raises(ValueError, match=r"0\.3 to 0\.75"):
        saunier_quantile([0.5, mean], 0.5)
    with pytest.raises(ValueError, match="between -1 and 1"):
        daily_clearness(np.full(12, 0.5), 1.0, 1, 0)


def test_dull_days_follow_each_other():
    mean = np.full((3, 12), 0.55)
    days = daily_clearness(mean, np.array([0.0, 0.29, 0.6]), 200, seed=4)
    assert days.shape == (3, 200, 365)
    np.testing.assert_allclose(days.mean(axis=(1, 2)), 0.55, rtol=0.01)
    ranks = np.argsort(np.argsort(days.reshape(3, -1), axis=1), axis=1)
    gaussian = ndtri((ranks + 0.5) / ranks.shape[1]).reshape(days.shape)
    found = (gaussian[..., 1:] * gaussian[..., :-1]).mean(axis=(1, 2))
    np.testing.assert_allclose(found, [0, 0.29, 0.6], atol=0.01)
    dull = days < 0.4
    runs = (dull[..., 2:] & dull[..., 1:-1] & dull[..., :-2]).mean(axis=(1, 2))
    assert np.all(np.diff(runs) > 0)


def test_sequences_are_the_seed_s_and_hang_on_no_other_place():
    both = daily_clearness(np.array([[0.5] * 12, [0.6] * 12]), 0.3, 4, seed=1)
    alone = daily_clearness(np.full(12, 0.6), 0.3, 4, seed=1)
    assert np.array_equal(both[1], alone)
    assert not np.array_equal(alone, daily_clearness(np.full(12, 0.6), 0.3, 4, seed=2))


def test_years_keep_the_monthly_means_they_were_drawn_from():
    sunshine, _ = built_in_sunshine()
    series = sun_years(
        sunshine.lat_deg,
        sunshine.lon_deg,
        sunshine.kwh_m2_day,
        tilt_deg=0,
        albedo=0.2,
        persistence=0.29,
        years=60,
        seed=1,
    )
    assert series.shape == (len(sunshine.name), 60, 8760)
    daily = series.reshape(*series.shape[:2], 365, 24).sum(axis=-1) / 1000
    month = np.repeat(np.arange(12), DAYS_OF_MONTH)
    for m in range(12):
        np.testing.assert_allclose(
            daily[..., month == m].mean(axis=(1, 2)), sunshine.kwh_m2_day[:, m], rtol=0.01
        )
    np.testing.assert_allclose(daily.mean(), sunshine.kwh_m2_day.mean(), rtol=0.003)
    hours = series.mean(axis=(0, 1)).reshape(365, 24)
    assert np.all(hours[:, [0, 1, 2, 3, 4, 19, 20, 21, 22, 23]] == 0)
    assert np.all(hours[:, 12] > 500)


def test_a_tilted_panel_faces_the_equator():
    flat_and_tilted = [
        sun_years(
            np.array([-20.0, 20.0]),
            30.0,
            np.full(12, 4.8),
            tilt_deg=tilt_deg,
            albedo=0.2,
            persistence=0.29,
            years=1,
            seed=1,
        ).mean(axis=(1, 2))
        for tilt_deg in (0.0, 15.0)
    ]
    assert np.all(flat_and_tilted[1] > flat_and_tilted[0])


# --- Tables --------------------------------------------------------------------------------------


def test_the_built_in_table_holds_for_all_of_kenya():
    sunshine, source = built_in_sunshine()
    assert source.basis == "assumed"
    values = nominal(built_in_quantities("hub/power.toml")[0])
    counties = table("counties.csv")
    nearest = sunshine.nearest(
        counties["lat_deg"], counties["lon_deg"], values["power.weather.max_distance_km"]
    )
    by_county = dict(zip(counties["county"], sunshine.name[nearest], strict=True))
    assert by_county["Turkana"] == "Lodwar"
    assert by_county["Nairobi"] == "Nairobi"
    assert by_county["Kwale"] == "Mombasa"
    corners = table("outline.csv")
    sunshine.nearest(corners["lat_deg"], corners["lon_deg"], 300.0)
    clearness = monthly_clearness(sunshine.lat_deg, sunshine.kwh_m2_day)
    assert clearness.min() > 0.42
    assert clearness.max() < 0.72
    rows = table("sunshine.csv")
    assert rows["source"].str.len().min() > 20
    assert set(rows["basis"]) == {"assumed"}


def test_places_without_known_sunshine_are_refused():
    sunshine, _ = built_in_sunshine()
    with pytest.raises(ValueError, match=r"2 places lie more than 300 km .* give their monthly"):
        sunshine.nearest([-1.3, 6.5, -26.2], [36.8, 3.4, 28.0], 300.0)


def test_the_nearest_station_may_lie_across_the_date_line():
    two = Sunshine(
        name=np.array(["east", "west"]),
        lat_deg=np.array([0.0, 0.0]),
        lon_deg=np.array([170.0, -179.0]),
        kwh_m2_day=np.full((2, 12), 5.0),
    )
    assert two.nearest(0.0, 179.5, 500.0) == 1


HEADER = "name,lat_deg,lon_deg," + ",".join(MONTHS)


def written(folder, *rows, header=HEADER):
    path = folder / "sun.csv"
    path.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return InputFile(path, named="sun.csv")


def test_a_table_of_one_s_own(tmp_path):
    file = written(tmp_path, "Kampala,0.35,32.58" + ",5.2" * 12, "Gulu,2.77,32.3" + ",5.6" * 12)
    sunshine, source = read_sunshine(file)
    assert sunshine.name.tolist() == ["Kampala", "Gulu"]
    assert sunshine.lat_deg.tolist() == [0.35, 2.77]
    assert sunshine.kwh_m2_day[1].tolist() == [5.6] * 12
    assert source.role == "sunshine"
    assert source.totals == {"stations": 2, "mean_kwh_m2_day": 5.4}


def test_all_that_is_wrong_with_a_table_is_told_at_once(tmp_path):
    file = written(
        tmp_path,
        "A,0.35,32.58" + ",-5" + ",5.2" * 11,
        "A,95,32.3" + ",5.6" * 12,
        "B,1,32" + ",19.5" + ",5" * 10 + ",",
    )
    with pytest.raises(InputError) as caught:
        read_sunshine(file)
    told = str(caught.value)
    assert "row 2: column 'jan': -5 is below 0.2" in told
    assert "row 3" in told
    assert "'A' is already in row 2" in told
    assert "row 4: column 'jan': 19.5 is above 12. Give the mean of the days" in told
    assert "row 4: column 'dec' has no value" in told


def test_months_that_are_missing_or_impossible_are_told(tmp_path):
    with pytest.raises(InputError, match="no column for the radiation of Dec"):
        read_sunshine(written(tmp_path, "A,0,32" + ",5" * 11, header=HEADER.removesuffix(",dec")))
    with pytest.raises(InputError, match=r"row 2: column 'mar': 9 kWh/m²/day is 8\d% of"):
        read_sunshine(written(tmp_path, "A,0,32,5,5,9" + ",5" * 9))
