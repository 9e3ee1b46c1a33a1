"""The numbers that a study's service rests on: those that come with leohub, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from leohub.io.builtin.loads import built_in_busiest_hour, built_in_load
from leohub.io.builtin.operators import OPERATORS
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantities, Quantity
from leohub.study.desk import Desk
from leohub.study.settings import Range

HUB_TABLES: Final = ("use", "power", "cost")
"""Tables of `leohub/data/hub`."""

CORRECT: Final = "Correct it, or leave it out for leohub's own number"

OF_HUBS: Final = (*HUB_TABLES, "load", "day")
"""How names of quantities begin that are of no operator."""

OWN: Final = "the study's own"

MOST_TIMES: Final = 20.0
"""A number more than so many times the highest that leohub thinks possible is in another unit."""

FINEST_CELLS: Final = 15
"""Resolution of the smallest cells of H3."""

NOT_ASSUMED: Final = {
    "geometry.min_elevation_deg": "Set min_elevation_deg in [sky]",
    "geometry.arc_avoidance_deg": "Set arc_avoidance_deg in [sky]",
    "geometry.min_altitude_km": "Set min_altitude_km in [sky]",
    "geometry.slot_phase_s": "Leave it out",
    "load.growth": "Set growth in [load]",
    "use.gb_per_user_month": "Leave it out: it is only what the use of hubs is compared with",
}
"""Quantities that a study does not set among its assumptions → what to do instead, by the end of
their names."""


def hub_quantities() -> dict[str, Quantity]:
    """Return what leohub assumes of every hub, by name: ``"use.object_mb"``."""
    return {
        name: quantity
        for table in HUB_TABLES
        for name, quantity in built_in_quantities(f"hub/{table}.toml")[0].items()
    }


def operator_quantities(operator: str) -> Quantities:
    """Return what leohub knows and assumes of an operator: ``"down.gt_db_per_k"``."""
    return built_in_quantities(f"operators/{operator}.toml")[0]


def load_quantities(country: str, growth: float = 1.0) -> dict[str, Quantity]:
    """Return how busy Starlink's cells are thought to be in a country, and when most.

    Parameters
    ----------
    country : str
        As for `leohub.io.builtin.loads.built_in_load`.
    growth : float
        How many times as busy as when the speeds were published that the load is fitted to.
    """
    grown = Quantity(growth, "times", "assumed", "[load] growth of the study", growth, growth)
    return {
        "load.down": built_in_load(country, "down"),
        "load.up": built_in_load(country, "up"),
        "load.growth": grown,
        "day.busiest_hour": built_in_busiest_hour(),
    }


def all_quantities() -> dict[str, Quantity]:
    """Return every quantity under the name that a study calls it by.

    Those of an operator begin with its name: ``"starlink.down.gt_db_per_k"``. The load is that of a
    country of which nothing is published.
    """
    return (
        load_quantities("any country")
        | hub_quantities()
        | {
            f"{operator}.{name}": quantity
            for operator in OPERATORS
            for name, quantity in operator_quantities(operator).items()
        }
    )


def own_quantities(desk: Desk, given: Mapping[str, float | Range]) -> dict[str, Quantity]:
    """Check the numbers that a study sets itself, and return them by the name it calls them by."""
    known = all_quantities()
    own = {}
    for name, number in given.items():
        where = f'[assumptions] "{name}"'
        if name not in known:
            settable = [each for each in known if not each.endswith(tuple(NOT_ASSUMED))]
            near = get_close_matches(name, settable, n=3, cutoff=0.5)
            meant = f"Perhaps you mean {' or '.join(near)}; all are" if near else "All are"
            desk.problems.add(
                where,
                "is not a quantity that leohub knows",
                f"{meant} in docs/reference/quantities.md",
            )
            continue
        instead = [text for end, text in NOT_ASSUMED.items() if name.endswith(end)]
        wrong = _out_of_bounds(known[name], number)
        if instead:
            desk.problems.add(where, "can not be set here", instead[0])
        elif wrong:
            desk.problems.add(where, wrong, CORRECT)
        else:
            own[name] = _replaced(known[name], number)
    return own


def quantities_of(operator: str, own: Quantities, loads: Quantities) -> dict[str, Quantity]:
    """Return everything that the service of an operator rests on, but for prices.

    Parameters
    ----------
    operator : str
    own : mapping of str to Quantity
        A study's own numbers, by the names it calls them by.
    loads : mapping of str to Quantity
        `load_quantities`: of an operator whose speeds are published.
    """
    prefix = f"{operator}."
    of_operator = {
        name.removeprefix(prefix): quantity
        for name, quantity in own.items()
        if name.startswith(prefix)
    }
    of_hub = {name: quantity for name, quantity in own.items() if name.split(".")[0] in OF_HUBS}
    found = {**loads, **hub_quantities(), **of_hub, **operator_quantities(operator), **of_operator}
    if "cell.load" in found:
        found["load.down"] = found["load.up"] = found.pop("cell.load")
    return found


def _replaced(known: Quantity, number: float | Range) -> Quantity:
    if isinstance(number, Range):
        low, value, high = number.low, number.value, number.high
    else:
        low = value = high = number
    return replace(known, value=value, low=low, high=high, basis="assumed", source=OWN)


def _out_of_bounds(known: Quantity, number: float | Range) -> str:
    """Say what is wrong with a number, if anything is."""
    low, high = (number.low, number.high) if isinstance(number, Range) else (number, number)
    if known.low >= 0 > low and not known.unit.startswith("dB/"):
        return f"{_with_unit(low, known)} is negative"
    if known.unit.startswith("%") and high > 100:
        return f"{_with_unit(high, known)} is above 100 %"
    if known.unit == "H3 resolution" and not (low == high <= FINEST_CELLS and low.is_integer()):
        return f"must be one whole number from 0 to {FINEST_CELLS}"
    if 0 < MOST_TIMES * known.high < high:
        return (
            f"{_with_unit(high, known)} is more than {MOST_TIMES:g} times the most that leohub "
            f"thinks possible, {_with_unit(known.high, known)}: it may be in another unit"
        )
    return ""


def _with_unit(number: float, quantity: Quantity) -> str:
    return f"{number:g} {quantity.unit}".rstrip()
