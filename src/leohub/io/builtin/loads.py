"""Built-in loads: how full Starlink's cells are, as fitted to published medians of speed tests.

``loads.toml`` is made by ``tools/calibrate_load.py``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantity

Way = Literal["down", "up"]

TABLE = "loads.toml"


def built_in_load(country: str, way: Way = "down") -> Quantity:
    """Return the load of Starlink's cells in a country.

    It is tied to the built-in satellites, beams and links: only the throughput that they give
    together is known. It says nothing of customers.

    Parameters
    ----------
    country : str
        By its English name: ``"Kenya"``.
    way : {"down", "up"}

    Returns
    -------
    Quantity
        Busy terminals in a cell in the busiest hour, the one asked about among them. Of the
        country's own published median where there is one; else what the countries with one have in
        common, and the source says so.
    """
    quantities, _, _ = built_in_quantities(TABLE)
    wanted = f"load.{way}.{country}".casefold()
    for name, quantity in quantities.items():
        if name.casefold() == wanted:
            return quantity
    pooled = quantities[f"pooled_load.{way}"]
    source = f"no published figure for {country} is built in; {pooled.source}"
    return replace(pooled, source=source)


def countries_with_load() -> list[str]:
    """Return the countries whose own published median a load is fitted to."""
    start = "load.down."
    names = built_in_quantities(TABLE)[0]
    return [name.removeprefix(start) for name in names if name.startswith(start)]


def built_in_busiest_hour() -> Quantity:
    """Return the local solar time at which most is used, for which the loads were fitted [h]."""
    return built_in_quantities(TABLE)[0]["day.busiest_hour"]
