"""The files that `leohub sky` is given: all that is wrong with them is told at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from leohub.errors import InputError, Problems
from leohub.io.builtin.ground import built_in_gateways
from leohub.io.builtin.operators import Operator, built_in_constellation, operator_parameters
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.horizons import read_horizons
from leohub.io.ground.obstruction import read_attitude, read_obstruction_map
from leohub.io.ground.outages import read_outages
from leohub.io.orbits.bulletin import read_bulletin
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import InputFile, Source
from leohub.sky.gateways import Gateways
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.visibility.places import Places, places_at
from leohub.sky.visibility.rules import Policy
from leohub.study.groundside import check_covers
from leohub.study.overhead import Overhead, find_overhead
from leohub.study.settings import BUILT_IN

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
        self.problems = Problems("leohub sky")
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
    start: dt.datetime,
    hours: float,
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
    start : datetime
    hours : float
        What is looked at, which the bulletin must cover [UTC, h].
    horizon, dish_status, gateways, outages, bulletin : Path, optional
        Files.
    """
    horizon_deg = None
    if horizon is not None:
        named = horizon
        horizon_deg = reading.read(lambda: _horizon(named, dish_status))
    elif dish_status is not None:
        reading.problems.add(
            "--dish-status",
            "says how a dish stands, but there is no --horizon",
            "Give its map, too",
        )
    return Surroundings(
        place=places_at(lat_deg, lon_deg, height_m / 1000, horizon_deg),
        gateways=_gateways(reading, operator, gateways, outages),
        orientation=_orientation(reading, start, hours, bulletin),
        sources=tuple(reading.sources),
    )


def read_satellites(
    reading: Reading,
    elements: Path | None,
    operator: str,
    *,
    start: dt.datetime,
    hours: float,
    max_element_age_days: float,
    min_elevation_deg: float | None,
    arc_avoidance_deg: float | None,
    policy: Policy,
    seed: int,
    lasers: bool | None,
    around: Surroundings,
) -> tuple[Operator, Source, Overhead]:
    """Read the satellites and screen them for a moment.

    Parameters
    ----------
    reading : Reading
        With the problems found so far.
    elements : Path, optional
        Without it the operator's shells are filled evenly.
    operator : str
    start : datetime
    hours : float
        How long is looked [h].
    max_element_age_days : float
    min_elevation_deg, arc_avoidance_deg : float, optional
        Instead of the operator's.
    policy, seed, lasers
        As in `leohub.sky.visibility.rules.Rules`.
    around : Surroundings

    Raises
    ------
    InputError
        With every problem of every file.
    """
    parameters = operator_parameters(operator)
    found = reading.attempt(
        lambda: (
            built_in_constellation(operator, start)
            if elements is None
            else read_elements(
                InputFile(elements), name=parameters.name, orientation=around.orientation
            )
        )
    )
    if found is None:
        raise InputError(reading.problems.found)
    constellation, source = found
    overhead = reading.attempt(
        lambda: find_overhead(
            constellation,
            source.file,
            operator=parameters,
            start=start,
            hours=hours,
            max_element_age_days=max_element_age_days,
            min_elevation_deg=min_elevation_deg,
            arc_avoidance_deg=arc_avoidance_deg,
            policy=policy,
            seed=seed,
            lasers=lasers,
            gateways=around.gateways,
            orientation=around.orientation,
        )
    )
    if overhead is None or reading.problems.found:
        raise InputError(reading.problems.found)
    return parameters, source, overhead


def _horizon(path: Path, dish_status: Path | None) -> tuple[NDArray[np.float64], Source]:
    """Read a profile, or the map of a dish, which is JSON."""
    file = InputFile(path)
    if file.suffix != ".json":
        profiles, source = read_horizons(file)
        return profiles[0], source
    attitude = None if dish_status is None else read_attitude(InputFile(dish_status))
    return read_obstruction_map(file, attitude=attitude)


def _gateways(
    reading: Reading,
    operator: str,
    path: Path | None,
    outages: Path | None,
) -> Gateways | None:
    if path is None:
        if outages is not None:
            reading.problems.add(
                "--gateway-outages", "names gateways, but there are no --gateways", "Give them, too"
            )
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


def _orientation(
    reading: Reading, start: dt.datetime, hours: float, path: Path | None
) -> EarthOrientation | None:
    if path is None:
        return None
    file = InputFile(path)
    orientation = reading.read(lambda: read_bulletin(file))
    if orientation is not None:
        known = orientation
        reading.attempt(lambda: check_covers(known, file, start, hours))
    return orientation
