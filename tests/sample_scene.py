"""A small sky as `Scene`: two shells, a few hours, any place and rules."""

import datetime as dt
from dataclasses import replace

import numpy as np

from leohub.io.provenance import Source
from leohub.report.skyscene import Scene, make_scene
from leohub.sky.constellation import Constellation, join
from leohub.sky.screening import screen
from leohub.sky.service import timeline
from leohub.sky.shells import walker
from leohub.sky.visibility.places import places_at
from leohub.sky.visibility.rules import Rules

START = dt.datetime(2026, 8, 22, 13, 0)
NAIROBI = (-1.2864, 36.8172)


def two_shells(*, age_h: float = 0.0) -> Constellation:
    """A full shell and a thin one, as if tracked some hours before the start."""
    epoch = START - dt.timedelta(hours=age_h)
    shells = [
        walker(satellites=1584, planes=72, inclination_deg=53, altitude_km=550, epoch=epoch),
        walker(satellites=101, planes=7, inclination_deg=97.3, altitude_km=480, epoch=epoch),
    ]
    return replace(join("Testlink", shells), basis="measured")


def sample_scene(
    where=NAIROBI,
    *,
    rules=None,
    horizon_deg=None,
    gateways=None,
    hours=0.5,
    age_h=0.0,
    satellites=None,
) -> Scene:
    constellation = two_shells(age_h=age_h)
    if satellites is not None:
        constellation = constellation.select(np.arange(satellites))
    screening = screen(constellation, at=START, min_altitude_km=400, max_element_age_days=30)
    rules = rules or Rules(25, 18)
    place = places_at(*where, horizon_deg=horizon_deg)
    day = timeline(screening.kept, place, rules, start=START, hours=hours, gateways=gateways)
    return make_scene(
        day,
        operator="Testlink",
        place=place,
        rules=rules,
        source=Source("elements", "folder/testlink.tle", "ab" * 32, 1234, licence="CC0"),
        screening=screening,
        gateways=gateways,
    )
