"""Rain in time: how it is distributed, how long it lasts, and what it does to a link."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.sky.air.p618 import p618_rain_attenuation_db
from leohub.sky.air.process import (
    DAYS_PER_YEAR,
    P1853_BETA_PER_S,
    attenuation_db,
    draw_exceedance_pct,
    outage_hours,
)
from leohub.units import SECONDS_PER_DAY

HOURS_PER_YEAR = 24 * DAYS_PER_YEAR


def drawn(count, steps, step_s, seed, **kwargs):
    return np.concatenate(list(draw_exceedance_pct(count, steps, step_s, seed, **kwargs)), axis=1)


def error_of_share(share, total_s):
    """Largest standard error of the share of a time in which a link is out.

    Whether it is out is forgotten no slower than the process itself, so that a time holds at least
    beta / 2 independent looks a second.
    """
    return np.sqrt(share * (1 - share) * 2 / (P1853_BETA_PER_S * total_s))


def test_percentages_come_as_often_as_they_say():
    pct = drawn(200, 30_000, 600.0, 1)
    assert ((pct >= 0) & (pct <= 100)).all()
    for limit in (0.1, 1.0, 5.0, 30.0, 75.0):
        share = limit / 100
        error = error_of_share(share, pct.size * 600.0)
        assert np.mean(pct < limit) == pytest.approx(share, abs=4 * error)


def test_the_first_moment_is_as_any_other():
    first = drawn(4_000, 2, 60.0, 2)[:, 0]
    assert np.mean(first < 20) == pytest.approx(0.2, abs=4 * np.sqrt(0.2 * 0.8 / 4_000))


def test_drawn_attenuation_is_distributed_as_p618_says():
    table_pct = np.geomspace(0.001, 5.0, 30)
    table_db = p618_rain_attenuation_db(
        lat_deg=-1.3,
        height_km=1.7,
        elevation_deg=50.0,
        frequency_ghz=12.0,
        tilt_deg=45.0,
        rain_rate_001_mm_h=50.0,
        rain_height_km=4.9,
        exceeded_pct=table_pct,
    )
    drawn_db = attenuation_db(drawn(300, 20_000, 1_200.0, 3), table_pct, table_db)
    for pct, stated_db in zip(table_pct[6::4], table_db[6::4], strict=True):
        error = error_of_share(pct / 100, drawn_db.size * 1_200.0)
        assert np.mean(drawn_db > stated_db) == pytest.approx(pct / 100, abs=4 * error)


@pytest.mark.parametrize("step_s", [60.0, 900.0])
def test_rain_is_forgotten_as_the_recommendation_says(step_s):
    from scipy.stats import norm

    normal = norm.isf(drawn(100, 40_000, step_s, 4) / 100)
    for lag in (1, 4, 16):
        kept = np.exp(-P1853_BETA_PER_S * lag * step_s)
        found = np.mean(normal[:, lag:] * normal[:, :-lag]) / np.mean(normal**2)
        looks = normal.size * min(1.0, step_s * P1853_BETA_PER_S / 2)
        assert found == pytest.approx(kept, abs=4 / np.sqrt(looks))


def test_draws_repeat_and_depend_on_neither_blocks_nor_other_years():
    whole = drawn(5, 1_000, 60.0, 7)
    assert (drawn(5, 1_000, 60.0, 7, block_steps=37) == whole).all()
    assert (drawn(2, 1_000, 60.0, 7) == whole[:2]).all()
    assert not (drawn(5, 1_000, 60.0, 8) == whole).any()
    assert len({row.tobytes() for row in whole}) == 5
    blocks = [block.shape for block in draw_exceedance_pct(5, 100, 60.0, 7, block_steps=30)]
    assert blocks == [(5, 30), (5, 30), (5, 30), (5, 10)]


def test_hours_out_are_those_of_the_drawn_percentages():
    limit = np.array([[0.5, 2.0, 10.0, 0.0, 100.0, 1.0], [5.0] * 6])
    hours, outages = outage_hours(limit, 3, 11)
    assert hours.shape == outages.shape == (2, 3)
    steps = round(DAYS_PER_YEAR * 6)
    pct = drawn(3, steps, SECONDS_PER_DAY / 6, 11)
    for link in range(2):
        out = pct < np.resize(limit[link], steps)
        assert hours[link] == pytest.approx(out.sum(axis=1) * 4.0)
        for year in range(3):
            runs = "".join("x" if moment else " " for moment in out[year]).split()
            assert outages[link, year] == len(runs)


def test_blocks_change_neither_hours_nor_outages():
    limit = np.random.default_rng(5).uniform(0, 3, 48)
    whole = outage_hours(limit, 4, 3)
    for block_steps in (7, 48, 1_000):
        np.testing.assert_equal(outage_hours(limit, 4, 3, block_steps=block_steps), whole)


def test_a_year_out_is_what_the_limits_say_on_average():
    # Good and bad moments of a day alternate: what counts is their mean. The error is bounded by
    # that of the bad ones alone.
    limit = np.tile([0.1, 0.9], 48)
    years = 400
    hours, _ = outage_hours(limit, years, 1)
    error = error_of_share(0.009, years * HOURS_PER_YEAR * 3600) * HOURS_PER_YEAR
    assert hours.mean() == pytest.approx(0.005 * HOURS_PER_YEAR, abs=4 * error)


def test_years_differ_the_more_the_rarer_the_rain():
    limit = np.array([0.02, 0.2, 2.0, 20.0])[:, None] * np.ones(96)
    hours, outages = outage_hours(limit, 300, 9)
    spread = hours.std(axis=1) / hours.mean(axis=1)
    assert (np.diff(spread) < 0).all()
    assert spread[0] > 5 * spread[-1]
    assert (np.diff(outages.mean(axis=1)) > 0).all()


def test_a_link_that_bears_all_is_never_out_and_one_that_bears_nothing_always():
    hours, outages = outage_hours([[0.0] * 24, [100.0] * 24], 2, 1)
    assert hours.tolist() == [[0, 0], [HOURS_PER_YEAR] * 2]
    assert outages.tolist() == [[0, 0], [1, 1]]


@given(
    pct=st.lists(st.floats(0, 100), min_size=1, max_size=5),
    falls=st.lists(st.floats(0, 5), min_size=1, max_size=6),
)
def test_attenuation_falls_with_the_percentage_and_stays_in_its_table(pct, falls):
    table_pct = np.geomspace(0.01, 50, len(falls) + 1)
    table_db = np.concatenate(([0], np.cumsum(falls)))[::-1]
    found = attenuation_db(np.sort(pct), table_pct, table_db)
    assert (np.diff(found) <= 1e-12).all()
    assert ((found >= 0) & (found <= table_db[0] + 1e-12)).all()
    assert attenuation_db(table_pct, table_pct, table_db) == pytest.approx(table_db)


def test_attenuation_is_that_of_the_elevation_of_the_moment():
    table_pct = np.array([0.01, 0.1, 1.0])
    table_db = np.array([[9.0, 3.0, 1.0], [18.0, 6.0, 2.0]])  # of two moments
    pct = np.array([[0.1, 0.1], [1.0, np.sqrt(0.001)], [0.0, 100.0]])  # three years
    found = attenuation_db(pct, table_pct, table_db)
    np.testing.assert_allclose(found, [[3.0, 6.0], [1.0, 12.0], [9.0, 2.0]])


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: next(draw_exceedance_pct(0, 10, 60, 1)), "one or more years"),
        (lambda: next(draw_exceedance_pct(1, 0, 60, 1)), "one or more moments"),
        (lambda: next(draw_exceedance_pct(1, 10, 0, 1)), "are positive"),
        (lambda: next(draw_exceedance_pct(1, 10, 60, 1, beta_per_s=-1)), "are positive"),
        (lambda: outage_hours([0.1, 101.0], 1, 1), "limit_pct 101 is outside 0 to 100"),
        (lambda: outage_hours([np.nan], 1, 1), "limit_pct nan"),
        (lambda: outage_hours([], 1, 1), "a day has moments"),
        (lambda: attenuation_db(1.0, [1.0, 0.1], [1.0, 2.0]), "positive and rise"),
        (lambda: attenuation_db(1.0, [0.1, 1.0], [1.0, 2.0, 3.0]), "attenuations for 2"),
        (lambda: attenuation_db(-1.0, [0.1, 1.0], [2.0, 1.0]), "exceeded_pct -1 is outside"),
    ],
)
def test_what_can_not_be_drawn_is_refused(draw, words):
    with pytest.raises(ValueError, match=words):
        draw()
