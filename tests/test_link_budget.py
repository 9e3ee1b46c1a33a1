"""The terms of a link budget, against published budgets and against physics."""

import csv

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.sky.link.budget import (
    MEDIUM_K,
    carrier_to_noise_db,
    combine_db,
    flux_carrier_to_noise_db,
    free_space_loss_db,
    isotropic_area_db_m2,
    noise_rise_db,
    scan_loss_db,
    to_db,
    to_ratio,
)

# 3GPP TR 38.821, table 6.1.3.3-1. SC9 UL is printed with 0.4 MHz, its figures fit 0.36 MHz.
# altitude_km, elevation_deg, f_ghz, eirp_dbw, gt, bw_mhz, fspl_db, other losses_db, cnr_db
TR38821 = {
    "SC6 DL": (600, 30, 20, 30.0, 15.9, 400, 179.1, 0.5 + 0.3, 8.5),
    "SC6 UL": (600, 30, 30, 46.2, 13.0, 400, 182.6, 0.5 + 0.3, 18.4),
    "SC9 DL": (600, 30, 2, 48.8, -31.6, 30, 159.1, 0.1 + 3 + 2.2, 6.6),
    "SC9 UL": (600, 30, 2, -7.0, 1.1, 0.36, 159.1, 0.1 + 3 + 2.2, 2.8),
}
# del Portillo, Cameron & Crawley 2019, Acta Astronautica 159.
# C/N, carrier to each interference, bit/s/Hz, Eb/(N0 + I0)
DEL_PORTILLO = {
    "SpaceX user DL": (12.0, (25, 22, 25), 2.7, 6.7),
    "OneWeb user DL": (10.5, (25, 20, 30), 2.4, 5.9),
    "SpaceX GW UL": (32.4, (27, 25, 30, 27), 5.4, 13.3),
}
decibels = st.floats(-60, 60)


def slant_range_km(altitude_km: float, elevation_deg: float) -> float:
    """By the law of cosines on a sphere of 6,371 km, as TR 38.811 has it."""
    up = 6371 * np.sin(np.radians(elevation_deg))
    return float(np.sqrt(up**2 + altitude_km**2 + 2 * 6371 * altitude_km) - up)


@pytest.mark.parametrize("case", TR38821)
def test_3gpp_budgets_come_out(case):
    altitude_km, elevation_deg, f_ghz, eirp, gt, bw_mhz, fspl, other, published = TR38821[case]
    loss_db = free_space_loss_db(slant_range_km(altitude_km, elevation_deg), f_ghz)
    assert loss_db == pytest.approx(fspl, abs=0.05)
    assert carrier_to_noise_db(eirp, fspl + other, gt, bw_mhz) == pytest.approx(published, abs=0.1)
    assert carrier_to_noise_db(eirp, loss_db + other, gt, bw_mhz) == pytest.approx(
        published, abs=0.1
    )


@pytest.mark.parametrize("case", DEL_PORTILLO)
def test_del_portillo_comes_out_from_its_carrier_to_noise(case):
    cn_db, interference_db, bits, published = DEL_PORTILLO[case]
    ebn0_db = combine_db(cn_db, *interference_db) - to_db(bits)
    assert ebn0_db == pytest.approx(published, abs=0.3)


@pytest.mark.shared
def test_the_published_3gpp_table(shared):
    with (shared / "data/link/tr38821_linkbudget.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 4
    for row in rows:
        loss_db = sum(float(row[c]) for c in ("fspl_db", "atm_db", "shadow_db", "scint_db"))
        cnr_db = carrier_to_noise_db(
            float(row["eirp_dbw"]), loss_db, float(row["gt_dbk"]), float(row["bw_mhz"])
        )
        assert cnr_db == pytest.approx(float(row["cnr_db_published"]), abs=0.1), row["case"]


@pytest.mark.shared
def test_the_published_table_of_del_portillo(shared):
    with (shared / "data/link/delportillo2019_linkbudget.csv").open() as file:
        rows = [row for row in csv.DictReader(file) if "Telesat" not in row["link"]]
    assert len(rows) == 3
    for row in rows:
        interference = [float(row[c]) for c in row if c.startswith("c_") and row[c]]
        total = combine_db(float(row["cn_db_published"]), *interference)
        bits = float(row["rate_mbps_published"]) / float(row["bw_ghz"]) / 1e3
        published = float(row["ebn0_i0_db_published"])
        assert total - to_db(bits) == pytest.approx(published, abs=0.3), row["link"]
        fspl_db = free_space_loss_db(float(row["path_km"]), float(row["f_ghz"]))
        assert fspl_db == pytest.approx(float(row["fspl_db"]), abs=0.1)


@given(st.floats(300, 40_000), st.floats(1, 60), st.floats(-10, 80), st.floats(-35, 35))
def test_flux_and_power_are_two_ways_to_say_the_same(range_km, f_ghz, eirp_dbw, gt):
    bandwidth_mhz = 240.0
    sphere_db_m2 = 10 * np.log10(4 * np.pi * (range_km * 1e3) ** 2)
    flux = eirp_dbw - sphere_db_m2 - 10 * np.log10(bandwidth_mhz * 1e6 / 4e3)
    by_power = carrier_to_noise_db(eirp_dbw, free_space_loss_db(range_km, f_ghz), gt, bandwidth_mhz)
    assert flux_carrier_to_noise_db(flux, f_ghz, gt) == pytest.approx(by_power, abs=1e-9)
    assert isotropic_area_db_m2(f_ghz) == pytest.approx(
        sphere_db_m2 - free_space_loss_db(range_km, f_ghz), abs=1e-9
    )


def test_the_scan_loss_is_a_power_of_the_cosine():
    assert scan_loss_db(0, 1.3) == 0
    assert scan_loss_db([40, 60], 1.3) == pytest.approx([1.505, 3.913], abs=5e-4)
    assert scan_loss_db(60, 1) == pytest.approx(10 * np.log10(2))
    assert np.all(scan_loss_db([0, 45, 89], 0) == 0)


@given(st.floats(0, 60), st.floats(0, 60), st.floats(20, 2000))
def test_more_rain_is_warmer_but_never_warmer_than_the_rain(less, more, system_k):
    less, more = sorted((less, more))
    rise = noise_rise_db([less, more], system_k)
    assert 0 <= rise[0] <= rise[1] <= 10 * np.log10(1 + MEDIUM_K / system_k) + 1e-12


def test_the_noise_of_rain():
    # 3 dB of rain hides half of a 275 K medium: 137 K on top of 200 K.
    assert noise_rise_db(10 * np.log10(2), 200) == pytest.approx(10 * np.log10(337.5 / 200))
    assert noise_rise_db([0, 3, 20], np.inf) == pytest.approx([0, 0, 0])


@given(st.lists(decibels, min_size=1, max_size=5))
def test_noises_add_up(ratios_db):
    total = combine_db(*ratios_db)
    assert total <= min(ratios_db) + 1e-9
    assert total >= min(ratios_db) - 10 * np.log10(len(ratios_db)) - 1e-9
    assert combine_db(*ratios_db, np.inf) == pytest.approx(total)
    assert combine_db(*ratios_db[::-1]) == pytest.approx(total)


@given(decibels)
def test_decibels_and_back(value):
    assert to_db(to_ratio(value)) == pytest.approx(value, abs=1e-9)


def test_everything_broadcasts():
    ranges, frequencies = np.array([[500.0], [900.0]]), np.array([11.7, 14.25, 28.5])
    loss = free_space_loss_db(ranges, frequencies)
    assert loss.shape == (2, 3)
    assert loss.dtype == np.float64
    assert carrier_to_noise_db(np.zeros((4, 1, 1)), loss, 9.2, 240).shape == (4, 2, 3)
    assert combine_db(loss, np.ones((4, 1, 1))).shape == (4, 2, 3)
    assert noise_rise_db(np.ones((2, 1)), np.array([100.0, 200.0])).shape == (2, 2)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: free_space_loss_db(0, 11.7), "range_km must be greater than 0, not 0"),
        (lambda: free_space_loss_db([500, -3], 11.7), "range_km must be greater than 0, not -3"),
        (lambda: free_space_loss_db(500, -11.7), "frequency_ghz must be greater than 0"),
        (lambda: isotropic_area_db_m2(0), "frequency_ghz must be greater than 0"),
        (lambda: carrier_to_noise_db(1, 1, 1, -240), "bandwidth_mhz must be greater than 0"),
        (lambda: scan_loss_db(90, 1.3), "boresight in degrees lies from 0 to below 90"),
        (lambda: scan_loss_db(-1, 1.3), "boresight in degrees lies from 0 to below 90"),
        (lambda: scan_loss_db(40, -1), "scan_exponent must not be negative"),
        (lambda: noise_rise_db(-1, 200), "attenuation_db must not be negative, not -1"),
        (lambda: noise_rise_db(1, 0), "system_temperature_k must be greater than 0"),
        (lambda: noise_rise_db(1, 200, -275), "medium_k must be greater than 0"),
    ],
)
def test_what_no_link_has_is_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        wrong()
