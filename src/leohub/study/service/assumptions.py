"""The numbers that a study's service rests on: those that come with leohub, and its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from difflib import get_close_matches
from typing import Final

from leohub.io.builtin.operators import OPERATORS
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantities, Quantity
from leohub.study.desk import Desk
from leohub.study.settings import Range

HUB_TABLES: Final = ("use", "power", "cost")
"""Tables of `leohub/data/hub`."""

OWN: Final = "the study's own"


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


def all_quantities() -> dict[str, Quantity]:
    """Return every quantity under the name that a study calls it by.

    Those of an operator begin with its name: ``"starlink.down.gt_db_per_k"``.
    """
    return hub_quantities() | {
        f"{operator}.{name}": quantity
        for operator in OPERATORS
        for name, quantity in operator_quantities(operator).items()
    }


def own_quantities(desk: Desk, given: Mapping[str, float | Range]) -> dict[str, Quantity]:
    """Check the numbers that a study sets itself, and return them by the name it calls them by."""
    known = all_quantities()
    own = {}
    for name, number in given.items():
        where = f'[assumptions] "{name}"'
        if name not in known:
            near = get_close_matches(name, known, n=3, cutoff=0.5)
            meant = f"Did you mean {' or '.join(near)}?" if near else "See the reference"
            desk.problems.add(where, "is not a quantity that leohub knows", meant.rstrip("?"))
            continue
        wrong = _out_of_bounds(known[name], number)
        if wrong:
            desk.problems.add(where, wrong, "Correct it, or leave it out for leohub's own number")
            continue
        own[name] = _replaced(known[name], number)
    return own


def quantities_of(operator: str, own: Quantities) -> dict[str, Quantity]:
    """Return everything that the service of an operator rests on, with a study's own numbers."""
    prefix = f"{operator}."
    of_operator = {
        name.removeprefix(prefix): quantity
        for name, quantity in own.items()
        if name.startswith(prefix)
    }
    of_hub = {name: quantity for name, quantity in own.items() if name.split(".")[0] in HUB_TABLES}
    return {**hub_quantities(), **operator_quantities(operator), **of_operator, **of_hub}


def _replaced(known: Quantity, number: float | Range) -> Quantity:
    if isinstance(number, Range):
        low, value, high = number.low, number.value, number.high
    else:
        low = value = high = number
    return replace(known, value=value, low=low, high=high, basis="assumed", source=OWN)


def _out_of_bounds(known: Quantity, number: float | Range) -> str:
    """Say what is wrong with a number, if anything is."""
    low, high = (number.low, number.high) if isinstance(number, Range) else (number, number)
    if known.low >= 0 > low:
        return f"{low:g} {known.unit} is negative".replace("  ", " ")
    if known.unit.startswith("%") and high > 100:
        return f"{high:g} % is above 100 %"
    return ""
