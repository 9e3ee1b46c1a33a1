"""MODCODs, and the rate of a channel that steps from one to the next."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.io.builtin.links import built_in_modcods
from leohub.sky.link.budget import free_space_loss_db
from leohub.sky.link.link import EirpLink, FluxLink
from leohub.sky.link.modcod import Modcods, efficient_modcods

THREE = Modcods(("slow", "middle", "fast"), np.array([0.5, 1.0, 3.0]), np.array([-2.0, 1.0, 9.0]))

# The chain of the example: Starlink's Ku band down, 40° off boresight.
STARLINK = FluxLink(
    flux_dbw_m2_4khz=-146.8,
    frequency_ghz=11.7,
    channel_mhz=240,
    gt_db_per_k=9.2,
    system_temperature_k=200,
    scan_exponent=1.3,
    interference_db=18,
    implementation_loss_db=1.5,
    overhead=0.93,
    modcods=built_in_modcods(),
)
TERMINAL_UP = EirpLink(
    eirp_dbw=38.0,
    frequency_ghz=14.25,
    channel_mhz=62.5,
    gt_db_per_k=5.0,
    system_temperature_k=np.inf,
    scan_exponent=1.3,
    interference_db=15,
    implementation_loss_db=1.5,
    overhead=0.93,
    modcods=built_in_modcods(),
)
LINKS = [STARLINK, TERMINAL_UP]
elevations = st.floats(5, 90)
attenuations = st.floats(0, 60)


def test_steps():
    esn0_db = [-30, -2.001, -2, 0.99, 1.0, 8.999, 9, 40]
    assert THREE.efficiency_at(esn0_db).tolist() == [0, 0, 0.5, 0.5, 1, 1, 3, 3]
    assert THREE.lowest_db == -2
    assert np.isnan(THREE.efficiency_at(np.nan))
    assert THREE.efficiency_at(np.zeros((2, 3))).shape == (2, 3)


@pytest.mark.parametrize(
    ("efficiency", "threshold_db", "message"),
    [
        ([1.0, 1.0], [0.0, 1.0], "efficiencies of MODCODs are above 0 and rise"),
        ([0.0, 1.0], [0.0, 1.0], "efficiencies of MODCODs are above 0 and rise"),
        ([1.0, 2.0], [1.0, 1.0], "thresholds of MODCODs rise"),
        ([1.0], [1.0, 2.0], "every MODCOD has a name"),
    ],
)
def test_modcods_rise(efficiency, threshold_db, message):
    with pytest.raises(ValueError, match=message):
        Modcods(("a", "b"), np.array(efficiency), np.array(threshold_db))


@given(st.data())
def test_only_the_unbeaten_are_kept(data):
    count = data.draw(st.integers(1, 12))
    # Few values, so that ties are common.
    bits = data.draw(st.lists(st.integers(1, 8), min_size=count, max_size=count))
    need = data.draw(st.lists(st.integers(-4, 4), min_size=count, max_size=count))
    kept = efficient_modcods([str(number) for number in range(count)], bits, need)
    for name, efficiency, threshold in zip(
        kept.name, kept.efficiency, kept.threshold_db, strict=True
    ):
        assert (bits[int(name)], need[int(name)]) == (efficiency, threshold)
    for esn0_db in np.arange(-5, 6):
        best = max((b for b, n in zip(bits, need, strict=True) if n <= esn0_db), default=0)
        assert kept.efficiency_at(esn0_db) == best


def test_the_built_in_table_is_dvb_s2x():
    modcods = built_in_modcods()
    known = {
        name: (modcods.efficiency[n], modcods.threshold_db[n])
        for n, name in enumerate(modcods.name)
    }
    assert known["QPSK 2/9"] == (0.434841, -2.85)
    assert known["16APSK 23/36"] == (2.524739, 8.38)
    assert known["256APSK 3/4"] == (5.900855, 19.57)
    assert "128APSK 7/9" not in known  # 256APSK 31/45-L carries more with less
    assert modcods.lowest_db == -2.85
    # No code beats Shannon.
    shannon = np.log2(1 + 10 ** (modcods.threshold_db / 10))
    assert np.all(modcods.efficiency < shannon)
    assert np.all(modcods.efficiency > 0.7 * shannon)


@pytest.mark.shared
def test_the_built_in_table_is_the_published_one(shared):
    lines = (shared / "data/link/dvbs2x_modcod.csv").read_text().splitlines()[1:]
    rows = [line.split(",") for line in lines]
    names, bits, need = ([row[column] for row in rows] for column in range(3))
    whole = efficient_modcods(names, np.array(bits, float), np.array(need, float))
    built_in = built_in_modcods()
    assert whole.name == built_in.name
    assert np.array_equal(whole.efficiency, built_in.efficiency)
    assert np.array_equal(whole.threshold_db, built_in.threshold_db)


def test_the_published_example():
    rates = STARLINK.rate_mbps(50, 700, [0, 3, 7])
    assert rates == pytest.approx([564, 243, 127], abs=0.6)


def test_a_constant_flux_does_not_care_how_far():
    ranges = np.array([480.0, 900.0, 1500.0])
    assert len(set(STARLINK.esn0_db(np.full(3, 50.0), ranges, 0).tolist())) == 1


def test_a_constant_power_does():
    near, far = TERMINAL_UP.esn0_db(90, [550, 1100], 0)
    assert near > far
    lonely = replace(TERMINAL_UP, interference_db=np.inf)
    near, far = lonely.esn0_db(90, [550, 1100], 0)
    assert near - far == pytest.approx(20 * np.log10(2))
    by_hand = 38.0 - free_space_loss_db(550, 14.25) + 5.0 + 228.599 - 10 * np.log10(62.5e6) - 1.5
    assert near == pytest.approx(by_hand, abs=1e-3)


def test_rain_warms_the_terminal_but_not_the_satellite():
    quiet = {"interference_db": np.inf, "implementation_loss_db": 0}
    up, down = replace(TERMINAL_UP, **quiet), replace(STARLINK, **quiet)
    assert up.esn0_db(60, 600, 0) - up.esn0_db(60, 600, 5) == pytest.approx(5)
    rise = 10 * np.log10(1 + 275 / 200 * (1 - 10**-0.5))
    assert down.esn0_db(60, 600, 0) - down.esn0_db(60, 600, 5) == pytest.approx(5 + rise)


@pytest.mark.parametrize("link", LINKS)
@given(low=elevations, high=elevations, dry=attenuations, wet=attenuations)
def test_more_rain_and_lower_satellites_carry_less(link, low, high, dry, wet):
    (low, high), (dry, wet) = sorted((low, high)), sorted((dry, wet))
    clear = link.rate_mbps(high, 800, dry)
    assert clear >= link.rate_mbps(high, 800, wet) >= link.rate_mbps(low, 800, wet) >= 0
    most = link.channel_mhz * link.overhead * link.modcods.efficiency[-1]
    assert clear <= most


@pytest.mark.parametrize("link", LINKS)
@given(elevation=elevations, range_km=st.floats(300, 3000), loss_db=st.floats(-10, 25))
def test_the_tolerated_attenuation_is_where_the_rate_ends(link, elevation, range_km, loss_db):
    weaker = replace(link, gt_db_per_k=link.gt_db_per_k - loss_db)
    most = float(weaker.tolerated_attenuation_db(elevation, range_km))
    if most == -np.inf:
        assert weaker.rate_mbps(elevation, range_km, 0) == 0
        return
    assert most >= 0
    assert weaker.rate_mbps(elevation, range_km, max(most - 1e-6, 0)) > 0 or most < 1e-6
    assert weaker.rate_mbps(elevation, range_km, most + 1e-6) == 0


def test_interference_alone_can_be_too_much():
    drowned = replace(STARLINK, interference_db=[-2.0, 18.0])
    most = drowned.tolerated_attenuation_db(50, 700)
    assert most[0] == -np.inf
    assert most[1] > 8
    assert drowned.rate_mbps(50, 700, 0)[0] == 0


def test_no_satellite_is_told_apart_from_no_capacity():
    elevation_deg, range_km = np.array([np.nan, 50.0]), np.array([np.nan, 700.0])
    for link in LINKS:
        assert np.isnan(link.rate_mbps(elevation_deg, range_km, 0)).tolist() == [True, False]
        most = link.tolerated_attenuation_db(elevation_deg, range_km)
        assert np.isnan(most).tolist() == [True, False]


def test_draws_of_parameters_and_places_broadcast():
    rng = np.random.default_rng(5)
    gt = rng.uniform(7, 11, (50, 1))
    places, rain_db = rng.uniform(25, 90, 7), rng.uniform(0, 9, 7)
    drawn = replace(STARLINK, gt_db_per_k=gt, interference_db=rng.uniform(14, 20, (50, 1)))
    rates = drawn.rate_mbps(places, 700, rain_db)
    most = drawn.tolerated_attenuation_db(places, 700)
    assert rates.shape == most.shape == (50, 7)
    alone = replace(STARLINK, gt_db_per_k=gt[3, 0], interference_db=drawn.interference_db[3, 0])
    assert rates[3, 2] == alone.rate_mbps(places[2], 700, rain_db[2])
    assert most[3, 2] == pytest.approx(alone.tolerated_attenuation_db(places[2], 700))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"channel_mhz": -240}, "channel_mhz must be greater than 0, not -240"),
        ({"frequency_ghz": 0}, "frequency_ghz must be greater than 0"),
        (
            {"system_temperature_k": [200, -1]},
            "system_temperature_k must be greater than 0, not -1",
        ),
        ({"overhead": 0}, "overhead must be greater than 0"),
        ({"overhead": 93}, "overhead must be 1 at most, not 93"),
        ({"implementation_loss_db": -1}, "implementation_loss_db must not be negative"),
        ({"scan_exponent": -1}, "scan_exponent must not be negative"),
    ],
)
def test_a_link_that_cannot_be_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        replace(STARLINK, **change)


@pytest.mark.parametrize("link", LINKS)
def test_a_place_that_cannot_be_is_refused(link):
    for elevation_deg in (0, -5, 91):
        with pytest.raises(ValueError, match="elevation in degrees lies above 0 and not above 90"):
            link.rate_mbps(elevation_deg, 700, 0)
    with pytest.raises(ValueError, match="range_km must be greater than 0"):
        link.rate_mbps(50, 0, 0)
    with pytest.raises(ValueError, match="attenuation_db must not be negative"):
        link.rate_mbps(50, 700, -1)
