"""Opens what a study says of the service: climate, sunshine, backhaul, load, numbers of its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from leohub.errors import InputError, Problem
from leohub.hub.power.sunshine import Sunshine
from leohub.io.builtin.climate import built_in_climate
from leohub.io.builtin.ground import built_in_gateways, built_in_pops
from leohub.io.builtin.loads import countries_with_load
from leohub.io.builtin.networks import built_in_backhaul
from leohub.io.builtin.sunshine import built_in_sunshine
from leohub.io.climate.grid import read_climate
from leohub.io.ground.gateways import read_gateways
from leohub.io.ground.pops import read_pops
from leohub.io.loadmap import read_load_map
from leohub.io.sunshine import read_sunshine
from leohub.quantities import Quantities, Quantity
from leohub.sky.air.climate import ClimateGrid
from leohub.sky.gateways import Gateways, PointsOfPresence
from leohub.sky.latency.backhaul import Backhaul
from leohub.study.desk import Desk
from leohub.study.service.assumptions import load_quantities, quantities_of
from leohub.study.settings import BUILT_IN, ITUR, Study

WITH_NETWORK: Final = "starlink"
"""Whose gateways and points of presence are built in."""


@dataclass(frozen=True)
class ServiceInputs:
    """What a study says of the service, as read.

    Attributes
    ----------
    own : mapping of str to Quantity
        The study's own numbers, by the names it calls them by.
    country : str
        Whose published speeds the load is fitted to.
    growth : float
        How many times as busy the cells are as when the speeds were published.
    climate : ClimateGrid, optional
        None where the climate of each place is asked of the package ``itur``.
    sunshine : Sunshine
    backhaul : Backhaul, optional
        Of the study's operator; None where its gateways are not known.
    load : Series
        Map of the load, by H3 id; empty where none is given.
    """

    own: Quantities
    country: str
    growth: float
    climate: ClimateGrid | None
    sunshine: Sunshine
    backhaul: Backhaul | None
    load: pd.Series[float]

    def quantities(
        self, operator: str, min_elevation_deg: float | None = None
    ) -> dict[str, Quantity]:
        """Return every number that the service of an operator rests on, but for prices.

        Parameters
        ----------
        operator : str
        min_elevation_deg : float, optional
            Lowest elevation at which a terminal connects, instead of the operator's [°].
        """
        loads = load_quantities(self.country, self.growth)
        found = quantities_of(operator, self.own, loads)
        if min_elevation_deg is not None:
            name = "geometry.min_elevation_deg"
            found[name] = found[name].at(min_elevation_deg)
        return found

    def fitted(self, operator: str, min_elevation_deg: float) -> dict[str, Quantity]:
        """Return the same without the study's own numbers: what loads are fitted with."""
        return replace(self, own={}).quantities(operator, min_elevation_deg)


def open_service(
    desk: Desk, study: Study, sites: pd.DataFrame | None, own: Quantities
) -> ServiceInputs | None:
    """Read what the service rests on; None where it can not be."""
    climate = _climate(desk, study)
    sunshine = _sunshine(desk, study)
    backhaul = open_backhaul(desk, study, sites)
    load = _load_map(desk, study, own)
    if sunshine is None or load is None:
        return None
    country = study.load.country or study.programme.country
    if study.sky.operator == WITH_NETWORK:
        _warn_of_unknown_load(desk, country)
    return ServiceInputs(own, country, study.load.growth, climate, sunshine, backhaul, load)


def _warn_of_unknown_load(desk: Desk, country: str) -> None:
    """Say that a country's cells are taken to be as full as those of others."""
    known = countries_with_load()
    if country.casefold() not in {name.casefold() for name in known}:
        desk.warn(
            f"No published speed in {country} is built in: how full the cells are is taken from "
            f"what {', '.join(known)} have in common. Where the programme's country is called "
            "otherwise here, name it in [load] country."
        )


def _climate(desk: Desk, study: Study) -> ClimateGrid | None:
    given = study.climate
    if given.file == ITUR:
        return None
    if given.file == BUILT_IN:
        return desk.read(built_in_climate)
    file = desk.input_file(given.file, given, "[climate] file")
    return desk.read(lambda: read_climate(file))


def _sunshine(desk: Desk, study: Study) -> Sunshine | None:
    given = study.sunshine
    if given.file == BUILT_IN:
        return desk.read(built_in_sunshine)
    file = desk.input_file(given.file, given, "[sunshine] file")
    return desk.read(lambda: read_sunshine(file))


def _load_map(desk: Desk, study: Study, own: Quantities) -> pd.Series[float] | None:
    given = study.load
    if given.file is None:
        return pd.Series(dtype=np.float64)
    file = desk.input_file(given.file, given, "[load] file")
    operator = study.sky.operator
    resolution = quantities_of(operator, own, {})["cell.resolution"]
    return desk.read(lambda: read_load_map(file, round(resolution.value)))


def open_backhaul(desk: Desk, study: Study, sites: pd.DataFrame | None) -> Backhaul | None:
    """Read where the traffic of the study's operator comes down and leads to.

    None where its gateways are not known, or can not be read.
    """
    given, operator = study.latency, study.sky.operator
    own = bool(given.model_fields_set)
    if given.network is not None or (
        not own and operator == WITH_NETWORK and study.programme.country == "Kenya"
    ):
        return desk.read(lambda: built_in_backhaul(given.network or "kenya-after"))
    if operator != WITH_NETWORK and given.gateways is None:
        return None
    pops = _pops(desk, study)
    gateways = _gateways(desk, study, pops)
    if sites is None or pops is None or gateways is None:
        return None
    lat_deg = given.server_lat_deg if own else None
    lon_deg = given.server_lon_deg if own else None

    def build() -> Backhaul:
        try:
            return Backhaul(
                gateways=gateways,
                pops=pops,
                server_lat_deg=float(sites["lat_deg"].mean()) if lat_deg is None else lat_deg,
                server_lon_deg=float(sites["lon_deg"].mean()) if lon_deg is None else lon_deg,
                home_pops=tuple(given.home_pops),
            )
        except ValueError as error:
            problem = Problem(
                desk.file.name,
                "[latency]",
                str(error),
                "Name points of presence that a gateway leads to",
            )
            raise InputError([problem]) from None

    return desk.attempt(build)


def _pops(desk: Desk, study: Study) -> PointsOfPresence | None:
    given = study.latency
    if given.pops is None:
        return desk.read(lambda: built_in_pops(study.sky.operator))
    file = desk.input_file(given.pops, given, "[latency] pops")
    return desk.read(lambda: read_pops(file))


def _gateways(desk: Desk, study: Study, pops: PointsOfPresence | None) -> Gateways | None:
    given = study.latency
    if given.gateways is None:
        return desk.read(lambda: built_in_gateways(study.sky.operator))
    file = desk.input_file(given.gateways, given, "[latency] gateways")
    found = desk.read(lambda: read_gateways(file, pops=pops))
    # Outages are of a day, and the latency is that of any.
    return None if found is None else replace(found, outages=())
