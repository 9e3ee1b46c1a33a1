"""Tallies: what many slots come to, however they are cut."""

import dataclasses
import itertools
from functools import reduce

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from leohub.sky.visibility.flight import Seen
from leohub.sky.visibility.tally import Gaps, tally
from tests.plain_sky import longest_run

PLACES = 3


def seen_of(rows, places):
    """Make what places see from rows of (in view more than usable, usable, which, elevation)."""
    spare, usable, which, elevation = np.array(rows).reshape(-1, places, 4).transpose(2, 0, 1)
    serving = np.where(usable > 0, which, -1).astype(np.int32)
    nobody = np.where(serving < 0, np.nan, 1.0)
    return Seen(
        in_view=(usable + spare).astype(np.int32),
        usable=usable.astype(np.int32),
        serving=serving,
        elevation_deg=(elevation / 7 * nobody).astype(np.float32),
        azimuth_deg=(elevation * nobody).astype(np.float32),
        range_km=((3000 - elevation * 20 / 3) * nobody).astype(np.float32),
    )


def cut(seen, first, last):
    return Seen(*(values[first:last] for values in seen))


# Mostly nothing, so that there are gaps of every length.
CELL = st.tuples(
    st.sampled_from([0, 0, 1]), st.sampled_from([0, 0, 2]), st.integers(0, 2), st.integers(0, 600)
)
SEEN = st.lists(st.tuples(*[CELL] * PLACES), min_size=1, max_size=24).map(
    lambda rows: seen_of(rows, PLACES)
)


def assert_equal(one, other):
    for field in dataclasses.fields(one):
        a, b = getattr(one, field.name), getattr(other, field.name)
        if isinstance(a, Gaps):
            assert_equal(a, b)
        else:
            np.testing.assert_array_equal(a, b, err_msg=field.name)


@given(seen=SEEN)
def test_figures_are_those_of_counting(seen):
    found = tally(seen).columns(15.0)
    slots = len(seen.in_view)
    for place in range(PLACES):
        in_view, usable, serving = (values[:, place] for values in seen[:3])
        served = serving >= 0
        expected = {
            "in_view_mean": in_view.mean(),
            "in_view_min": in_view.min(),
            "usable_mean": usable.mean(),
            "usable_min": usable.min(),
            "longest_gap_in_view_s": 15 * longest_run(in_view == 0),
            "longest_gap_s": 15 * longest_run(usable == 0),
            "outages": len("".join("x" if u == 0 else " " for u in usable).split()),
            "usable_pct": 100 * served.mean(),
            "handovers": sum(a != b and a >= 0 and b >= 0 for a, b in itertools.pairwise(serving)),
        }
        assert {name: found[name][place] for name in expected} == pytest.approx(expected)
        for name, values in (
            ("serving_elevation_mean_deg", seen.elevation_deg),
            ("serving_range_mean_km", seen.range_km),
        ):
            mean = values[served, place].astype(float).mean() if served.any() else np.nan
            assert found[name][place] == pytest.approx(mean, abs=1e-3, nan_ok=True)
    assert tally(seen).slots == slots


@given(seen=SEEN, data=st.data())
def test_however_the_slots_are_cut_the_tally_is_the_same(seen, data):
    slots = len(seen.in_view)
    marks = sorted(data.draw(st.sets(st.integers(1, slots - 1)))) if slots > 1 else []
    bounds = [0, *marks, slots]
    parts = [tally(cut(seen, a, b)) for a, b in itertools.pairwise(bounds)]
    whole = tally(seen)
    assert_equal(reduce(lambda a, b: a.then(b), parts), whole)
    # From the end, and from somewhere in the middle.
    assert_equal(reduce(lambda b, a: a.then(b), reversed(parts)), whole)
    middle = data.draw(st.integers(0, len(parts) - 1))
    left = reduce(lambda a, b: a.then(b), parts[: middle + 1])
    right = parts[middle + 1 :]
    assert_equal(left.then(reduce(lambda a, b: a.then(b), right)) if right else left, whole)


@pytest.mark.parametrize(
    ("usable", "gap_s", "outages", "pct"),
    [
        ([1, 0, 0, 2, 0], 30, 2, 40),
        ([0, 0, 0], 45, 1, 0),
        ([3, 1], 0, 0, 100),
        ([1, 0, 0, 0], 45, 1, 25),
        ([0], 15, 1, 0),
    ],
)
def test_gaps_are_runs_of_empty_slots(usable, gap_s, outages, pct):
    found = tally(seen_of([(1, u, 7, 90) for u in usable], 1)).columns(15.0)
    assert found["longest_gap_s"][0] == gap_s
    assert found["outages"][0] == outages
    assert found["usable_pct"][0] == pytest.approx(pct)
    assert found["longest_gap_in_view_s"][0] == 0
    assert found["in_view_min"][0] == min(usable) + 1


def test_a_handover_is_not_what_follows_an_outage():
    seen = seen_of([(0, 1, 5, 90), (0, 0, 0, 0), (0, 1, 6, 90), (0, 1, 7, 90)], 1)
    assert tally(seen).columns(15.0)["handovers"][0] == 1
    for k in (1, 2, 3):
        parts = tally(cut(seen, 0, k)).then(tally(cut(seen, k, 4)))
        assert parts.columns(15.0)["handovers"][0] == 1


def test_nobody_served_has_no_mean_elevation():
    found = tally(seen_of([(2, 0, 0, 0)] * 3, 1)).columns(15.0)
    assert np.isnan(found["serving_elevation_mean_deg"][0])
    assert np.isnan(found["serving_range_mean_km"][0])
