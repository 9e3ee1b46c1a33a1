"""Aspect: at which elevations places are served agrees with the slots themselves."""

import datetime as dt

import numpy as np
import pytest

from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.motion.propagation import Orbits
from leohub.sky.shells import walker
from leohub.sky.visibility.aspect import CLASS_DEG, find_aspect
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.record import record
from leohub.sky.visibility.rules import Rules

START = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
SHELL = walker(satellites=300, planes=20, inclination_deg=53, altitude_km=550, epoch=START)
PLACES = places_at([-1.3, 0.5, 88.0], [36.8, 40.0, 10.0])
RULES = Rules(25.0, 18.0)
TIMES = slot_times(to_datetime64(START), 2, 30)


def test_it_is_what_the_slots_come_to():
    aspect = find_aspect(Orbits(SHELL), PLACES, RULES, TIMES)
    seen = record(Orbits(SHELL), PLACES, RULES, TIMES, with_series=True).series
    elevation_deg, served = seen["serving_elevation_deg"], seen["serving"] >= 0
    for place in (0, 1):
        mean_deg = elevation_deg[place][served[place]].mean()
        assert aspect.share[place] @ aspect.elevation_deg == pytest.approx(mean_deg, abs=CLASS_DEG)
        mean_km = seen["serving_range_km"][place][served[place]].mean()
        assert aspect.share[place] @ aspect.range_km[place] == pytest.approx(mean_km, rel=1e-5)
    assert np.allclose(aspect.served, served.mean(axis=1))
    assert np.allclose(aspect.usable, seen["usable"].mean(axis=1))
    assert np.allclose(aspect.share.sum(axis=1), [1, 1, 0])
    assert aspect.elevation_deg.min() > RULES.min_elevation_deg


def test_where_there_is_never_service():
    aspect = find_aspect(Orbits(SHELL), PLACES.select(slice(2, 3)), RULES, TIMES)
    assert aspect.served.tolist() == [0]
    assert aspect.share.sum() == 0
    assert len(aspect.elevation_deg) == 1


def test_places_can_be_picked():
    aspect = find_aspect(Orbits(SHELL), PLACES, RULES, TIMES)
    last = aspect.select(np.array([2]))
    assert len(last) == 1
    assert last.served.tolist() == [aspect.served[2]]
