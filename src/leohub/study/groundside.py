"""What a study says of the ground: gateways, horizons, and how the Earth stands."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.io.builtin.ground import built_in_gateways
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.outages import read_outages
from leohub.io.orbits.bulletin import read_bulletin
from leohub.io.provenance import InputFile
from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.motion.orientation import EarthOrientation
from leohub.study.desk import Desk
from leohub.study.settings import BUILT_IN, Sky

MARGIN = np.timedelta64(1, "h")
"""Positions are also looked up a little before the first slot and after the last: longer than a
low satellite stays in view."""


def open_gateways(desk: Desk, given: Sky) -> Gateways | None:
    """Read the gateways, and when they are out of order; None where none are given."""
    ground = given.gateways
    if ground is None:
        return None
    if ground.file == BUILT_IN:
        gateways = desk.read(lambda: built_in_gateways(given.operator))
    else:
        listed = desk.input_file(ground.file, ground, "[sky.gateways] file")
        gateways = desk.read(lambda: read_gateways(listed))
    if gateways is None or ground.outages is None:
        return gateways
    outages_file = desk.input_file(ground.outages, ground, "[sky.gateways] outages")
    outages = desk.read(lambda: read_outages(outages_file, gateways))
    return None if outages is None else replace(gateways, outages=outages)


def open_bulletin(desk: Desk, given: Sky) -> EarthOrientation | None:
    """Read how the Earth stands; None where it is not asked."""
    if given.bulletin is None:
        return None
    file = desk.input_file(given.bulletin.file, given.bulletin, "[sky.bulletin] file")
    return desk.read(lambda: read_bulletin(file))


def check_bulletin(
    desk: Desk, given: Sky, orientation: EarthOrientation | None, start: dt.datetime
) -> None:
    """Note a bulletin that does not cover the hours that are computed."""
    if given.bulletin is not None and orientation is not None:
        file = desk.input_file(given.bulletin.file, given.bulletin, "[sky.bulletin] file")
        desk.attempt(lambda: check_covers(orientation, file, start, given.hours))


def check_covers(
    orientation: EarthOrientation, file: InputFile, start: dt.datetime, hours: float
) -> None:
    """Refuse a bulletin that does not cover the hours that are computed.

    Raises
    ------
    InputError
    """
    first = to_datetime64(start) - MARGIN
    last = first + np.timedelta64(round(hours * 3600), "s") + 2 * MARGIN
    if first < orientation.moment[0] or last > orientation.moment[-1]:
        days = [moment.astype("datetime64[D]") for moment in orientation.moment[[0, -1]]]
        raise file.error(
            f"it covers {days[0]} to {days[1]}, but the sky is computed from "
            f"{first.astype('datetime64[m]')} to {last.astype('datetime64[m]')}, margins included",
            "Fetch a bulletin of that time, or leave it out",
        )


def open_horizons(desk: Desk, given: Sky, sites: pd.DataFrame | None) -> NDArray[np.float64] | None:
    """Read what hides the sky at each candidate place, shape (sites, 360); None if not given."""
    if given.horizons is None or sites is None:
        return None
    file = desk.input_file(given.horizons.file, given.horizons, "[sky.horizons] file")
    return desk.read(
        lambda: read_horizons(file, [str(site) for site in sites.index], all_known=False)
    )
