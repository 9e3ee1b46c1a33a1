"""Who serves: the longest stay against a slow simulation, and lots that are fair."""

import datetime as dt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2

from leohub.sky.constellation import join
from leohub.sky.motion.propagation import Orbits
from leohub.sky.service import day_service, series
from leohub.sky.shells import walker
from leohub.sky.visibility import watch as watch_module
from leohub.sky.visibility.culling import longest_pass_s
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.serving import watch_longest
from leohub.sky.visibility.sightings import Sightings
from leohub.sky.visibility.sweep import Sweep
from leohub.sky.visibility.watch import all_sightings, watch

START = dt.datetime(2026, 8, 22, 13, 0)


def constellation():
    return join(
        "test",
        [
            walker(satellites=600, planes=30, inclination_deg=53, altitude_km=550, epoch=START),
            walker(satellites=60, planes=6, inclination_deg=97.3, altitude_km=480, epoch=START),
        ],
    )


def sightings_of(flags, usable, random):
    """Make sightings of satellites where flags, shape (slots, places, satellites), are true."""
    slot, place, satellite = np.nonzero(flags)
    # In the order of the slots, and in any order within a slot.
    order = np.lexsort((random.random(len(slot)), slot))
    slot, place, satellite = slot[order], place[order], satellite[order]
    # No two equally high: what then serves is not said.
    elevation = random.permutation(len(slot)) / max(1, len(slot)) * 90
    return Sightings(
        place=place.astype(np.int32),
        slot=slot.astype(np.int32),
        satellite=satellite.astype(np.int32),
        elevation_deg=elevation.astype(np.float32),
        azimuth_deg=(elevation * 3).astype(np.float32),
        range_km=(2000 - elevation).astype(np.float32),
        usable=usable[slot, place, satellite],
    )


def simulate(sightings, slots, place):
    """Slot by slot, looking ahead for every satellite anew; return rows of the sightings."""
    mine = np.flatnonzero(sightings.place == place)
    table = {(int(sightings.slot[r]), int(sightings.satellite[r])): int(r) for r in mine}

    def usable(slot, satellite):
        row = table.get((slot, satellite))
        return row is not None and bool(sightings.usable[row])

    def stay(slot, satellite):
        length = 0
        while usable(slot + length, satellite):
            length += 1
        return length

    satellites, serving, found = sorted({s for _, s in table}), None, []
    for slot in range(slots):
        if serving is None or not usable(slot, serving):
            candidates = [s for s in satellites if usable(slot, s)]
            serving = max(
                candidates,
                key=lambda s, at=slot: (stay(at, s), sightings.elevation_deg[table[at, s]]),
                default=None,
            )
        found.append(-1 if serving is None else table[slot, serving])
    return found


def assert_longest(seen, sightings, slots, places):
    for place in range(places):
        rows = simulate(sightings, slots, place)
        serving = [-1 if r < 0 else int(sightings.satellite[r]) for r in rows]
        assert seen.serving[:, place].tolist() == serving
        for name in ("elevation_deg", "azimuth_deg", "range_km"):
            values = [np.nan if r < 0 else getattr(sightings, name)[r] for r in rows]
            np.testing.assert_array_equal(getattr(seen, name)[:, place], np.float32(values))
        for slot in range(slots):
            now = (sightings.place == place) & (sightings.slot == slot)
            assert seen.in_view[slot, place] == now.sum()
            assert seen.usable[slot, place] == (now & sightings.usable).sum()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    slots=st.integers(1, 20),
    places=st.integers(1, 4),
    satellites=st.integers(1, 6),
    share=st.sampled_from([0.2, 0.6, 0.95]),
)
def test_the_longest_stay_is_that_of_a_slow_simulation(seed, slots, places, satellites, share):
    random = np.random.default_rng(seed)
    ahead = int(random.integers(0, 6))
    shape = (slots + ahead, places, satellites)
    flags = random.random(shape) < share
    usable = flags & (random.random(shape) < 0.8)
    sightings = sightings_of(flags, usable, random)
    assert_longest(watch_longest(sightings, slots, places), sightings, slots, places)


def test_after_an_empty_sky_the_longest_stay_is_chosen_anew():
    # Satellite 0 is there in slots 0 and 2; satellite 1 in slots 2 and 3.
    flags = np.zeros((4, 1, 2), dtype=bool)
    flags[[0, 2], 0, 0] = flags[[2, 3], 0, 1] = True
    sightings = sightings_of(flags, flags, np.random.default_rng(0))
    assert simulate(sightings, 4, 0)[1] == -1
    assert_longest(watch_longest(sightings, 4, 1), sightings, 4, 1)


def test_the_longest_stay_under_a_real_sky(monkeypatch):
    # More places than are looked at together.
    monkeypatch.setattr(watch_module, "_VALUES_AT_ONCE", 800)
    orbits, rules = Orbits(constellation()), Rules(20.0, 18.0, policy="longest")
    random = np.random.default_rng(2)
    places = places_at(random.uniform(-60, 60, 35), random.uniform(-180, 180, 35))
    slots, step_s = 40, 60.0
    times = np.datetime64(START, "us") + np.arange(slots) * np.timedelta64(60, "s")
    more = int(np.ceil(longest_pass_s(orbits.constellation, 20.0) / step_s))
    beyond = times[0] + np.arange(slots + more) * np.timedelta64(60, "s")
    groups = 0
    for order, blocks in watch(orbits, places, rules, times):
        (block,) = blocks
        sightings, _ = all_sightings(Sweep(orbits, places.select(order), rules, beyond))
        chosen = sightings.select(sightings.place < 3)
        part = type(block.seen)(*(values[:, :3] for values in block.seen))
        assert_longest(part, chosen, slots, min(3, len(order)))
        groups += 1
    assert groups == 2


def test_nothing_in_view_is_served_by_nobody():
    nothing = sightings_of(*np.zeros((2, 5, 2, 3), dtype=bool), np.random.default_rng(1))
    seen = watch_longest(nothing, 5, 2)
    assert (seen.serving == -1).all()
    assert np.isnan(seen.elevation_deg).all()
    assert not seen.in_view.any()


def served(policy, hours=3.0, seed=0, lat_deg=(40.0, 0.0, -30.0), **options):
    places = places_at(np.array(lat_deg), np.linspace(0, 50, len(lat_deg)))
    return series(
        constellation(), places, Rules(25.0, 18.0, policy=policy, seed=seed), start=START,
        hours=hours, **options,
    )  # fmt: skip


@pytest.mark.parametrize("policy", ["highest", "longest", "random"])
def test_handovers_are_changes_of_the_serving_satellite(policy):
    day = served(policy)
    serving = day.serving.values
    changed = (serving[:, 1:] != serving[:, :-1]) & (serving[:, 1:] >= 0) & (serving[:, :-1] >= 0)
    figures = day_service(
        constellation(),
        places_at(day.lat_deg, day.lon_deg),
        Rules(25.0, 18.0, policy=policy),
        start=START,
        hours=3.0,
    )
    np.testing.assert_array_equal(figures.handovers, changed.sum(axis=1))
    np.testing.assert_array_equal(figures.usable_pct, 100 * (serving >= 0).mean(axis=1))
    np.testing.assert_allclose(
        figures.serving_elevation_mean_deg, day.serving_elevation_deg.mean("time"), atol=1e-3
    )
    np.testing.assert_allclose(
        figures.serving_range_mean_km, day.serving_range_km.mean("time"), atol=1e-2
    )


def test_policies_change_who_serves_and_nothing_else():
    highest, longest, by_lot = (served(policy) for policy in ("highest", "longest", "random"))
    for day in (longest, by_lot):
        np.testing.assert_array_equal(day.in_view, highest.in_view)
        np.testing.assert_array_equal(day.usable, highest.usable)
        np.testing.assert_array_equal(day.serving >= 0, highest.serving >= 0)
        lower = day.serving_elevation_deg - highest.serving_elevation_deg
        assert float(lower.max()) <= 1e-4

    def changes(day):
        return int((day.serving.diff("time") != 0).sum())

    assert changes(longest) < changes(highest) < changes(by_lot)


def test_lots_are_the_same_again_and_others_with_another_seed():
    one, again, other = served("random"), served("random"), served("random", seed=1)
    np.testing.assert_array_equal(one.serving, again.serving)
    choice = (one.usable > 1).values
    same = (one.serving.values == other.serving.values)[choice]
    # As often the same as chance has it.
    expected = 1 / one.usable.values[choice]
    spread = np.sqrt((expected * (1 - expected)).sum())
    assert abs(same.sum() - expected.sum()) < 4 * spread
    # They hang on the moment, not on where the day begins.
    later = served("random", hours=1.0)
    np.testing.assert_array_equal(later.serving, one.serving[:, :240])


def usable_sets():
    """Sightings of many slots and places, and who serves each by lot."""
    lat = tuple(np.linspace(-50, 50, 21))
    day = served("random", hours=1.5, lat_deg=lat)
    places = places_at(np.array(lat), np.linspace(0, 50, len(lat)))
    orbits = Orbits(constellation())
    sightings, _ = all_sightings(Sweep(orbits, places, Rules(25.0, 18.0), day.time.values))
    return day, sightings.select(sightings.usable)


def test_lots_are_fair():
    day, usable = usable_sets()
    ids = constellation().norad_id
    order = np.lexsort((-usable.elevation_deg, usable.slot, usable.place))
    key = usable.place[order].astype(np.int64) * day.sizes["time"] + usable.slot[order]
    _, first, counts = np.unique(key, return_index=True, return_counts=True)
    drawn = day.serving.values[usable.place[order], usable.slot[order]]
    hit = np.flatnonzero(ids[usable.satellite[order]] == drawn)
    assert len(hit) == len(first)
    rank = hit - first
    statistic, freedom = 0.0, 0
    for several in range(2, int(counts.max()) + 1):
        ranks = rank[counts == several]
        if len(ranks) < 20 * several:
            continue
        found = np.bincount(ranks, minlength=several)
        expected = len(ranks) / several
        statistic += ((found - expected) ** 2 / expected).sum()
        freedom += several - 1
    assert freedom >= 5
    assert 1e-3 < chi2.cdf(statistic, freedom) < 1 - 1e-3


def test_lots_of_slots_and_of_places_have_nothing_to_do_with_each_other():
    # Places six metres apart see the same satellites and draw on their own; so do near slots.
    lat = 40 + np.arange(60) * 5e-5
    day = series(
        constellation(), places_at(lat, 10.0), Rules(25.0, policy="random", seed=3), start=START,
        hours=1 / 600, step_s=0.1,
    )  # fmt: skip
    count = int(day.usable[0, 0])
    assert count >= 3
    assert len(np.unique(day.usable)) == 1
    serving = day.serving.values
    for a, b in ((serving[1:], serving[:-1]), (serving[:, 1:], serving[:, :-1])):
        share = (a == b).mean()
        assert abs(share - 1 / count) < 4 * np.sqrt(1 / count / a.size)


def test_any_seed_of_a_study_can_be_drawn_by():
    served("random", hours=0.1, seed=2**32 - 1)
