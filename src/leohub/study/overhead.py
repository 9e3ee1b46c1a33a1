"""The satellites of a study, and how their operator uses them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import numpy as np

from leohub.errors import InputError, Problem
from leohub.io.builtin.operators import Operator, built_in_constellation, operator_parameters
from leohub.io.orbits.elements import read_elements
from leohub.io.provenance import Source
from leohub.sky.constellation import Constellation, join
from leohub.sky.gateways import Gateways
from leohub.sky.motion.knots import AROUND
from leohub.sky.motion.moments import to_datetime64
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.screening import Screening, screen, screening_problem
from leohub.sky.shells import walker
from leohub.sky.visibility.rules import Policy, Rules
from leohub.study.desk import Desk
from leohub.study.groundside import check_bulletin, open_bulletin, open_gateways
from leohub.study.settings import Sky

SHELLS_COUNTED = dt.datetime(2026, 8, 22, 13, tzinfo=dt.UTC)
"""Moment at which the built-in shells were counted: the day they are flown by default."""


NAMES = {"STARLINK": "starlink", "ONEWEB": "oneweb", "KUIPER": "amazon-leo"}
"""How the names of an operator's satellites begin in element sets."""


@dataclass(frozen=True)
class Overhead:
    """The sky of a study.

    Attributes
    ----------
    screening : Screening
        The satellites that can carry broadband, and why others can not.
    start : datetime
        First moment that is looked at [UTC].
    rules : Rules
        How a terminal uses them.
    gateways : Gateways, optional
        Where given, only satellites that reach one are usable.
    orientation : EarthOrientation, optional
        How the Earth stands; without it UT1 = UTC and the pole is fixed.
    """

    screening: Screening
    start: dt.datetime
    rules: Rules
    gateways: Gateways | None = None
    orientation: EarthOrientation | None = None

    def options(self) -> dict[str, Any]:
        """Return what `leohub.sky.service` wants to know besides satellites, places and rules."""
        return {"start": self.start, "gateways": self.gateways, "orientation": self.orientation}


def open_overhead(desk: Desk, given: Sky) -> Overhead | None:
    """Read the satellites and what belongs to them, and screen them; None where they can not be."""
    orientation = open_bulletin(desk, given)
    constellation = desk.read(lambda: _satellites(desk, given, orientation))
    gateways = open_gateways(desk, given)
    if constellation is None:
        return None
    start = _start(given, constellation)
    check_bulletin(desk, given, orientation, start)
    overhead = desk.attempt(
        lambda: find_overhead(
            constellation,
            given.elements or f"{desk.file.name}, [sky]",
            operator=operator_parameters(given.operator),
            start=start,
            hours=given.hours,
            max_element_age_days=given.max_element_age_days,
            min_altitude_km=given.min_altitude_km,
            min_elevation_deg=given.min_elevation_deg,
            arc_avoidance_deg=given.arc_avoidance_deg,
            policy=given.policy,
            lasers=None if given.gateways is None else given.gateways.lasers,
            seed=desk.file.study.seed,
            gateways=gateways,
            orientation=orientation,
        )
    )
    if overhead is not None and constellation.basis == "measured":
        _warn_of_old_day(desk, overhead.start, given.max_element_age_days)
    return overhead


def find_overhead(
    constellation: Constellation,
    file: str,
    *,
    operator: Operator,
    start: dt.datetime,
    hours: float = 0.0,
    max_element_age_days: float,
    min_altitude_km: float | None = None,
    min_elevation_deg: float | None = None,
    arc_avoidance_deg: float | None = None,
    policy: Policy = "highest",
    lasers: bool | None = None,
    seed: int = 0,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
) -> Overhead:
    """Screen a constellation for a moment, by an operator's parameters or by given ones.

    Parameters
    ----------
    constellation : Constellation
    file : str
        Where its elements came from, for the error.
    operator : Operator
    start : datetime
        First moment that is looked at [UTC].
    hours : float
        How long is looked: published positions must cover it [h].
    max_element_age_days : float
    min_altitude_km, min_elevation_deg, arc_avoidance_deg : float, optional
        Instead of the operator's.
    policy, seed
        As in `Rules`.
    lasers : bool, optional
        As in `Rules`; as the operator has them when not given.
    gateways, orientation
        As in `Overhead`.

    Raises
    ------
    InputError
        If too little is left to work with.
    """

    def chosen(given: float | None, default: float) -> float:
        return default if given is None else given

    _check_names(constellation, file, operator)
    screening = screen(
        constellation,
        at=start,
        min_altitude_km=chosen(min_altitude_km, operator.min_altitude_km),
        max_element_age_days=max_element_age_days,
    )
    _check_published(screening.kept, file, start, hours)
    problem = screening_problem(
        screening, file=file, at=start, max_element_age_days=max_element_age_days
    )
    if problem is not None:
        raise InputError([problem])
    rules = Rules(
        min_elevation_deg=chosen(min_elevation_deg, operator.min_elevation_deg),
        arc_avoidance_deg=chosen(arc_avoidance_deg, operator.arc_avoidance_deg),
        policy=policy,
        seed=seed,
        lasers=operator.lasers if lasers is None else lasers,
        slot_phase_s=operator.slot_phase_s,
    )
    return Overhead(screening, start, rules, gateways, orientation)


def _check_names(constellation: Constellation, file: str, operator: Operator) -> None:
    """Refuse elements that are by name another operator's, all or some."""
    if constellation.basis != "measured":
        return
    names = np.char.upper(constellation.object_name)
    for prefix, key in NAMES.items():
        share = np.char.startswith(names, prefix).mean()
        if key != operator.key and share > 0:
            raise InputError(
                [
                    Problem(
                        file,
                        "",
                        f"{100 * share:.3g} % of the satellites are called {prefix}…, but the "
                        f"operator is {operator.name}",
                        f"Set the operator to {key}, or give the elements of {operator.name} alone",
                    )
                ]
            )


def _warn_of_old_day(desk: Desk, start: dt.datetime, max_element_age_days: float) -> None:
    """Say that the sky has changed since, where the elements are of some time ago."""
    age_days = (dt.datetime.now(dt.UTC) - start).days
    if age_days > max_element_age_days:
        desk.warn(
            f"The sky is that of {start:%-d %B %Y}: satellites launched, moved or lost since then "
            "are not in it. Fetch newer element sets for a plan to act on."
        )


def _satellites(
    desk: Desk, given: Sky, orientation: EarthOrientation | None
) -> tuple[Constellation, Source]:
    if given.elements is not None:
        return read_elements(
            desk.input_file(given.elements, given, "[sky] elements"),
            name=operator_parameters(given.operator).name,
            orientation=orientation,
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
    constellation = join("own shells", shells)
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
    desk.warn(
        "The shells are the study's own; where it does not say how they are used, they are used "
        f"as {operator_parameters(given.operator).name} uses its satellites."
    )
    return constellation, source


def _start(given: Sky, constellation: Constellation) -> dt.datetime:
    if given.start is not None:
        return given.start if given.start.tzinfo else given.start.replace(tzinfo=dt.UTC)
    # Not the very newest: one mistaken epoch must not move the whole day.
    epochs = np.sort(constellation.epoch)
    late = epochs[int(0.99 * (len(epochs) - 1))]
    if constellation.published is not None:
        late += AROUND  # the first moment between published positions
    start: dt.datetime = late.astype("datetime64[s]").item()
    return start.replace(tzinfo=dt.UTC)


def _check_published(
    constellation: Constellation, file: str, start: dt.datetime, hours: float
) -> None:
    """Refuse published positions most of which do not cover the hours that are computed."""
    published = constellation.published
    if published is None:
        return
    first = to_datetime64(start)
    last = first + np.timedelta64(round(hours * 3600), "s")
    missing = ~published.covers(first - AROUND, last + AROUND)
    if 2 * missing.sum() > len(constellation):
        raise InputError(
            [
                Problem(
                    file,
                    "",
                    f"{missing.sum():,} of the {len(constellation):,} published ephemerides do not "
                    f"cover {first.astype('datetime64[m]')} to {last.astype('datetime64[m]')}, six "
                    "minutes before and after included",
                    f"Compute hours that they cover; half of them begin before "
                    f"{np.sort(published.start)[len(published) // 2].astype('datetime64[m]')}",
                )
            ]
        )
