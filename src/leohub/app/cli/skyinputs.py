"""The files that `leohub sky` is given, read together: all that is wrong with them is told at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from leohub.errors import InputError, Problems
from leohub.io.builtin.ground import built_in_gateways
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.obstruction import read_attitude, read_obstruction_map
from leohub.io.ground.outages import read_outages
from leohub.io.orbits.bulletin import read_bulletin
from leohub.io.provenance import InputFile, Source
from leohub.sky.motion.moments import Times
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.network.gateways import Gateways
from leohub.sky.visibility.places import Places, places_at

BUILT_IN = "built-in"
"""Stands for the published gateways instead of a file."""

Data = TypeVar("Data")


@dataclass(frozen=True)
class Surroundings:
    """What stands around a terminal and behind its satellites.

    Attributes
    ----------
    place : Places
        One place, with its horizon where one was given.
    gateways : Gateways or None
    orientation : EarthOrientation or None
    sources : tuple of Source
        Of what was given.
    """

    place: Places
    gateways: Gateways | None
    orientation: EarthOrientation | None
    sources: tuple[Source, ...]


class Reading:
    """Reads files one after the other and keeps what is wrong with them until the end.

    Attributes
    ----------
    problems : Problems
    sources : list of Source
    """

    def __init__(self) -> None:
        self.problems = Problems("")
        self.sources: list[Source] = []

    def attempt(self, read: Callable[[], Data]) -> Data | None:
        """Return what is read, or None where it cannot be used."""
        try:
            return read()
        except InputError as error:
            self.problems.extend(error.problems)
            return None

    def read(self, read: Callable[[], tuple[Data, Source]]) -> Data | None:
        """Return what is read and note its source; None where it cannot be used."""
        found = self.attempt(read)
        if found is None:
            return None
        data, source = found
        self.sources.append(source)
        return data


def read_surroundings(
    reading: Reading,
    lat_deg: float,
    lon_deg: float,
    *,
    operator: str,
    height_m: float,
    times: Times,
    horizon: Path | None,
    dish_status: Path | None,
    gateways: Path | None,
    outages: Path | None,
    bulletin: Path | None,
) -> Surroundings:
    """Read what was given of a place's horizon, of gateways and of the Earth.

    Parameters
    ----------
    reading : Reading
        Notes sources and problems.
    lat_deg, lon_deg : float
        [°]
    operator : str
        Whose published gateways are meant by `BUILT_IN`.
    height_m : float
        Above the ellipsoid [m].
    times : ndarray of datetime64, shape (n,)
        First and last moment that is looked at, for the bulletin.
    horizon, dish_status, gateways, outages, bulletin : Path, optional
        Files.
    """
    horizon_deg = None
    if horizon is not None:
        named = horizon
        horizon_deg = reading.read(lambda: _horizon(named, dish_status))
    elif dish_status is not None:
        reading.problems.add(
            "--dish-status", "says how a dish stands, but there is no --horizon", "Give its map, too"
        )
    return Surroundings(
        place=places_at(lat_deg, lon_deg, height_m / 1000, horizon_deg),
        gateways=_gateways(reading, (lat_deg, lon_deg), operator, gateways, outages),
        orientation=_orientation(reading, times, bulletin),
        sources=tuple(reading.sources),
    )


def _horizon(path: Path, dish_status: Path | None) -> tuple[np.ndarray, Source]:
    """Read a profile, or the map of a dish, which is JSON."""
    file = InputFile(path)
    if file.suffix != ".json":
        profiles, source = read_horizons(file)
        return profiles[0], source
    attitude = None if dish_status is None else read_attitude(InputFile(dish_status))
    return read_obstruction_map(file, attitude=attitude)


def _gateways(
    reading: Reading,
    near: tuple[float, float],
    operator: str,
    path: Path | None,
    outages: Path | None,
) -> Gateways | None:
    if path is None:
        if outages is not None:
            reading.problems.add("--outages", "of which gateways?", "Give --gateways, too")
        return None
    if str(path) == BUILT_IN:
        gateways = reading.read(lambda: built_in_gateways(operator))
    else:
        gateways = reading.read(lambda: read_gateways(InputFile(path)))
    if gateways is None or outages is None:
        return gateways
    known, file = gateways, InputFile(outages)
    times = reading.read(lambda: read_outages(file, known))
    return gateways if times is None else replace(gateways, outages=times)


def _orientation(reading: Reading, times: Times, path: Path | None) -> EarthOrientation | None:
    if path is None:
        return None
    file = InputFile(path)
    orientation = reading.read(lambda: read_bulletin(file))
    if orientation is None:
        return None
    first, last = orientation.moment[[0, -1]]
    if times.min() < first or times.max() > last:
        reading.problems.extend(
            file.error(
                f"covers {first.astype('datetime64[D]')} to {last.astype('datetime64[D]')}, not all "
                f"of {times.min().astype('datetime64[m]')} to {times.max().astype('datetime64[m]')}",
                "Fetch a newer bulletin, or look at hours that it covers",
            ).problems
        )
    return orientation
