"""Print what the models of the service come to: the tables of ``docs/model.md``.

``python tools/model_tables.py`` prints, from the built-in numbers alone: what the operators' links
carry, what twelve towns of Kenya would get, how rain differs from year to year, how many people a
throughput serves well, and what a hub costs.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from leohub.constants import EARTH_MEAN_RADIUS_KM
from leohub.hub.cost import HubCost
from leohub.hub.crowd import gb_per_user_month, present_per_person
from leohub.hub.sharing import share_among_present
from leohub.hub.terminals import people_served, present_served
from leohub.hub.tornado import tornado
from leohub.io.builtin.kenya import builtin_prices
from leohub.io.builtin.links import down_link, up_link
from leohub.io.builtin.operators import operator_parameters
from leohub.quantities import Quantities, draws, nominal
from leohub.sky.air.process import outage_hours
from leohub.sky.visibility.places import places_at
from leohub.study.desk import Desk
from leohub.study.file import StudyFile, built_in_study
from leohub.study.overhead import open_overhead
from leohub.study.service.assumptions import hub_quantities
from leohub.study.service.estimate import INTERVAL, Estimate, estimate
from leohub.study.service.opening import open_service
from leohub.study.service.situation import RARE_PCT
from leohub.study.service.standing import climate_of, find_situation
from leohub.study.settings import Study

Floats = NDArray[np.float64]

OPERATORS = {"starlink": "Starlink", "oneweb": "OneWeb", "amazon-leo": "Amazon Leo"}
ELEVATION_DEG = 60.0
DRAWS = 1000
SEED = 1
PEOPLE = 23_000
"""Who share a hub of the built-in plan, about."""
YEARS = 100
RATES_MBPS = (5, 10, 20, 35, 47, 100, 200)


def main() -> None:
    study = built_in_study()
    hub = hub_cost(study.study)
    print("\n\n".join([links(), towns(study, hub), rain_years(), people(), cost(hub)]))


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table of a document: the first column to the left, the others to the right."""
    rule = "---|" + "---:|" * (len(header) - 1)
    told, *rest = (f"| {' | '.join(cells)} |" for cells in [header, *rows])
    return "\n".join([told, f"|{rule}", *rest])


def between(values: Floats, digits: int = 0) -> str:
    low, high = np.quantile(values, INTERVAL)
    return f"{low:,.{digits}f} to {high:,.{digits}f}"


# --- Links ---------------------------------------------------------------------------------------


def links() -> str:
    rows = []
    for operator, name in OPERATORS.items():
        quantities = operator_parameters(operator).quantities
        drawn = draws(quantities, DRAWS, SEED)
        for way, to_link in {"down": down_link, "up": up_link}.items():
            values = nominal(quantities)
            place = ELEVATION_DEG, slant_range_km(values["cell.altitude_km"])
            link = to_link(values)
            rows.append(
                (
                    f"{name}, {way}",
                    f"{link.esn0_db(*place, 0.0):.1f}",
                    f"{link.rate_mbps(*place, 0.0):.0f}",
                    between(to_link(drawn).rate_mbps(*place, 0.0)),
                    f"{link.tolerated_attenuation_db(*place):.1f}",
                )
            )
    return table(
        (
            "60° above the horizon, clear air",
            "Es/N0 [dB]",
            "channel [Mbps]",
            "80 % interval",
            "tolerates [dB]",
        ),
        rows,
    )


def slant_range_km(altitude_km: float) -> float:
    """Return how far a satellite at `ELEVATION_DEG` is, over a sphere."""
    up = EARTH_MEAN_RADIUS_KM * np.sin(np.radians(ELEVATION_DEG))
    return float(np.sqrt(up**2 + altitude_km**2 + 2 * EARTH_MEAN_RADIUS_KM * altitude_km) - up)


# --- Towns ---------------------------------------------------------------------------------------


def towns(study: StudyFile, hub: HubCost) -> str:
    names, found = estimate_towns(study, hub)
    air = np.einsum("pc,pcr->pr", found.situation.aspect.share, found.situation.down_db)
    hubs = found.hubs.astype(float).to_dict("records")
    rows = [
        (
            name,
            f"{np.interp(np.log(0.1), np.log(RARE_PCT), air[row]):.1f}",
            ranged(hubs[row], "rain_out_h_per_year", 1),
            ranged(hubs[row], "terminal_mbps"),
            ranged(hubs[row], "terminal_up_mbps"),
            f"{hubs[row]['latency_pop_ms']:.0f}, {hubs[row]['latency_server_ms']:.0f}",
            ranged(hubs[row], "served_well_people"),
            f"{hubs[row]['panel_w']:.0f} W, {hubs[row]['battery_wh']:,.0f} Wh",
        )
        for row, name in enumerate(names)
    ]
    return table(
        (
            "town",
            "air, 0.1 % of a year [dB]",
            "out by rain [h a year]",
            "down [Mbps]",
            "up [Mbps]",
            "latency to the point of presence, a server [ms]",
            f"of {PEOPLE:,} served well",
            "panel, battery",
        ),
        rows,
    )


def ranged(row: Mapping[Hashable, float], name: str, digits: int = 0) -> str:
    value, low, high = (row[f"{name}{end}"] for end in ("", "_low", "_high"))
    return f"{value:,.{digits}f} ({low:,.{digits}f} to {high:,.{digits}f})"


def estimate_towns(file: StudyFile, hub: HubCost) -> tuple[list[str], Estimate]:
    """Estimate the service of a hub in each town that the built-in sunshine is of."""
    study, desk = file.study, Desk(file)
    overhead = open_overhead(desk, study.sky)
    service = open_service(desk, study, sites=None, own={})
    desk.problems.raise_if_any()
    assert overhead is not None
    assert service is not None
    sunshine = service.sunshine
    places = places_at(sunshine.lat_deg, sunshine.lon_deg)
    climate, height_km = climate_of(service.climate, places)
    quantities = {**service.quantities(study.sky.operator), **hub.quantities}
    situation = find_situation(
        places=places,
        people=np.full(len(places), float(PEOPLE)),
        terminals=np.ones(len(places), dtype=np.intp),
        overhead=overhead,
        quantities=quantities,
        fitted=quantities,
        climate=climate,
        height_km=height_km,
        sunshine=sunshine,
        backhaul=service.backhaul,
        load=service.load,
        cost=hub,
        second_cost=None,
        hours=study.sky.hours,
        step_s=study.sky.step_s,
        seed=study.seed,
    )
    return sunshine.name.tolist(), estimate(situation, quantities, count=DRAWS, seed=study.seed)


# --- Rain ----------------------------------------------------------------------------------------


def rain_years() -> str:
    limits = (0.01, 0.1, 1.0)
    moments = 24 * 12
    hours, outages = outage_hours(np.tile(np.array(limits)[:, None], moments), YEARS, SEED)
    rows = [
        (
            f"{limit:g} % of an average year",
            f"{limit * 87.66:.1f}",
            f"{found.mean():.1f}",
            f"{found.std():.1f}",
            between(found, 1),
            f"{often.mean():.0f}",
        )
        for limit, found, often in zip(limits, hours, outages, strict=True)
    ]
    header = ("a link fails for", "hours", "mean of the years", "deviation", "80 %", "outages")
    return table(header, rows)


# --- People --------------------------------------------------------------------------------------


def people() -> str:
    values = nominal(hub_quantities())
    manner = {
        name: values[f"use.{name}"]
        for name in ("object_mb", "think_s", "user_max_mbps", "threshold_mbps")
    }
    each = float(
        present_per_person(
            **{
                name: values[f"use.{name}"]
                for name in (
                    "month_users_pct",
                    "visits_per_month",
                    "minutes_per_visit",
                    "open_days_per_month",
                    "opening_h_per_day",
                    "busy_hour_share_pct",
                )
            }
        )
    )
    chance_pct = values["use.threshold_chance_pct"]
    present = present_served(np.array(RATES_MBPS), threshold_chance_pct=chance_pct, **manner)
    rows = [
        (f"{rate} Mbps", f"{most:.0f}", f"{people_served(most, each):,.0f}")
        for rate, most in zip(RATES_MBPS, present.tolist(), strict=True)
    ]
    got = share_among_present(50, 47, **{**manner, "user_max_mbps": np.inf})
    moved = gb_per_user_month(
        visits_per_month=values["use.visits_per_month"],
        minutes_per_visit=values["use.minutes_per_visit"],
        object_mb=manner["object_mb"],
        think_s=manner["think_s"],
        object_s=got.object_s,
    )
    return "\n".join(
        [
            table(("one terminal gets", "may be present", "people who live around"), rows),
            "",
            f"Of 1,000 people around, {1000 * each:.1f} are present in the busiest hour.",
            f"50 people present on 47 Mbps get {got.mean_mbps:.2f} Mbps each, without a ceiling.",
            f"A user then moves {moved:.1f} GB a month.",
        ]
    )


# --- Cost ----------------------------------------------------------------------------------------


def hub_cost(study: Study) -> HubCost:
    """Return what a hub of the built-in prices costs, with the numbers that leohub assumes."""
    known = hub_quantities()
    return HubCost(
        builtin_prices()[0],
        study.cost.currency,
        study.cost.currency_per_usd or 1.0,
        study.cost.lifetime_years,
        discount_pct_per_year=known["cost.discount_pct_per_year"],
        upkeep_pct_per_year=known["cost.upkeep_pct_per_year"],
        residual_pct=known["cost.residual_pct"],
    )


def cost(hub: HubCost) -> str:
    drawn = hub.at(draws(hub.quantities, DRAWS, SEED)).per_month / hub.currency_per_usd
    moved = tornado(lambda values: hub.at(values).per_month / hub.currency_per_usd, hub.quantities)
    rows = [
        (
            row["quantity"].removeprefix("cost.").replace(".", ": "),
            with_unit(hub.quantities, row["quantity"], row["low"]),
            with_unit(hub.quantities, row["quantity"], row["high"]),
            f"{row['result_at_low']:.1f} to {row['result_at_high']:.1f}",
        )
        for row in moved.head(6).to_dict("records")
    ]
    return "\n".join(
        [
            f"A hub costs {hub.capital_usd:,.0f} USD to build and "
            f"{hub.per_month_usd:.1f} USD a month over {hub.lifetime_years:g} years "
            f"(80 %: {between(drawn)}).",
            "",
            table(("what moves it", "low", "high", "USD a month"), rows),
        ]
    )


def with_unit(quantities: Quantities, name: str, value: float) -> str:
    return f"{value:,g} {quantities[name].unit}"


if __name__ == "__main__":
    main()
