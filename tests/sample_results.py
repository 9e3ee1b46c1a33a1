"""A small made-up country as `Results`: four square regions, a few hundred cells, sixty sites."""

import datetime as dt
import hashlib
from dataclasses import replace

import geopandas as gpd
import h3
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from scipy.sparse import csr_array

from leohub.hub.cost import HubCost, PriceLine
from leohub.hub.power.sizing import PowerSupply
from leohub.io.builtin.climate import built_in_climate
from leohub.io.provenance import Source
from leohub.people.coverage import Coverage
from leohub.plan.plan import Plan
from leohub.plan.rules.numbers import hubs_at_most
from leohub.plan.story import Step
from leohub.quantities import Quantity
from leohub.sky.constellation import Constellation
from leohub.sky.latency.routes import Route
from leohub.sky.screening import Screening
from leohub.sky.visibility.aspect import Aspect
from leohub.sky.visibility.places import places_at
from leohub.study.regioncosts import with_costs
from leohub.study.results import Results
from leohub.study.rules import Demands
from leohub.study.service.assumptions import load_quantities, quantities_of
from leohub.study.service.estimate import Estimate, estimate
from leohub.study.service.hubs import with_service
from leohub.study.service.line import fit_load
from leohub.study.service.outputs import COLUMNS
from leohub.study.service.situation import Situation, attenuation_tables
from leohub.study.settings import Study
from leohub.study.skygrid import country_cells

REGIONS = {"1": "Northwest", "2": "Northeast", "3": "Southwest", "4": "O'Hara <South> & East"}
RESOLUTION = 6
RADIUS_KM = 8.0
SIZE_DEG = 0.5


def sample_results(*, sites: int = 60, hubs: int = 10, seed: int = 1) -> Results:
    """Build results that hang together: every total can be worked out from the tables."""
    draw = np.random.default_rng(seed)
    cells = sample_cells(draw)
    places = sample_sites(draw, sites)
    coverage = sample_coverage(places, cells)
    plan = sample_plan(coverage, hubs)
    cost = sample_cost()
    table = sample_hubs(places, coverage, plan, cost, draw)
    regions = sample_regions(cells, places, coverage, plan)
    regions = with_costs(regions, table, places, cost.per_month_usd)
    found = sample_estimate(table, cost)
    service = xr.Dataset(
        {
            name: ("place", table[name].to_numpy())
            for name in ("in_view_mean", "in_view_min", "usable_mean", "usable_min")
        }
        | {name: ("place", table[name].to_numpy()) for name in ("longest_gap_s", "usable_pct")}
    )
    service.attrs.update(
        start="2026-08-22T13:00:00Z",
        hours=24.0,
        step_s=15.0,
        min_elevation_deg=25.0,
        arc_avoidance_deg=20.0,
        satellites_not_propagated=0,
    )
    return Results(
        study=sample_study(hubs),
        study_file="study.toml",
        study_sha256=hashlib.sha256(b"study").hexdigest(),
        sources=sample_sources(cells),
        cells=cells,
        sites=places,
        hubs=table.join(found.hubs),
        regions=regions,
        boundaries_basis="modelled",
        coverage=coverage,
        standing=np.zeros(len(places), dtype=bool),
        demands=Demands(
            rules=hubs_at_most(len(plan.hubs), coverage),
            where=("[choice] hubs",),
            weight=np.ones(len(places)),
            site_cost=np.full(len(places), cost.whole_life),
            cell_resolution=5,
        ),
        plan=plan,
        screening=sample_screening(),
        service=service,
        estimate=found,
        sky=sample_sky(regions, draw),
        cost=cost,
        thresholds=sample_thresholds(plan),
        warnings=("The elements are 30 h old.",),
        started=dt.datetime(2026, 8, 22, 13, 0, tzinfo=dt.UTC),
    )


def without_reach(results: Results) -> Results:
    """Return the same results when nobody is in need."""
    coverage = replace(results.coverage, need_people=np.zeros_like(results.coverage.need_people))
    plan = replace(
        results.plan,
        reached_people=0.0,
        worth_people=0.0,
        bound_people=0.0,
        added_people=np.zeros_like(results.plan.added_people),
        curve=results.plan.curve * [1, 0, 0],
    )
    nobody = {"need_people": 0.0, "reached_people": 0.0, "reached_pct": 0.0}
    hubs = results.hubs.assign(added_people=0.0, sharing_people=0.0)
    found = sample_estimate(hubs, results.cost)
    return replace(
        results,
        coverage=coverage,
        plan=plan,
        cells=results.cells.assign(need_people=0.0, eligible=False),
        regions=results.regions.assign(**nobody),
        hubs=hubs.assign(**found.hubs),
        estimate=found,
    )


def without_estimate(results: Results) -> Results:
    """Return the same results when the service cannot be estimated."""
    return replace(
        results,
        hubs=with_service(results.hubs.drop(columns=list(COLUMNS), errors="ignore"), None),
        estimate=None,
        warnings=("The service of the hubs is not estimated: no climate is known there.",),
    )


def leaves(chain: object, name: str = "") -> dict[str, np.ndarray]:
    """Every array of a chain by its place in it."""
    if not hasattr(chain, "_asdict"):
        return {name: np.asarray(chain)}
    found = {}
    for field, value in chain._asdict().items():
        found |= leaves(value, f"{name}.{field}")
    return found


def sample_estimate(hubs: pd.DataFrame, cost: HubCost) -> Estimate:
    """Estimate a service from a made-up sky and made-up power, in the climate of Kenya."""
    number = len(hubs)
    lat_deg, height_km = hubs["lat_deg"].to_numpy(), np.full(number, 1.7)
    quantities = {**quantities_of("starlink", {}, load_quantities("Kenya")), **cost.quantities}
    share = np.tile([0.3, 0.4, 0.3], (number, 1))
    range_km = np.tile([800.0, 620.0, 500.0], (number, 1))
    aspect = Aspect(
        np.array([35.0, 52.5, 77.5]),
        share,
        range_km,
        np.ones((number, 1), dtype=bool),
        np.full(number, 22.0),
    )
    climate = built_in_climate()[0].at(lat_deg, hubs["lon_deg"].to_numpy(), height_km)
    down_db, up_db = attenuation_tables(climate, lat_deg, height_km, aspect, quantities)
    situation = Situation(
        places=places_at(lat_deg, hubs["lon_deg"], height_km),
        people=hubs["sharing_people"].to_numpy(),
        terminals=np.ones(number, dtype=np.intp),
        hubs_in_cell=1 + np.arange(number) % 3,
        terminals_in_cell=1 + np.arange(number) % 3,
        cells=np.arange(number, dtype=np.uint64),
        load=pd.Series(dtype=np.float64),
        aspect=aspect,
        down_db=down_db,
        up_db=up_db,
        route=Route(*(np.full(number, way) for way in (1_300.0, 0.0, 0.0, 40.0, 15.0))),
        reached=np.ones(number),
        supply=PowerSupply(
            *(np.full(number, size) for size in (600.0, 1_200.0, 1_000.0, 0.4, 0.9, 6, 7, 1.5))
        ),
        cost=cost,
        second_cost=None,
        fitted_mbps={},
    )
    return estimate(fit_load(situation, quantities), quantities, count=60, seed=1)


def sample_cells(draw: np.random.Generator) -> pd.DataFrame:
    corners = [(0, 36), (0, 37), (1, 37), (1, 36)]
    square = h3.LatLngPoly(corners)
    ids = sorted(h3.str_to_int(cell) for cell in h3.h3shape_to_cells(square, RESOLUTION))
    lat, lon = np.array([h3.cell_to_latlng(h3.int_to_str(i)) for i in ids]).T
    area = np.array([h3.cell_area(h3.int_to_str(i), unit="km^2") for i in ids])
    people = np.exp(draw.normal(7.5, 1.3, len(ids)))
    people[:5] = 60_000.0
    eligible = people / area <= 1000
    unserved = people * 0.8
    return pd.DataFrame(
        {
            "region_code": region_codes(lat, lon),
            "lat_deg": lat,
            "lon_deg": lon,
            "area_km2": area,
            "people": people,
            "density_per_km2": people / area,
            "unserved_people": unserved,
            "eligible": eligible,
            "need_people": np.where(eligible, unserved, 0.0),
        },
        index=pd.Index(np.array(ids, dtype=np.uint64), name="h3"),
    )


def sample_sites(draw: np.random.Generator, number: int) -> pd.DataFrame:
    lat, lon = draw.uniform(0.05, 0.95, number), draw.uniform(36.05, 36.95, number)
    kinds = np.array(["school", "clinic", "market"])[np.arange(number) % 3]
    names = [f"{kind.title()} {i}" for i, kind in enumerate(kinds)]
    names[0] = "=1+1 </script><b>Ŋaremara & Sons</b>"
    return pd.DataFrame(
        {
            "name": names,
            "kind": kinds,
            "lat_deg": lat,
            "lon_deg": lon,
            "height_m": 1_700.0,
            "radius_km": RADIUS_KM,
            "region_code": region_codes(lat, lon),
            "partner": "",
            "merged": 1,
        },
        index=pd.Index([f"{kind}:{i}" for i, kind in enumerate(kinds)], name="site_id"),
    )


def region_codes(lat_deg: np.ndarray, lon_deg: np.ndarray) -> list[str]:
    east, south = lon_deg >= 36 + SIZE_DEG, lat_deg < SIZE_DEG
    return [str(1 + int(e) + 2 * int(s)) for e, s in zip(east, south, strict=True)]


def sample_coverage(sites: pd.DataFrame, cells: pd.DataFrame) -> Coverage:
    north = (sites["lat_deg"].to_numpy()[:, None] - cells["lat_deg"].to_numpy()) * 110.57
    east = (sites["lon_deg"].to_numpy()[:, None] - cells["lon_deg"].to_numpy()) * 111.32
    near = (np.hypot(north, east) <= RADIUS_KM).astype(float)
    return Coverage(shares=csr_array(near), need_people=cells["need_people"].to_numpy())


def sample_plan(coverage: Coverage, hubs: int) -> Plan:
    """Choose greedily; the bound is a made-up 3 % above."""
    left, chosen, added = coverage.need_people.copy(), [], []
    for _ in range(min(2 * hubs, coverage.shares.shape[0])):
        gains = coverage.shares @ left
        gains[chosen] = -1
        chosen.append(int(np.argmax(gains)))
        added.append(float(gains[chosen[-1]]))
        left *= 1 - coverage.shares[[chosen[-1]]].toarray().ravel()
    reached = np.cumsum(added)
    bound = np.minimum(reached * 1.03, coverage.need_people.sum())
    return Plan(
        hubs=np.array(chosen[:hubs]),
        added_people=np.array(added[:hubs]),
        reached_people=float(reached[hubs - 1]),
        worth_people=float(reached[hubs - 1]),
        bound_people=float(bound[hubs - 1]),
        certified_people=float(bound[hubs - 1]),
        granted_people=np.zeros(len(left)),
        row_prices=np.zeros(1),
        rule_costs_people=np.array([np.nan]),
        curve=np.column_stack([np.arange(1, len(added) + 1), reached, bound]),
        story=sample_story(float(reached[hubs - 1]), float(bound[hubs - 1])),
        optimal=False,
        stopped_early=False,
    )


def sample_story(reached: float, bound: float) -> tuple[Step, ...]:
    sizes = {"sites": 60, "sites_left": 58, "cells": 300, "cells_left": 250, "groups": 120}
    settled = {"shut": 20, "sure": 3, "open": 35}
    return (
        Step("reduce", "60 sites and 300 cells", 0.0, 2 * bound, sizes),
        Step("start", "greedy: every hub where it adds the most", 0.9 * reached, 2 * bound),
        Step("bound", "bound: from the curve", 0.9 * reached, 1.1 * bound),
        Step("search", "annealing", reached, 1.1 * bound),
        Step("close", "20 sites cannot be in the best plan", reached, bound, settled),
    )


def sample_hubs(
    sites: pd.DataFrame, coverage: Coverage, plan: Plan, cost: HubCost, draw: np.random.Generator
) -> pd.DataFrame:
    chosen = sites.iloc[plan.hubs].reset_index()
    number = len(chosen)
    lat, lon = chosen["lat_deg"], chosen["lon_deg"]
    need = (coverage.shares @ coverage.need_people)[plan.hubs]
    mean = draw.uniform(30, 38, number)
    return chosen.drop(columns="merged").assign(
        rank=np.arange(1, number + 1),
        region=[REGIONS[code] for code in chosen["region_code"]],
        h3=[h3.latlng_to_cell(a, b, RESOLUTION) for a, b in zip(lat, lon, strict=True)],
        people_in_radius=need * 1.4,
        need_in_radius=need,
        added_people=plan.added_people,
        only_people=plan.added_people * 0.5,
        runner_up=_first_outside(sites, plan),
        runner_up_people=plan.added_people * 0.4,
        beats_by_people=plan.added_people * 0.1,
        beats_by_worth_people=plan.added_people * 0.1,
        sharing_people=plan.added_people,
        terminals=1,
        assigned_people=np.nan,
        in_view_mean=mean,
        in_view_min=(mean - 10).astype(int),
        usable_mean=mean * 0.66,
        usable_min=(mean * 0.66 - 8).astype(int),
        longest_gap_s=0.0,
        usable_pct=100.0,
        outages=0,
        handovers=4_000,
        serving_elevation_mean_deg=61.5,
        capital_usd=cost.capital_usd,
        monthly_usd=cost.monthly_usd,
        whole_life=cost.whole_life,
    )


def _first_outside(sites: pd.DataFrame, plan: Plan) -> str:
    outside = np.setdiff1d(np.arange(len(sites)), plan.hubs)
    return str(sites.index[outside[0]]) if len(outside) else ""


def sample_regions(
    cells: pd.DataFrame, sites: pd.DataFrame, coverage: Coverage, plan: Plan
) -> gpd.GeoDataFrame:
    share = coverage.shares[plan.hubs].max(axis=0).toarray().ravel()
    sums = (
        cells.assign(reached_people=share * coverage.need_people)
        .groupby("region_code")[["people", "unserved_people", "need_people", "reached_people"]]
        .sum()
    )
    corners = [(36, 0.5), (36.5, 0.5), (36, 0), (36.5, 0)]
    squares = [shapely.box(x, y, x + SIZE_DEG, y + SIZE_DEG) for x, y in corners]
    frame = gpd.GeoDataFrame(sums, geometry=squares, crs="EPSG:4326").assign(
        region=list(REGIONS.values()),
        census_people=sums["people"],
        internet_use_pct=20.0,
        sites=sites["region_code"].value_counts().reindex(REGIONS, fill_value=0),
        hubs=sites["region_code"].iloc[plan.hubs].value_counts().reindex(REGIONS, fill_value=0),
        reached_pct=100 * sums["reached_people"] / sums["unserved_people"],
    )
    return frame


def sample_sky(regions: gpd.GeoDataFrame, draw: np.random.Generator) -> pd.DataFrame:
    ids = country_cells(regions)
    lat, lon = np.array([h3.cell_to_latlng(h3.int_to_str(cell)) for cell in ids.tolist()]).T
    mean = 34 + 2 * lat + draw.uniform(-0.3, 0.3, len(ids))
    return pd.DataFrame(
        {
            "lat_deg": lat,
            "lon_deg": lon,
            "in_view_mean": mean,
            "in_view_min": (mean - 10).astype(int),
            "usable_mean": mean * 0.66,
            "usable_min": (mean * 0.66 - 8).astype(int),
            "longest_gap_in_view_s": 0.0,
            "longest_gap_s": draw.choice([0.0, 15.0, 90.0, 5000.0], len(ids)),
            "usable_pct": 99.0,
        },
        index=pd.Index(ids, name="h3"),
    )


def sample_cost() -> HubCost:
    lines = (
        PriceLine("Satellite terminal", 50_000, "once", 1, "published", "operator's shop", "2026"),
        PriceLine("Solar power", 100, "once", 400, "assumed", "", "", low=70, high=150),
        PriceLine("Service plan", 6_500, "monthly", 1, "published", "operator's shop", "2026"),
    )
    rates = (Quantity(value, "%", "assumed", "", value, value) for value in (8.0, 5.0, 0.0))
    return HubCost(lines, "KES", 129.0, 5.0, *rates)


def sample_screening() -> Screening:
    none = np.zeros(40)
    kept = Constellation(
        name="starlink",
        basis="measured",
        norad_id=np.arange(40),
        object_name=np.array(["S"] * 40),
        shell=np.array(["53°@460 km"] * 30 + ["43°@480 km"] * 10),
        epoch=np.full(40, np.datetime64("2026-08-22T00:00:00", "us")),
        inclination_deg=none,
        raan_deg=none,
        eccentricity=none,
        arg_perigee_deg=none,
        mean_anomaly_deg=none,
        mean_motion_rev_day=none,
        bstar=none,
    )
    return Screening(
        kept=kept,
        total=50,
        left_out={"direct-to-cell": 6, "below 400 km: raising or decaying": 4},
        shells={"53°@460 km": 30, "43°@480 km": 10},
        age_median_h=12.0,
        age_max_h=30.0,
    )


def sample_sources(cells: pd.DataFrame) -> tuple[Source, ...]:
    def source(role: str, file: str, basis: str, **more: object) -> Source:
        sha256 = hashlib.sha256(file.encode()).hexdigest()
        return Source(
            role, file, sha256, 1234, basis, "Statistics Office", "2019", "CC BY 4.0", **more
        )

    return (
        source("people", "people.tif", "measured", totals={"people": float(cells["people"].sum())}),
        source("census", "census.csv", "measured", totals={"regions": 4.0}),
        source("sites", "schools.csv", "modelled", notes=("3 places outside were left out",)),
        source("elements", "starlink.tle", "measured", totals={"satellites": 50.0}),
    )


def sample_thresholds(plan: Plan) -> pd.DataFrame:
    reached = plan.reached_people
    return pd.DataFrame(
        {
            "density_limit_per_km2": [500.0, 1000.0, np.inf],
            "eligible_people": [reached * 1.5, reached * 2, reached * 3],
            "reached_people": [reached * 0.9, reached, reached],
            "reached_worth_people": [reached * 0.9, reached, reached],
            "replanned_people": [reached * 0.95, reached, reached * 1.4],
            "replanned_worth_people": [reached * 0.95, reached, reached * 1.4],
            "hubs_kept": [8, 10, 3],
            "without": ["", "", ""],
        }
    )


def sample_study(hubs: int) -> Study:
    return Study.model_validate(
        {
            "programme": {
                "name": "Four Squares Online",
                "country": "Squareland",
                "promise_people": 1_000_000,
                "promise_by": dt.date(2030, 12, 31),
            },
            "people": {"builtin": "kenya"},
            "sites": {"builtin": "kenya"},
            "service": {"radius_km": RADIUS_KM},
            "choice": {"hubs": hubs},
            "cost": {"builtin": "kenya", "currency": "KES", "currency_per_usd": 129.0},
        }
    )
