"""The service that hubs will get: rain, sun, the way of traffic, load."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from leohub.study.settings.base import (
    BUILT_IN,
    Provenance,
    RadiusKm,
    Section,
    required,
    setting,
)
from leohub.study.settings.catchment import Catchment


class Service(Section):
    """Whom a hub serves, and how the service it will get is estimated."""

    radius_km: RadiusKm = setting(
        5.0, "People living within this geodesic distance of a hub are reached by it.", "km"
    )
    catchment: Catchment = setting(
        Catchment(), "Which of them count: by distance or travel time, and what stops people."
    )
    draws: Annotated[int, Field(ge=20, le=100_000)] = setting(
        1000,
        "How often the assumed numbers are drawn from their ranges: intervals are the middle 80 % "
        "of what comes out.",
        "draws",
    )


class Climate(Provenance):
    """Rain, cloud and air over the hubs."""

    file: str = setting(
        BUILT_IN,
        "Table of the ITU's climate by place (CSV or Parquet): `built-in` covers Kenya; `itur` "
        "takes any place on Earth from the optional package of that name.",
    )


class Sunshine(Provenance):
    """What the sun gives, month by month."""

    file: str = setting(
        BUILT_IN,
        "Table of stations with lat_deg, lon_deg, name and jan to dec (mean daily global radiation "
        "in kWh/m²); `built-in` covers Kenya.",
    )


class Latency(Provenance):
    """Where traffic comes down to the ground and leads to. Default: what is built in."""

    network: Literal["kenya-after", "kenya-before"] | None = setting(
        None,
        "Built-in configuration of Starlink's traffic from Kenya: since its point of presence in "
        "Nairobi, or before. Default for a programme in Kenya: since.",
    )
    gateways: str | None = setting(
        None, "Or: list of gateways (name, lat, lon, perhaps pop; CSV, Excel, GeoJSON or Parquet)."
    )
    pops: str | None = setting(
        None, "List of points of presence (code, name, lat, lon). Default: the operator's."
    )
    home_pops: list[str] = setting(
        [], "Codes of those that the traffic of the hubs goes to. Default: the nearest."
    )
    server_lat_deg: Annotated[float, Field(ge=-90, le=90)] | None = setting(
        None, "Where the other end of the traffic is. Default: amid the hubs.", "°"
    )
    server_lon_deg: Annotated[float, Field(ge=-180, le=180)] | None = setting(
        None, "Where the other end of the traffic is.", "°"
    )

    @model_validator(mode="after")
    def _one_network(self) -> Latency:
        own = {"gateways", "pops", "home_pops", "server_lat_deg", "server_lon_deg"}
        if self.network is not None and own & self.model_fields_set:
            raise ValueError("give network, or gateways, pops, home_pops and server, not both")
        if (self.server_lat_deg is None) != (self.server_lon_deg is None):
            raise ValueError("give server_lat_deg and server_lon_deg together")
        return self


class Load(Provenance):
    """How busy the operator's cells already are."""

    country: str | None = setting(
        None,
        "Country whose published median speeds the load is fitted to. Default: "
        "`programme.country`; where none are published, what the other countries come to.",
    )
    growth: Annotated[float, Field(ge=0.1, le=100)] = setting(
        1.0,
        "How many times as busy the cells are as when those speeds were published: 2 for a plan "
        "that looks ahead and expects twice the terminals.",
        "times",
    )
    file: str | None = setting(
        None, "Map of the load: lat_deg, lon_deg and busy_terminals (CSV or Parquet)."
    )


class Range(Section):
    """A number that is not known, with the ends of what is thought possible."""

    value: float = required("The likeliest value.")
    low: float = required("The lowest that is thought possible.")
    high: float = required("The highest that is thought possible.")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value:g} does not lie from {self.low:g} to {self.high:g}")
        return self
