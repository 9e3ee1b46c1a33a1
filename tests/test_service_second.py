"""A second terminal: whom both serve, what the further people cost, and when it pays."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from leohub.hub.cost import HubCost, PriceLine
from leohub.io.builtin.quantities import built_in_quantities
from leohub.quantities import nominal
from leohub.study.service.assumptions import load_quantities, quantities_of
from leohub.study.service.chain import serve
from leohub.study.service.hubs import with_service
from leohub.study.service.second import SECOND, extra_monthly_usd, second_terminal
from leohub.study.service.trial import typical_situation

RATES = {
    name.removeprefix("cost."): quantity.at(0.0)
    for name, quantity in built_in_quantities("hub/cost.toml")[0].items()
}


def line(item: str, amount: float, charged: str, operator: str = "") -> PriceLine:
    return PriceLine(item, amount, charged, 1.0, "assumed", "", "", operator=operator)


COST = HubCost(
    (
        line("panel", 600, "once"),
        line("kit", 300, "once", "starlink"),
        line("attendant", 60, "monthly"),
        line("plan", 50, "monthly", "starlink"),
    ),
    "USD",
    1.0,
    5.0,
    **RATES,
)


def weighed(people: float, *, cost: HubCost = COST, hubs: int = 1, load: float | None = None):
    """What a second terminal comes to at a hub with so many people, and its chain."""
    loads = load_quantities("Kenya")
    if load is not None:
        loads["load.down"] = loads["load.down"].at(load)
    quantities = {
        **quantities_of("starlink", {}, loads),
        **cost.quantities,
    }
    situation = replace(
        typical_situation(quantities, np.zeros(1), cost),
        people=np.array([people]),
        terminals_in_cell=np.array([hubs]),
    )
    values = {name: np.full((1, 1), value) for name, value in nominal(quantities).items()}
    chain = serve(values, situation)
    found = second_terminal(values, chain, situation)
    assert tuple(found) == SECOND
    return [float(found[name][0]) for name in SECOND], chain


def test_it_costs_kit_and_plan_and_nothing_else():
    quantities = {**quantities_of("starlink", {}, load_quantities("Kenya")), **COST.quantities}
    situation = typical_situation(quantities, np.zeros(1), COST)
    assert extra_monthly_usd(situation) == pytest.approx(300 / 60 + 50)
    unpriced = replace(situation, cost=replace(COST, lines=COST.lines[:1]))
    assert np.isnan(extra_monthly_usd(unpriced))
    given = replace(unpriced, second_cost=replace(COST, lines=COST.lines[2:3]))
    assert extra_monthly_usd(given) == pytest.approx(60)


def test_it_costs_each_further_person_its_share():
    (served, per_further, pays), chain = weighed(100_000)
    one = float(chain.crowd.served_well_people[0, 0])
    assert served > one
    assert per_further == pytest.approx(55 / (served - one))
    assert pays == (per_further < float(chain.crowd.cost_per_served_month_usd[0, 0]))


def test_where_one_serves_all_a_second_one_never_pays():
    (served, per_further, pays), chain = weighed(10)
    assert served == chain.crowd.served_well_people[0, 0] == 10
    assert np.isnan(per_further)
    assert pays == 0


def test_it_pays_where_it_serves_as_many_again_for_less():
    (served, _, pays), chain = weighed(100_000)
    assert served > 1.8 * chain.crowd.served_well_people[0, 0]
    assert pays == 1


def test_it_does_not_pay_where_it_adds_less_than_it_costs():
    dear = replace(COST, lines=(*COST.lines[:3], line("plan", 5000, "monthly", "starlink")))
    (served, _, pays), chain = weighed(1e6, cost=dear, load=1)
    assert (
        chain.crowd.served_well_people[0, 0] < served < 1.9 * chain.crowd.served_well_people[0, 0]
    )
    assert pays == 0


def test_the_fuller_the_cell_with_our_own_the_less_it_adds():
    alone, among = weighed(1e6, hubs=1, load=1)[0][0], weighed(1e6, hubs=6, load=1)[0][0]
    assert among < alone


def test_without_a_price_of_it_people_are_told_and_no_cost():
    unmarked = replace(COST, lines=tuple(replace(each, operator="") for each in COST.lines))
    (served, per_further, pays), _ = weighed(100_000, cost=unmarked)
    assert served > 0
    assert np.isnan(per_further)
    assert np.isnan(pays)


def test_hubs_without_an_estimate_have_its_columns_empty():
    empty = with_service(pd.DataFrame(index=pd.RangeIndex(3)), None)
    assert empty[list(SECOND)].isna().all(axis=None)
