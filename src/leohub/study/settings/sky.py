"""The sky: satellites, how they are used, gateways, horizons."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, model_validator

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.study.settings.base import (
    BUILT_IN,
    Provenance,
    Section,
    required,
    setting,
)


class Shell(Section):
    """One shell of a constellation given by its filing."""

    inclination_deg: Annotated[float, Field(ge=0, le=180)] = required("Inclination.", "°")
    altitude_km: Annotated[float, Field(ge=200, le=2000)] = required("Altitude.", "km")
    satellites: Annotated[int, Field(gt=0, le=100_000)] = required(
        "Number of satellites.", "satellites"
    )
    planes: Annotated[int, Field(gt=0)] = required("Number of orbital planes.", "planes")

    @model_validator(mode="after")
    def _no_empty_plane(self) -> Shell:
        if self.planes > self.satellites:
            raise ValueError(f"{self.planes} planes need at least as many satellites")
        return self


class SkyGateways(Provenance):
    """Where satellites come down to the ground: only those that reach a gateway are usable."""

    file: str = setting(
        BUILT_IN,
        "List of gateways (name, lat, lon; CSV, Excel, GeoJSON or Parquet), or `built-in`: "
        "Starlink's as enthusiasts list them, which has none in East Africa.",
    )
    outages: str | None = setting(
        None, "When gateways are out of order: a table of gateway, begin and end (UTC)."
    )
    lasers: bool | None = setting(
        None,
        "Whether traffic reaches a gateway over the laser links of a shell, or only through a "
        "satellite that sees one itself (bent pipe). Default: as the operator has them.",
    )


class Bulletin(Provenance):
    """How the Earth stands: UT1 − UTC and the motion of the pole."""

    file: str = required("Bulletin: CelesTrak's CSV or the IERS's finals2000A.")


class Horizons(Provenance):
    """What hides the sky at the candidate places: hills, trees, houses."""

    file: str = required(
        "Table of azimuth_deg and elevation_deg, with `place` unless one profile holds for all: "
        "the site's id as in hubs.csv, kind and id (`school:7`)."
    )


class Sky(Provenance):
    """The constellation above, and how its operator uses it."""

    operator: Literal["starlink", "oneweb", "amazon-leo"] = setting(
        "starlink", "Whose satellites: sets the defaults of the operator parameters below."
    )
    elements: str | None = setting(
        None,
        "Element sets: TLE, or OMM as JSON, CSV or XML (may be .gz). Default: the operator's "
        "shells as flying, spread evenly (modelled).",
    )
    shells: list[Shell] = setting([], "Or: shells of your own, each as a `[[sky.shells]]` table.")
    min_elevation_deg: Annotated[float, Field(ge=0, le=90)] | None = setting(
        None, "Lowest elevation at which a terminal connects. Default: the operator's.", "°"
    )
    arc_avoidance_deg: Annotated[float, Field(ge=0, le=90)] | None = setting(
        None,
        "Satellites within this angle of the visible geostationary arc are not used. Default: the "
        "operator's.",
        "°",
    )
    policy: Literal["highest", "longest", "random"] = setting(
        "highest",
        "Which usable satellite serves a slot: the highest; the one in use for as long as it is "
        "usable, then the one that will be the longest; or any, by lot. Operators do not publish "
        "theirs; it decides elevations and handovers, not how often there is service.",
    )
    gateways: SkyGateways | None = setting(
        None, "Gateways. Without them every satellite carries traffic."
    )
    bulletin: Bulletin | None = setting(
        None, "Earth orientation. Without it UT1 = UTC and the pole is fixed: 0.04° at most."
    )
    horizons: Horizons | None = setting(None, "Horizons. Without them nothing hides the sky.")
    min_altitude_km: Annotated[float, Field(ge=0)] | None = setting(
        None,
        "Satellites below this mean altitude are raising or decaying, not broadband. Default: the "
        "operator's.",
        "km",
    )
    max_element_age_days: Annotated[float, Field(gt=0, le=3650)] = setting(
        3.0,
        "Element sets older than this at `start` are left out (and counted); if more than half "
        "are, the file is refused. After 7 hours half of the satellites are more than 4 km away "
        "from where old elements put them.",
        "days",
    )
    start: dt.datetime | None = setting(
        None, "First moment that is computed. Default: when the newest element sets are of.", "UTC"
    )
    hours: Annotated[float, Field(gt=0, le=168)] = setting(24.0, "How long to look.", "h")
    step_s: Annotated[float, Field(ge=1, le=300)] = setting(
        15.0, "Length of a slot: Starlink re-schedules every 15 s.", "s"
    )

    @model_validator(mode="after")
    def _one_sky(self) -> Sky:
        if self.elements is not None and self.shells:
            raise ValueError("give elements or [[sky.shells]], not both")
        if self.start is not None and not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise ValueError(f"start must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
        return self
