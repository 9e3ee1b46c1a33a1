"""Why, from the terminal to a person: who is served well, power, and what it costs."""

from __future__ import annotations

import math
from typing import Final

from leohub.hub.terminals import present_served
from leohub.study.service.why.step import Hub, Step, number

SHARING: Final = (
    "processor sharing: Cohen 1979, Acta Informatica 12; closed queue of people who think and "
    "fetch: Sevcik & Mitrani 1981, J. ACM 28"
)

LIFE: Final = "annuity in constant prices: Fraser & Jewkes 2013, Engineering Economics"


def people_steps(one: Hub) -> tuple[Step, ...]:
    """Say what a person gets, and how many are served well."""
    chain, values = one.chain, one.values
    people, present = float(one.situation.people[0]), one.of(chain.crowd.present_people)
    busy_mbps = int(one.situation.terminals[0]) * one.of(chain.line.cell_down.busy_mbps)
    manner = ("use.object_mb", "use.think_s", "use.user_max_mbps", "use.threshold_mbps")
    at_once = float(
        present_served(
            busy_mbps,
            threshold_chance_pct=values["use.threshold_chance_pct"],
            **{name.removeprefix("use."): values[name] for name in manner},
        )
    )
    crowd = (
        "use.month_users_pct",
        "use.visits_per_month",
        "use.minutes_per_visit",
        "use.open_days_per_month",
        "use.opening_h_per_day",
        "use.busy_hour_share_pct",
    )
    well = f"{one.say('use.threshold_mbps')} with {one.say('use.threshold_chance_pct')} chance"
    each = present / people if people else math.nan
    return (
        Step(
            "People present",
            present,
            "people",
            f"in the busiest hour, of the {number(people)} who share the hub: "
            f"{one.say('use.month_users_pct')} come, {one.say('use.visits_per_month')} a month "
            f"on {one.say('use.open_days_per_month')}, {one.say('use.minutes_per_visit')} each; "
            f"{one.say('use.busy_hour_share_pct')}'s use in that hour, or an even share of the "
            f"{one.say('use.opening_h_per_day')} of opening if that is more",
            "mean crowd (assumed use)",
            crowd,
        ),
        Step(
            "Each person's fetch",
            one.of(chain.crowd.active_mbps),
            "Mbps",
            f"{number(busy_mbps)} Mbps shared by all present, each fetching "
            f"{one.say('use.object_mb')}, then reading for {one.say('use.think_s')}, at most "
            f"{one.say('use.user_max_mbps')} each",
            SHARING,
            manner[:3],
        ),
        Step(
            "Chance of the stated quality",
            one.of(chain.crowd.threshold_chance_pct),
            "%",
            f"that a fetch gets {one.say('use.threshold_mbps')} as it begins, all of them present",
            SHARING,
            manner,
        ),
        Step(
            "Present and all served well",
            at_once,
            "people",
            f"as many as may be there so that a fetch gets {well}",
            SHARING,
            (*manner, "use.threshold_chance_pct"),
        ),
        Step(
            "People served well",
            one.of(chain.crowd.served_well_people),
            "people",
            f"{number(at_once)} present stand for so many of the area, at {number(each)} present "
            f"for each of them; at most the {number(people)} there are. For the others the hub is "
            "in reach, no more",
            "mean crowd (assumed use)",
            crowd,
        ),
    )


def power_steps(one: Hub) -> tuple[Step, ...]:
    """Say the panel and battery that keep the hub on."""
    supply = one.situation.supply
    load_w = sum(
        one.values[name] for name in ("terminal.power_w", "power.wifi_w", "power.router_w")
    )
    names = ("terminal.power_w", *one.named("power."))
    how = (
        f"cheapest pair that carries {number(load_w)} W from {one.values['power.opens_h']:g} to "
        f"{one.values['power.closes_h']:g} o'clock and {one.say('power.closed_w')} else, with at "
        f"most {one.say('power.target_loss_of_load_pct')} of hours off in the worst month"
    )
    source = "20 years of drawn sunshine, hour by hour: Graham, Hollands & Huget 1988"
    return (
        Step("Solar panel", float(supply.panel_w[0]), "W", how, source, names),
        Step("Battery", float(supply.battery_wh[0]), "Wh", how, source, names),
    )


def cost_steps(one: Hub) -> tuple[Step, ...]:
    """Say what the hub costs."""
    cost, monthly_usd = one.situation.cost, one.of(one.chain.crowd.monthly_usd)
    second = one.situation.second_cost
    more = ""
    if second is not None and one.situation.terminals[0] > 1:
        more = f"; USD {number(second.per_month_usd)} of it for the second terminal"
    people, served = float(one.situation.people[0]), one.of(one.chain.crowd.served_well_people)
    return (
        Step(
            "Cost of the hub",
            monthly_usd,
            "USD/month",
            f"equal payments over {cost.lifetime_years:g} years, at "
            f"{one.say('cost.discount_pct_per_year')} above inflation: {cost.currency} "
            f"{number(cost.capital)} to build, {number(cost.monthly)} a month to run, "
            f"{number(cost.replacement)} for what wears out; {number(cost.currency_per_usd)} "
            f"{cost.currency} to the dollar{more}",
            LIFE,
            one.named("cost."),
        ),
        Step(
            "Cost per person",
            one.of(one.chain.crowd.cost_per_person_month_usd),
            "USD/person/month",
            f"USD {number(monthly_usd)} by the {number(people)} who share the hub",
            LIFE,
            (),
        ),
        Step(
            "Cost per person served well",
            one.of(one.chain.crowd.cost_per_served_month_usd),
            "USD/person/month",
            f"USD {number(monthly_usd)} by {number(served)}",
            LIFE,
            (),
        ),
    )
