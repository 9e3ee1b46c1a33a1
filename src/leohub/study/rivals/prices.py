"""What a hub costs under other operators: their terminals and plans instead of the study's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final, Literal

from leohub.hub.cost import HubCost, PriceLine
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import Quantities, Quantity

Charged = Literal["once", "monthly"]

PRICED: Final[Mapping[Charged, tuple[str, str]]] = {
    "once": ("terminal.price_usd", "terminal"),
    "monthly": ("terminal.monthly_usd", "plan"),
}
"""How it is charged → which quantity it costs, and what it is."""


def cost_under(
    cost: HubCost, prices: Sequence[PriceLine], terminals: Mapping[str, Quantities], own: str
) -> HubCost:
    """Return what a hub costs with other terminals and plans.

    Parameters
    ----------
    cost : HubCost
        Of a hub as it is planned.
    prices : sequence of PriceLine
        All of a study. The lines of an operator are taken where there are any; a terminal or a plan
        that is missing costs what leohub knows or assumes of that operator.
    terminals : mapping of str to Quantities
        Operators whose terminals the hub has, and what is known of each.
    own : str
        The study's operator. Its lines are complete where it has any, and where no line says whose
        terminal it is, which is then its.

    Returns
    -------
    HubCost
        New terminals last as long as the dearest of the study's.
    """
    shared = tuple(line for line in prices if not line.operator)
    lines = list(shared)
    for operator, quantities in terminals.items():
        given = [line for line in prices if line.operator == operator]
        lines += given
        if operator == own and (given or len(shared) == len(prices)):
            continue
        lines += [
            _assumed_line(operator, charged, prices, quantities, cost.currency_per_usd)
            for charged in PRICED
            if all(line.charged != charged for line in given)
        ]
    return replace(cost, lines=tuple(lines))


def _assumed_line(
    operator: str,
    charged: Charged,
    prices: Sequence[PriceLine],
    quantities: Quantities,
    currency_per_usd: float,
) -> PriceLine:
    name, what = PRICED[charged]
    price: Quantity = quantities[name]
    line = PriceLine(
        item=f"{built_in_quantities(f'operators/{operator}.toml')[1]['name']} {what}",
        amount=price.value * currency_per_usd,
        charged=charged,
        quantity=1.0,
        basis="published" if price.basis == "measured" else "assumed",
        origin=price.source,
        date="",
        low=price.low * currency_per_usd,
        high=price.high * currency_per_usd,
        operator=operator,
    )
    alike = [known for known in prices if known.operator and known.charged == charged == "once"]
    if not alike:
        return line
    dearest = max(alike, key=lambda known: known.amount)
    return replace(
        line,
        lasts_years=dearest.lasts_years,
        lasts_low_years=dearest.lasts_low_years,
        lasts_high_years=dearest.lasts_high_years,
    )
