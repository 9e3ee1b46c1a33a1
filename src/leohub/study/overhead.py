"""The satellites of a study, and how their operator uses them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from leohub.io.builtin.operators import built_in_constellation, operator_parameters
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import Source
from leohub.sky.constellation import Constellation, join
from leohub.sky.screening import Screening, screen, screening_problem
from leohub.sky.shells import walker
from leohub.study.desk import Desk
from leohub.study.settings import Sky

SHELLS_COUNTED = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
"""Moment at which the built-in shells were counted: the day they are flown by default."""


@dataclass(frozen=True)
class Overhead:
    """The sky of a study.

    Attributes
    ----------
    screening : Screening
        The satellites that can carry broadband, and why others can not.
    start : datetime
        First moment that is looked at [UTC].
    min_elevation_deg, arc_avoidance_deg : float
        How a terminal uses them [°].
    """

    screening: Screening
    start: dt.datetime
    min_elevation_deg: float
    arc_avoidance_deg: float


def open_overhead(desk: Desk, given: Sky) -> Overhead | None:
    """Read the satellites and screen them; None where they cannot be used."""
    operator = operator_parameters(given.operator)
    min_altitude_km = _or_default(given.min_altitude_km, operator.min_altitude_km)
    read = desk.read(lambda: _satellites(desk, given))
    if read is None:
        return None
    constellation, start = read, _start(given, read)
    screening = screen(
        constellation,
        at=start,
        min_altitude_km=min_altitude_km,
        max_element_age_days=given.max_element_age_days,
    )
    problem = screening_problem(
        screening,
        file=given.elements or f"{desk.file.name}, [sky]",
        at=start,
        max_element_age_days=given.max_element_age_days,
    )
    if problem is not None:
        desk.problems.extend([problem])
        return None
    return Overhead(
        screening=screening,
        start=start,
        min_elevation_deg=_or_default(given.min_elevation_deg, operator.min_elevation_deg),
        arc_avoidance_deg=_or_default(given.arc_avoidance_deg, operator.arc_avoidance_deg),
    )


def _satellites(desk: Desk, given: Sky) -> tuple[Constellation, Source]:
    if given.elements is not None:
        return read_elements(
            desk.input_file(given.elements, given, "[sky] elements"), name=given.operator
        )
    epoch = given.start or SHELLS_COUNTED
    if given.shells:
        return _own_shells(desk, given, epoch)
    return built_in_constellation(given.operator, epoch)


def _own_shells(desk: Desk, given: Sky, epoch: dt.datetime) -> tuple[Constellation, Source]:
    shells = [
        walker(
            satellites=shell.satellites,
            planes=shell.planes,
            inclination_deg=shell.inclination_deg,
            altitude_km=shell.altitude_km,
            epoch=epoch,
        )
        for shell in given.shells
    ]
    constellation = join(given.operator, shells)
    source = Source(
        role="elements",
        file=f"{desk.file.name}, [[sky.shells]]",
        sha256=desk.file.sha256,
        size_bytes=desk.file.size_bytes,
        basis="modelled",
        origin=given.origin,
        date=given.date,
        licence=given.licence,
        totals={"satellites": len(constellation), "shells": len(shells)},
        notes=("satellites spread evenly over the shells of the study",),
    )
    return constellation, source


def _start(given: Sky, constellation: Constellation) -> dt.datetime:
    if given.start is not None:
        return given.start if given.start.tzinfo else given.start.replace(tzinfo=dt.UTC)
    newest: dt.datetime = constellation.epoch.max().astype("datetime64[s]").item()
    return newest.replace(tzinfo=dt.UTC)


def _or_default(given: float | None, default: float) -> float:
    return default if given is None else given
