"""Load: what one terminal gets of a shared cell."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.sky.cells.hours import hourly_shares, relative_traffic
from leohub.sky.cells.load import busy_terminals, mapped_terminals, terminal_mbps

DAY = relative_traffic(hourly_shares(8, 21))
BEAMS, CHANNEL = np.full(24, 1.2), np.full(24, 564.0)

counts = st.floats(0, 1e4)
scene = {
    "beams": st.floats(0, 8),
    "channel": st.floats(0, 1e3),
    "others": counts,
    "hubs": st.integers(1, 100),
    "most": st.floats(1, 1e3),
}


def by_hour(beams, channel, others, hubs, most):
    return terminal_mbps(
        np.full(24, beams), np.full(24, channel), DAY, others, hubs=hubs, max_mbps=most
    )


@given(**scene)
def test_terminals_together_never_get_more_than_the_cell_has(beams, channel, others, hubs, most):
    each = by_hour(beams, channel, others, hubs, most)
    busy = 1 + DAY * (others + hubs - 1)
    assert (each * busy <= beams * channel * (1 + 1e-12) + 1e-12).all()
    assert (each <= min(most, channel)).all()
    assert (each >= 0).all()


@given(**scene, more=st.floats(0, 100))
def test_more_load_and_more_hubs_leave_less(beams, channel, others, hubs, most, more):
    before = by_hour(beams, channel, others, hubs, most)
    assert (by_hour(beams, channel, others + more, hubs, most) <= before).all()
    assert (by_hour(beams, channel, others, hubs + more, most) <= before).all()
    assert (by_hour(beams + more, channel, others, hubs, most) >= before).all()
    assert (by_hour(beams, channel + more, others, hubs, most) >= before).all()


def test_a_share_is_even():
    each = terminal_mbps(BEAMS, CHANNEL, DAY, 9.0, hubs=3, max_mbps=310)
    assert each[21] == pytest.approx(1.2 * 564 / 12)
    assert terminal_mbps(BEAMS, CHANNEL, DAY, 0.0, max_mbps=310).tolist() == [310] * 24


def test_overload_makes_slow_and_breaks_nothing():
    each = terminal_mbps(BEAMS, CHANNEL, DAY, 1e9)
    assert (each > 0).all()
    assert each.max() < 1e-5


def test_no_beam_and_no_channel_are_no_service():
    assert (terminal_mbps(BEAMS * 0, CHANNEL, DAY, 5.0) == 0).all()
    assert (terminal_mbps(BEAMS, CHANNEL * 0, DAY, 5.0) == 0).all()


@given(load=st.floats(2, 50), beams=st.floats(0.9, 2), channel=st.floats(0.9, 2))
def test_only_the_ratio_of_load_to_capacity_matters(load, beams, channel):
    """With other beams and channels the same fit gives the same throughput in the busiest hour."""
    fitted = terminal_mbps(BEAMS, CHANNEL, DAY, busy_terminals(load))[21]
    others = busy_terminals(load, beams * channel)
    drawn = terminal_mbps(BEAMS * beams, CHANNEL * channel, DAY, others)[21]
    assert drawn == pytest.approx(fitted)


def test_there_are_no_fewer_than_no_others():
    assert busy_terminals([0, 0.5, 1, 8.5]).tolist() == [0, 0, 0, 7.5]


def test_draws_times_hubs_broadcast():
    random = np.random.default_rng(2)
    beams = random.uniform(0.5, 2, (1, 5, 24))
    channel = random.uniform(300, 600, (7, 1, 1))
    traffic = relative_traffic(hourly_shares(random.uniform(6, 10, (7, 1)), 21))
    others, hubs, most = random.uniform(0, 20, (7, 1)), random.integers(1, 4, (1, 5)), 310.0
    each = terminal_mbps(beams, channel, traffic, others, hubs=hubs, max_mbps=most)
    assert each.shape == (7, 5, 24)
    one = terminal_mbps(
        beams[0, 3], np.full(24, channel[6, 0, 0]), traffic[6, 0], others[6, 0],
        hubs=hubs[0, 3], max_mbps=most,
    )  # fmt: skip
    assert np.array_equal(each[6, 3], one)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: busy_terminals(-1.0), "load must be at least 0"),
        (lambda: busy_terminals(np.nan), "load must be at least 0"),
        (lambda: busy_terminals(5.0, -1.0), "capacity_ratio must be at least 0"),
        (lambda: terminal_mbps(BEAMS, CHANNEL, DAY, -1.0), "others must be at least 0"),
        (lambda: terminal_mbps(BEAMS, CHANNEL, DAY, 1.0, hubs=0), "hubs must be at least 1"),
    ],
)
def test_impossible_loads_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_a_map_of_load_goes_before_the_country():
    cells = np.array([599_000_001, 599_000_002, 599_000_001], dtype=np.uint64)
    table = pd.Series([4.0, 0.0], index=np.array([599_000_001, 599_000_009], dtype=np.uint64))
    assert mapped_terminals(cells, table, 14.2).tolist() == [4.0, 14.2, 4.0]
    assert mapped_terminals(cells, table, np.array([1.0, 2.0, 3.0])).tolist() == [4.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.Series([1.0, 2.0], index=[7, 7]), "more than once"),
        (pd.Series([-1.0], index=[7]), "at least 0"),
        (pd.Series([np.nan], index=[7]), "at least 0"),
    ],
)
def test_a_wrong_map_is_refused(table, message):
    with pytest.raises(ValueError, match=message):
        mapped_terminals(np.array([7], dtype=np.uint64), table, 1.0)
