"""`Situation`: what the service of hubs rests on and does not change from draw to draw."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from leohub.hub.cost import HubCost
from leohub.hub.power.sizing import PowerSupply
from leohub.quantities import Quantities, nominal
from leohub.sky.air.attenuation import total_attenuation
from leohub.sky.air.climate import Climate
from leohub.sky.latency.routes import Route
from leohub.sky.visibility.aspect import Aspect
from leohub.sky.visibility.places import Places

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

RARE_PCT: Final = np.geomspace(0.001, 50.0, 17)
"""Percentages of the year for which attenuation is tabulated: three or four to a decade."""

CIRCULAR_DEG: Final = 45.0
"""Tilt that stands for circular polarisation, which the operators' user links have."""


@dataclass(frozen=True)
class Situation:
    """Where hubs stand, under which sky, among how many people.

    Attributes
    ----------
    places : Places
    people : ndarray, shape (hubs,)
        Who share each hub.
    terminals : ndarray of int, shape (hubs,)
        Of each hub: 1 or 2.
    hubs_in_cell, terminals_in_cell : ndarray of int, shape (hubs,)
        Hubs of the plan in the same service cell, itself included, and their terminals.
    cells : ndarray of uint64, shape (hubs,)
        Service cell of each hub, by H3 id.
    load : Series
        Map of the load: terminals of others busy at once in the busiest hour, by H3 id. Empty
        without a map.
    aspect : Aspect
    down_db, up_db : ndarray, shape (hubs, classes, len(RARE_PCT))
        Attenuation exceeded for each percentage of the year, by class of elevations [dB].
    route : Route
        Mean way from each hub to a server, shape (hubs,).
    reached : ndarray, shape (hubs,)
        Share of the time with such a way.
    supply : PowerSupply
        Of each hub.
    cost : HubCost
        Of one hub.
    second_cost : HubCost or None
        Of a second terminal, where a hub has one.
    fitted_mbps : mapping of str to ndarray, shape (hubs,)
        What the service cell of each hub carries by the numbers that its load is fitted with,
        ``"down"`` and ``"up"`` [Mbps].
    """

    places: Places
    people: Floats
    terminals: Ints
    hubs_in_cell: Ints
    terminals_in_cell: Ints
    cells: NDArray[np.uint64]
    load: pd.Series[float]
    aspect: Aspect
    down_db: Floats
    up_db: Floats
    route: Route
    reached: Floats
    supply: PowerSupply
    cost: HubCost
    second_cost: HubCost | None
    fitted_mbps: Mapping[str, Floats]

    def __len__(self) -> int:
        return len(self.people)

    def select(self, chosen: slice) -> Situation:
        """Return some of the hubs."""
        return Situation(
            places=self.places.select(chosen),
            people=self.people[chosen],
            terminals=self.terminals[chosen],
            hubs_in_cell=self.hubs_in_cell[chosen],
            terminals_in_cell=self.terminals_in_cell[chosen],
            cells=self.cells[chosen],
            load=self.load,
            aspect=self.aspect.select(chosen),
            down_db=self.down_db[chosen],
            up_db=self.up_db[chosen],
            route=Route(*(values[chosen] for values in vars(self.route).values())),
            reached=self.reached[chosen],
            supply=PowerSupply(*(values[chosen] for values in vars(self.supply).values())),
            cost=self.cost,
            second_cost=self.second_cost,
            fitted_mbps={way: mbps[chosen] for way, mbps in self.fitted_mbps.items()},
        )


def attenuation_tables(
    climate: Climate,
    lat_deg: Floats,
    height_km: Floats,
    aspect: Aspect,
    quantities: Quantities,
) -> tuple[Floats, Floats]:
    """Return what the air takes on the way down and up: see `Situation`.

    Parameters
    ----------
    climate : Climate
        Of the places.
    lat_deg, height_km : ndarray, shape (places,)
        [°], above the sea [km].
    aspect : Aspect
        Of the places.
    quantities : mapping of str to Quantity
        Of the operator.

    Raises
    ------
    ValueError
        If a frequency or an elevation lies outside what the recommendations hold for.
    """
    values = nominal(quantities)

    def table(way: str) -> Floats:
        return total_attenuation(
            climate.spread(2),
            lat_deg=lat_deg[:, None, None],
            height_km=height_km[:, None, None],
            elevation_deg=aspect.elevation_deg[:, None],
            frequency_ghz=values[f"{way}.frequency_ghz"],
            tilt_deg=CIRCULAR_DEG,
            diameter_m=values["terminal.diameter_m"],
            efficiency=values["terminal.efficiency_factor"],
            exceeded_pct=RARE_PCT,
        ).total_db

    return table("down"), table("up")
