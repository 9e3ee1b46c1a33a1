"""`Study`: what a planner writes in `study.toml`, field by field.

The descriptions here are the manual: `docs/reference/study.md` is made from them.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from leohub.constants import FIRST_YEAR, LAST_YEAR
from leohub.io.builtin.quantities import built_in_quantities

BUILT_IN = "built-in"
"""Stands for a file that comes with leohub."""

ITUR = "itur"
"""Stands for the optional package of that name."""

Share = Annotated[float, Field(ge=0, le=100)]
Positive = Annotated[float, Field(gt=0)]
Basis = Literal["measured", "modelled", "assumed"]
RadiusKm = Annotated[float, Field(gt=0, le=200)]
Money = Annotated[float, Field(ge=0, le=1e15)]
LifeYears = Annotated[float, Field(ge=0.1, le=100)]

_ASSUMED = built_in_quantities("hub/cost.toml")[0]


def _between(name: str) -> str:
    """Say what a number lies between where a study leaves it out."""
    quantity = _ASSUMED[name]
    return f"Left out, it is assumed, from {quantity.low:g} to {quantity.high:g}."


def setting(default: Any, description: str, unit: str = "") -> Any:  # noqa: ANN401
    """Declare a field with its default, its meaning and its unit."""
    return Field(default, description=description, json_schema_extra={"unit": unit})


def required(description: str, unit: str = "") -> Any:  # noqa: ANN401
    """Declare a field that has no default that could be defended."""
    return Field(description=description, json_schema_extra={"unit": unit})


class Section(BaseModel):
    """A table of the study file. Unknown keys are errors: a typing mistake must not pass."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


class Provenance(Section):
    """Who published a file, for what date, under which licence. Carried into every output."""

    origin: str = setting("", "Who published it, and where.")
    date: str = setting("", "The date that the data describe.")
    licence: str = setting("", "The licence they come under.")
    basis: Basis = setting(
        "measured",
        "What the file holds: measured (a census, a survey, a register), modelled (worked out from "
        "something else) or assumed.",
    )


class Programme(Section):
    """What is promised, to whom, by when."""

    name: str = required("Name of the programme, as it should stand on the report.")
    country: str = required("Country or area that is planned for.")
    promise_people: Positive | None = setting(
        None, "How many people the programme has promised to reach.", "people"
    )
    promise_by: dt.date | None = setting(None, "The day by which it promised that.", "date")


class People(Provenance):
    """Where people live: a grid, a table of H3 cells, or the built-in surface."""

    builtin: Literal["kenya"] | None = setting(
        None, "Built-in country: census facts and a modelled surface between them."
    )
    grid: str | None = setting(
        None, "Population raster (GeoTIFF, may be .gz), people per pixel, in any projection."
    )
    table: str | None = setting(None, "Table of H3 cells with people (CSV, Parquet; may be .gz).")
    table_cell: str = setting("h3", "Column of `table` with the H3 cell id.")
    table_people: str = setting("population", "Column of `table` with the people.")
    basis: Basis = setting(
        "modelled", "Population grids spread census counts over the land: modelled, by default."
    )
    resolution: Annotated[int, Field(ge=4, le=10)] | None = setting(
        None,
        "H3 resolution of the cells. Default: the coarsest whose cell centres lie no further apart "
        "than a quarter of the smallest service radius.",
        "H3 resolution",
    )
    snap_km: Annotated[float, Field(ge=0)] = setting(
        10.0,
        "People whose pixel lies outside every region (coasts and borders drawn more coarsely than "
        "the grid) are counted in the nearest region if it is this near; others are left out.",
        "km",
    )

    @model_validator(mode="after")
    def _one_source(self) -> People:
        given = [name for name in ("builtin", "grid", "table") if getattr(self, name)]
        if len(given) != 1:
            raise ValueError("give exactly one of builtin, grid or table")
        if self.table is None and {"table_cell", "table_people"} & self.model_fields_set:
            raise ValueError("table_cell and table_people go with table only")
        if self.builtin is not None and "snap_km" in self.model_fields_set:
            raise ValueError("snap_km does not go with builtin")
        return self


class Regions(Provenance):
    """Regions (counties, districts …) with their boundaries. Not needed with `people.builtin`."""

    file: str = required("Polygons: GeoJSON, GeoPackage or GeoParquet.")
    code: str = setting("code", "Column with the region's code.")
    name: str = setting("name", "Column with the region's name.")


class Census(Provenance):
    """What the census says of each region. Joined to the regions by code, or else by name."""

    file: str = required("Table (CSV, XLSX, Parquet, GeoJSON, GeoPackage) with a row per region.")
    code: str | None = setting(None, "Column with the region's code. Default: join by name.")
    name: str | None = setting(None, "Column with the region's name, used where `code` is not.")
    population: str | None = setting(
        None, "Column with the census count, to compare the people grid with.", "people"
    )
    internet_use: str = required(
        "Column with the share of people who already use the internet.", "% of people"
    )
    aliases: dict[str, str] = setting(
        {}, 'Names in the census → names of the regions: {"Nairobi North" = "Nairobi"}.'
    )


class Unserved(Provenance):
    """Who counts as unserved, and which cells a hub may claim."""

    density_limit_per_km2: Annotated[float, Field(gt=0, allow_inf_nan=True)] = setting(
        1000.0,
        "Cells with more people per km² than this are taken as served by terrestrial networks and "
        "are not eligible. inf keeps every cell.",
        "people/km²",
    )
    coverage_layer: str | None = setting(
        None,
        "Polygons (GeoJSON, GeoPackage, GeoParquet) where terrestrial networks serve: cells whose "
        "centre lies inside are not eligible.",
    )
    internet_use_pct: Share | None = setting(
        None,
        "Share of people already using the internet, the same everywhere: only where there is no "
        "census table.",
        "% of people",
    )


class SiteList(Provenance):
    """A list of candidate places of one kind."""

    kind: str = required("What these places are: school, clinic, co-operative, market …")
    file: str = required("CSV (may be .gz), GeoJSON, GeoPackage or XLSX; one row per place.")
    id: str | None = setting(None, "Column with a unique id. Default: the row number.")
    name: str | None = setting(None, "Column with the name.")
    lat: str = setting("lat", "Column with the latitude (files without geometry).", "° WGS 84")
    lon: str = setting("lon", "Column with the longitude (files without geometry).", "° WGS 84")
    height: str | None = setting(
        None, "Column with the height above the ellipsoid (WGS 84). Default: 0.", "m"
    )
    where: dict[str, list[str]] = setting(
        {}, "Keep only rows whose column has one of these values."
    )
    skip_without_place: bool = setting(
        False, "Leave out (and count) rows without coordinates instead of refusing the file."
    )
    radius_km: RadiusKm | None = setting(
        None, "Service radius of hubs at these places. Default: `service.radius_km`.", "km"
    )


class Sites(Section):
    """Candidate places."""

    builtin: Literal["kenya"] | None = setting(
        None, "Built-in modelled schools, clinics, co-operatives and markets."
    )
    lists: list[SiteList] = setting([], "Candidate lists, each as a `[[sites.lists]]` table.")
    outside_limit_pct: Share = setting(
        2.0,
        "Places outside the country are left out and counted; above this share of a list the list "
        "is refused, because latitude and longitude are probably swapped.",
        "% of rows",
    )


class Service(Section):
    """Whom a hub serves, and how the service it will get is estimated."""

    radius_km: RadiusKm = setting(
        5.0, "People living within this geodesic distance of a hub are reached by it.", "km"
    )
    draws: Annotated[int, Field(ge=20, le=100_000)] = setting(
        1000,
        "How often the assumed numbers are drawn from their ranges: intervals are the middle 80 % "
        "of what comes out.",
        "draws",
    )


class Climate(Provenance):
    """Rain, cloud and air over the hubs."""

    file: str = setting(
        BUILT_IN,
        "Table of the ITU's climate by place (CSV or Parquet): `built-in` covers Kenya; `itur` "
        "takes any place on Earth from the optional package of that name.",
    )


class Sunshine(Provenance):
    """What the sun gives, month by month."""

    file: str = setting(
        BUILT_IN,
        "Table of stations with lat_deg, lon_deg, name and jan to dec (mean daily global radiation "
        "in kWh/m²); `built-in` covers Kenya.",
    )


class Latency(Provenance):
    """Where traffic comes down to the ground and leads to. Default: what is built in."""

    network: Literal["kenya-after", "kenya-before"] | None = setting(
        None,
        "Built-in configuration of Starlink's traffic from Kenya: since its point of presence in "
        "Nairobi, or before. Default for a programme in Kenya: since.",
    )
    gateways: str | None = setting(
        None, "Or: list of gateways (name, lat, lon, perhaps pop; CSV, Excel, GeoJSON or Parquet)."
    )
    pops: str | None = setting(
        None, "List of points of presence (code, name, lat, lon). Default: the operator's."
    )
    home_pops: list[str] = setting(
        [], "Codes of those that the traffic of the hubs goes to. Default: the nearest."
    )
    server_lat_deg: Annotated[float, Field(ge=-90, le=90)] | None = setting(
        None, "Where the other end of the traffic is. Default: amid the hubs.", "°"
    )
    server_lon_deg: Annotated[float, Field(ge=-180, le=180)] | None = setting(
        None, "Where the other end of the traffic is.", "°"
    )

    @model_validator(mode="after")
    def _one_network(self) -> Latency:
        own = {"gateways", "pops", "home_pops", "server_lat_deg", "server_lon_deg"}
        if self.network is not None and own & self.model_fields_set:
            raise ValueError("give network, or gateways, pops, home_pops and server, not both")
        if (self.server_lat_deg is None) != (self.server_lon_deg is None):
            raise ValueError("give server_lat_deg and server_lon_deg together")
        return self


class Load(Provenance):
    """How busy the operator's cells already are."""

    country: str | None = setting(
        None,
        "Country whose published median speeds the load is fitted to. Default: "
        "`programme.country`; where none are published, what the other countries come to.",
    )
    growth: Annotated[float, Field(ge=0.1, le=100)] = setting(
        1.0,
        "How many times as busy the cells are as when those speeds were published: 2 for a plan "
        "that looks ahead and expects twice the terminals.",
        "times",
    )
    file: str | None = setting(
        None, "Map of the load: lat_deg, lon_deg and busy_terminals (CSV or Parquet)."
    )


class Range(Section):
    """A number that is not known, with the ends of what is thought possible."""

    value: float = required("The likeliest value.")
    low: float = required("The lowest that is thought possible.")
    high: float = required("The highest that is thought possible.")

    @model_validator(mode="after")
    def _in_order(self) -> Range:
        if not self.low <= self.value <= self.high:
            raise ValueError(f"{self.value:g} does not lie from {self.low:g} to {self.high:g}")
        return self


class Choice(Section):
    """How many hubs, and how hard to look for the best ones."""

    hubs: Annotated[int, Field(gt=0, le=1_000_000)] | None = setting(
        None, "How many hubs to choose.", "hubs"
    )
    budget: Annotated[float, Field(gt=0, le=1e15)] | None = setting(
        None,
        "Or: what all hubs together may cost, capital plus running cost over "
        "`cost.lifetime_years`.",
        "currency",
    )
    time_limit_s: Positive = setting(
        60.0, "Longest time to spend on the choice; the best plan found is kept.", "s"
    )
    gap_pct: Share = setting(0.1, "Good enough: stop when the proven gap is this small.", "%")
    exact_limit_pairs: Annotated[int, Field(ge=0)] = setting(
        200_000,
        "Largest number of site-cell pairs that is also given to the exact solver (HiGHS). "
        "Larger problems of this kind give it no answer within minutes.",
        "pairs",
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Choice:
        if (self.hubs is None) == (self.budget is None):
            raise ValueError("give exactly one of hubs or budget")
        return self


class Shell(Section):
    """One shell of a constellation given by its filing."""

    inclination_deg: Annotated[float, Field(ge=0, le=180)] = required("Inclination.", "°")
    altitude_km: Annotated[float, Field(ge=200, le=2000)] = required("Altitude.", "km")
    satellites: Annotated[int, Field(gt=0, le=100_000)] = required(
        "Number of satellites.", "satellites"
    )
    planes: Annotated[int, Field(gt=0)] = required("Number of orbital planes.", "planes")

    @model_validator(mode="after")
    def _no_empty_plane(self) -> Shell:
        if self.planes > self.satellites:
            raise ValueError(f"{self.planes} planes need at least as many satellites")
        return self


class SkyGateways(Provenance):
    """Where satellites come down to the ground: only those that reach a gateway are usable."""

    file: str = setting(
        BUILT_IN,
        "List of gateways (name, lat, lon; CSV, Excel, GeoJSON or Parquet), or `built-in`: "
        "Starlink's as enthusiasts list them, which has none in East Africa.",
    )
    outages: str | None = setting(
        None, "When gateways are out of order: a table of gateway, begin and end (UTC)."
    )
    lasers: bool | None = setting(
        None,
        "Whether traffic reaches a gateway over the laser links of a shell, or only through a "
        "satellite that sees one itself (bent pipe). Default: as the operator has them.",
    )


class Bulletin(Provenance):
    """How the Earth stands: UT1 − UTC and the motion of the pole."""

    file: str = required("Bulletin: CelesTrak's CSV or the IERS's finals2000A.")


class Horizons(Provenance):
    """What hides the sky at the candidate places: hills, trees, houses."""

    file: str = required(
        "Table of azimuth_deg and elevation_deg, with `place` unless one profile holds for all: "
        "the site's id as in hubs.csv, kind and id (`school:7`)."
    )


class Sky(Provenance):
    """The constellation above, and how its operator uses it."""

    operator: Literal["starlink", "oneweb", "amazon-leo"] = setting(
        "starlink", "Whose satellites: sets the defaults of the operator parameters below."
    )
    elements: str | None = setting(
        None,
        "Element sets: TLE, or OMM as JSON, CSV or XML (may be .gz). Default: the operator's "
        "shells as flying, spread evenly (modelled).",
    )
    shells: list[Shell] = setting([], "Or: shells of your own, each as a `[[sky.shells]]` table.")
    min_elevation_deg: Annotated[float, Field(ge=0, le=90)] | None = setting(
        None, "Lowest elevation at which a terminal connects. Default: the operator's.", "°"
    )
    arc_avoidance_deg: Annotated[float, Field(ge=0, le=90)] | None = setting(
        None,
        "Satellites within this angle of the visible geostationary arc are not used. Default: the "
        "operator's.",
        "°",
    )
    policy: Literal["highest", "longest", "random"] = setting(
        "highest",
        "Which usable satellite serves a slot: the highest; the one in use for as long as it is "
        "usable, then the one that will be the longest; or any, by lot. Operators do not publish "
        "theirs; it decides elevations and handovers, not how often there is service.",
    )
    gateways: SkyGateways | None = setting(
        None, "Gateways. Without them every satellite carries traffic."
    )
    bulletin: Bulletin | None = setting(
        None, "Earth orientation. Without it UT1 = UTC and the pole is fixed: 0.04° at most."
    )
    horizons: Horizons | None = setting(None, "Horizons. Without them nothing hides the sky.")
    min_altitude_km: Annotated[float, Field(ge=0)] | None = setting(
        None,
        "Satellites below this mean altitude are raising or decaying, not broadband. Default: the "
        "operator's.",
        "km",
    )
    max_element_age_days: Annotated[float, Field(gt=0, le=3650)] = setting(
        3.0,
        "Element sets older than this at `start` are left out (and counted); if more than half "
        "are, the file is refused. After 7 hours half of the satellites are more than 4 km away "
        "from where old elements put them.",
        "days",
    )
    start: dt.datetime | None = setting(
        None, "First moment that is computed. Default: when the newest element sets are of.", "UTC"
    )
    hours: Annotated[float, Field(gt=0, le=168)] = setting(24.0, "How long to look.", "h")
    step_s: Annotated[float, Field(ge=1, le=300)] = setting(
        15.0, "Length of a slot: Starlink re-schedules every 15 s.", "s"
    )

    @model_validator(mode="after")
    def _one_sky(self) -> Sky:
        if self.elements is not None and self.shells:
            raise ValueError("give elements or [[sky.shells]], not both")
        if self.start is not None and not FIRST_YEAR <= self.start.year <= LAST_YEAR:
            raise ValueError(f"start must lie in the years {FIRST_YEAR} to {LAST_YEAR}")
        return self


class Price(Section):
    """One line of the price table of a hub: a part, a service, staff or transport."""

    item: str = required("What is bought.")
    amount: Money = required("Price of one unit, in today's money.", "currency")
    low: Money | None = setting(
        None, "Lowest price that is thought possible. Default: `amount`.", "currency"
    )
    high: Money | None = setting(
        None, "Highest price that is thought possible. Default: `amount`.", "currency"
    )
    charged: Literal["once", "monthly"] = required(
        "Paid once per hub (and again whenever `lasts_years` are over), or every month."
    )
    quantity: Annotated[float, Field(ge=0, le=1e9)] = setting(
        1.0, "Units per hub: pieces, watts, days of a technician, kilometres of transport.", "units"
    )
    lasts_years: LifeYears | None = setting(
        None,
        "After how long it is bought again. Default: it lasts as long as the hub.",
        "years",
    )
    lasts_low_years: LifeYears | None = setting(
        None, "Shortest time it is thought to last. Default: `lasts_years`.", "years"
    )
    lasts_high_years: LifeYears | None = setting(
        None, "Longest time it is thought to last. Default: `lasts_years`.", "years"
    )
    operator: Literal["", "starlink", "oneweb", "amazon-leo"] = setting(
        "",
        "Whose terminal or plan it is: `leohub compare` then has those of the others instead. Left "
        "out, hubs need it under any sky.",
    )
    basis: Literal["published", "assumed"] = setting(
        "assumed", "Whether the price is published (then give `origin`) or assumed."
    )
    origin: str = setting("", "Who published it, or what the assumption rests on.")
    date: str = setting("", "The date of the price.")

    @field_validator("low", "high")
    @classmethod
    def _about_the_amount(cls, end: float | None, info: ValidationInfo) -> float | None:
        return _checked_end(end, "amount", info)

    @field_validator("lasts_years")
    @classmethod
    def _only_what_is_bought_once(cls, years: float | None, info: ValidationInfo) -> float | None:
        if years is not None and info.data.get("charged") == "monthly":
            raise ValueError('what is charged "monthly" is not bought again: leave it out')
        return years

    @field_validator("lasts_low_years", "lasts_high_years")
    @classmethod
    def _about_its_life(cls, end: float | None, info: ValidationInfo) -> float | None:
        return _checked_end(end, "lasts_years", info)

    @model_validator(mode="after")
    def _published_by_someone(self) -> Price:
        if self.basis == "published" and not self.origin:
            raise ValueError("a published price needs its origin: say who published it")
        return self


def _checked_end(end: float | None, middle: str, info: ValidationInfo) -> float | None:
    """Refuse an end of a range that lies on the wrong side of its middle, or has none."""
    if end is None or middle not in info.data:
        return end
    value = info.data[middle]
    if value is None:
        raise ValueError(f"it is an end of the range of {middle}: give that, too")
    if "low" in str(info.field_name) and end > value:
        raise ValueError(f"{end:g} is above {middle}, {value:g}: give {value:g} or less")
    if "high" in str(info.field_name) and end < value:
        raise ValueError(f"{end:g} is below {middle}, {value:g}: give {value:g} or more")
    return end


class Cost(Section):
    """What a hub costs over its life, in constant prices: inflation is left out."""

    builtin: Literal["kenya"] | None = setting(None, "Built-in published Kenyan prices.")
    currency: str = setting("USD", "Currency of all prices (ISO 4217).")
    currency_per_usd: Annotated[float, Field(ge=1e-6, le=1e9)] | None = setting(
        None,
        "Exchange rate: units of `currency` for one US dollar. Required unless that is USD.",
        "currency/USD",
    )
    currency_origin: str = setting("", "Source and date of the exchange rate.")
    lifetime_years: Annotated[float, Field(gt=0, le=100)] = setting(
        5.0, "How long a hub runs. Its cost is spread over this time.", "years"
    )
    discount_pct_per_year: Annotated[float, Field(ge=-50, le=100)] = setting(
        _ASSUMED["cost.discount_pct_per_year"].value,
        "Real discount rate, above inflation: what later payments are worth less a year, and the "
        f"interest of capital. {_between('cost.discount_pct_per_year')}",
        "%/year",
    )
    upkeep_pct_per_year: Share = setting(
        _ASSUMED["cost.upkeep_pct_per_year"].value,
        "Repair and small parts a year, as a share of the capital. What wears out is bought again "
        f"by `lasts_years` of its price. {_between('cost.upkeep_pct_per_year')}",
        "% of capital",
    )
    residual_pct: Share = setting(
        _ASSUMED["cost.residual_pct"].value,
        "Share of the straight-line value of used parts that counts at the end. It lowers the cost "
        f"a month, not what a budget has to pay. {_between('cost.residual_pct')}",
        "%",
    )
    prices: list[Price] = setting(
        [], "Price lines, each as a `[[cost.prices]]` table; added to the built-in ones."
    )

    @model_validator(mode="after")
    def _one_currency(self) -> Cost:
        if self.builtin and self.currency != "KES":
            raise ValueError('the built-in Kenyan prices are in KES: set currency = "KES"')
        if self.currency != "USD" and self.currency_per_usd is None:
            raise ValueError(f"currency_per_usd is missing: how many {self.currency} is one USD?")
        if self.currency == "USD" and self.currency_per_usd not in (None, 1.0):
            raise ValueError("currency_per_usd is given, but the currency is USD: set currency")
        return self


class Partner(Section):
    """A local organisation that runs hubs, and its territory."""

    name: str = required("Name of the partner.")
    regions: list[str] = required("Regions of its territory, by code or name.")


class Study(Section):
    """A plan to be made: everything a planner decides, and every file it rests on."""

    programme: Programme = required("The programme.")
    people: People = required("Where people live.")
    regions: Regions | None = setting(None, "Regions with boundaries.")
    census: Census | None = setting(None, "Census figures by region.")
    unserved: Unserved = setting(Unserved(), "Who is unserved.")
    sites: Sites = required("Candidate places.")
    service: Service = setting(Service(), "Whom a hub serves.")
    choice: Choice = required("How many hubs.")
    sky: Sky = setting(Sky(), "The constellation.")
    climate: Climate = setting(Climate(), "Rain, cloud and air.")
    sunshine: Sunshine = setting(Sunshine(), "What the sun gives.")
    latency: Latency = setting(Latency(), "Where traffic leads to.")
    load: Load = setting(Load(), "How busy the cells are.")
    assumptions: dict[str, float | Range] = setting(
        {},
        "Numbers of your own instead of those that come with leohub, by the names of the "
        "reference of quantities: a number, taken as known, or value, low and high.",
    )
    cost: Cost = setting(Cost(), "What a hub costs.")
    partners: list[Partner] = setting(
        [],
        "Partners and territories, each as a `[[partners]]` table. When given, places outside "
        "every territory are left out.",
    )
    seed: Annotated[int, Field(ge=0, lt=2**32)] = setting(1, "Seed of everything random.", "")
    results: str = setting("results", "Folder that the results are written to.")

    @model_validator(mode="after")
    def _complete(self) -> Study:
        builtin = self.people.builtin is not None
        if not builtin and self.regions is None:
            raise ValueError("[regions] is missing: it is needed with people.grid or people.table")
        if not builtin and self.census is None and self.unserved.internet_use_pct is None:
            raise ValueError("give [census] or unserved.internet_use_pct: who is unserved?")
        if builtin and (self.regions is not None or self.census is not None):
            raise ValueError(
                "[regions] and [census] do not go with people.builtin, which brings its own"
            )
        if (builtin or self.census is not None) and self.unserved.internet_use_pct is not None:
            raise ValueError(
                "unserved.internet_use_pct is for countries without a census table; here there is "
                "one, so take it out"
            )
        if self.sites.builtin is None and not self.sites.lists:
            raise ValueError("[sites] names no candidate places: give builtin or [[sites.lists]]")
        if self.cost.builtin is None and not self.cost.prices:
            raise ValueError("[cost] has no prices: give builtin or [[cost.prices]]")
        return self
