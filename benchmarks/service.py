"""How fast the service of hubs is worked out, beside plainer ways: ratios of one run.

``python benchmarks/service.py`` measures processor time (all threads together), after the compiled
code and all maps have been loaded:

1. rain attenuation of many places for many percentages of the year, beside the package ``itur``
   with arrays of places; both read the height of the rain from maps, and results are compared;
2. all attenuation (gases, clouds, rain, scintillation), the same way;
3. the rate of a channel, beside a loop over hubs;
4. drawn years of rain, beside a loop over moments;
5. the whole service of 450 hubs with 1,000 draws, from the sky to the cost of each person, beside
   the same chain in a loop over hubs, and in a loop over draws; loops run for a few and are
   multiplied.

``--quick`` takes fewer places, hubs and draws.
"""

from __future__ import annotations

import argparse
import os
import platform
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import itur
import numpy as np
from numpy.typing import NDArray

from leohub.io.builtin.climate import built_in_climate
from leohub.io.builtin.links import down_link
from leohub.io.builtin.operators import operator_parameters
from leohub.quantities import Quantities, draws, nominal
from leohub.sky.air.attenuation import total_attenuation
from leohub.sky.air.p618 import p618_rain_attenuation_db
from leohub.sky.air.process import P1853_BETA_PER_S, outage_hours
from leohub.sky.visibility.places import Places, places_at
from leohub.study.file import built_in_study
from leohub.study.inputs import Inputs, read_inputs
from leohub.study.service.chain import serve
from leohub.study.service.estimate import estimate
from leohub.study.service.situation import RARE_PCT, Situation
from leohub.study.service.standing import climate_of, find_situation

RAINY_PCT = RARE_PCT[RARE_PCT <= 5]
FREQUENCY_GHZ, DIAMETER_M, EFFICIENCY, CIRCULAR_DEG = 11.7, 0.54, 0.6, 45.0
HEIGHT_KM = 1.0
PEOPLE = 23_000.0
OPERATOR = "starlink"
SEED = 1

Floats = NDArray[np.float64]


def timed(work: Callable[[], object], again: int = 1) -> tuple[float, object]:
    """Return the least processor time of some runs [s], and what the work returned."""
    least, result = np.inf, None
    for _ in range(again):
        start = time.process_time()
        result = work()
        least = min(least, time.process_time() - start)
    return float(least), result


def told(name: str, count: float, what: str, ours_s: float, seconds: float, more: str = "") -> None:
    """Print how many a second a way works out, and how many times that leohub does."""
    ratio = f"leohub is {seconds / ours_s:8,.1f} ×" if name != "leohub" else ""
    print(f"  {name:28} {count / seconds:14,.0f} {what}/s   {ratio}   {more}".rstrip(), flush=True)


def spread(count: int) -> tuple[Floats, Floats, Floats]:
    """Return latitudes, longitudes and elevations over Kenya, by lot."""
    lot = np.random.default_rng(SEED)
    return lot.uniform(-4, 4, count), lot.uniform(34.5, 41, count), lot.uniform(25, 90, count)


def differ(ours: object, theirs: object) -> str:
    """Say by how much two results differ."""
    share = np.abs(np.asarray(ours) / np.asarray(theirs) - 1)
    return f"differs by {100 * np.median(share):.2g} % (median), {100 * share.max():.2g} % at most"


def compare_rain(count: int, few: int) -> None:
    grid = built_in_climate()[0]
    lat, lon, elevation = spread(count)
    rain_rate = grid.at(lat, lon, HEIGHT_KM).rain_rate_001_mm_h

    def ours(size: int) -> Floats:
        climate = grid.at(lat[:size], lon[:size], HEIGHT_KM).spread(1)
        return p618_rain_attenuation_db(
            lat_deg=lat[:size, None],
            height_km=HEIGHT_KM,
            elevation_deg=elevation[:size, None],
            frequency_ghz=FREQUENCY_GHZ,
            tilt_deg=CIRCULAR_DEG,
            rain_rate_001_mm_h=climate.rain_rate_001_mm_h,
            rain_height_km=climate.rain_height_km,
            exceeded_pct=RAINY_PCT,
        )

    def theirs(size: int) -> Floats:
        each = [
            itur.models.itu618.rain_attenuation(
                lat[:size],
                lon[:size],
                FREQUENCY_GHZ,
                elevation[:size],
                hs=HEIGHT_KM,
                p=pct,
                R001=rain_rate[:size],
                tau=CIRCULAR_DEG,
            ).value
            for pct in RAINY_PCT.tolist()
        ]
        return np.stack(each, axis=-1)

    theirs(2)
    print(f"1. rain attenuation at {count:,} places for {len(RAINY_PCT)} percentages of the year")
    ours_s, found = timed(lambda: ours(count), again=3)
    told("leohub", count * len(RAINY_PCT), "values", ours_s, ours_s)
    seconds, answer = timed(lambda: theirs(few))
    scaled = seconds * count / few
    told(
        f"itur, {few:,} places",
        count * len(RAINY_PCT),
        "values",
        ours_s,
        scaled,
        differ(np.asarray(found)[:few], answer),
    )
    print()


def compare_total(count: int, few: int) -> None:
    grid = built_in_climate()[0]
    lat, lon, elevation = spread(count)

    def ours(size: int) -> Floats:
        return total_attenuation(
            grid.at(lat[:size], lon[:size], HEIGHT_KM).spread(1),
            lat_deg=lat[:size, None],
            height_km=HEIGHT_KM,
            elevation_deg=elevation[:size, None],
            frequency_ghz=FREQUENCY_GHZ,
            tilt_deg=CIRCULAR_DEG,
            diameter_m=DIAMETER_M,
            efficiency=EFFICIENCY,
            exceeded_pct=RARE_PCT,
        ).total_db

    def theirs(size: int) -> Floats:
        each = [
            itur.atmospheric_attenuation_slant_path(
                lat[:size],
                lon[:size],
                FREQUENCY_GHZ,
                elevation[:size],
                pct,
                DIAMETER_M,
                hs=HEIGHT_KM,
                eta=EFFICIENCY,
                tau=CIRCULAR_DEG,
            ).value
            for pct in RARE_PCT.tolist()
        ]
        return np.stack(each, axis=-1)

    theirs(2)
    print(f"2. all attenuation at {count:,} places for {len(RARE_PCT)} percentages of the year")
    ours_s, _ = timed(lambda: ours(count), again=3)
    told("leohub", count * len(RARE_PCT), "values", ours_s, ours_s)
    seconds, _ = timed(lambda: theirs(few))
    told(
        f"itur, {few:,} places",
        count * len(RARE_PCT),
        "values",
        ours_s,
        seconds * count / few,
        "(it reads all of its maps)",
    )
    print()


def compare_rates(count: int, few: int) -> None:
    link = down_link(nominal(operator_parameters(OPERATOR).quantities))
    lot = np.random.default_rng(SEED)
    place = lot.uniform(25, 90, count), lot.uniform(500, 1100, count), lot.uniform(0, 8, count)
    print(f"3. rate of a channel over {count:,} hubs")
    ours_s, found = timed(lambda: link.rate_mbps(*place), again=3)
    told("leohub", count, "hubs", ours_s, ours_s)

    def one_by_one() -> list[float]:
        each = zip(*(values[:few].tolist() for values in place), strict=True)
        return [float(link.rate_mbps(*hub)) for hub in each]

    seconds, answer = timed(one_by_one)
    told("hub by hub", count, "hubs", ours_s, seconds * count / few)
    assert np.allclose(np.asarray(found)[:few], np.asarray(answer))
    print()


def compare_years(count: int) -> None:
    limit_pct = np.full(8640, 0.3)
    steps = round(365.25 * limit_pct.size)
    print(f"4. years of rain, a value every 10 s: {steps:,} moments each")
    ours_s, _ = timed(lambda: outage_hours(limit_pct, count, SEED), again=2)
    told("leohub", count, "years", ours_s, ours_s)

    def moment_by_moment() -> float:
        random = np.random.default_rng(SEED)
        kept = float(np.exp(-P1853_BETA_PER_S * 10))
        fresh, value, out = (1 - kept**2) ** 0.5, 0.0, 0
        for noise in random.standard_normal(steps).tolist():
            value = kept * value + fresh * noise
            out += value > 2.748
        return out / 360

    seconds, _ = timed(moment_by_moment)
    told("moment by moment", count, "years", ours_s, seconds * count)
    print()


class Hubs:
    """Hubs of the built-in study by lot, and everything that their service rests on."""

    def __init__(self, count: int) -> None:
        self.inputs: Inputs = read_inputs(built_in_study())
        chosen = np.random.default_rng(SEED).choice(len(self.inputs.sites), count, replace=False)
        sites = self.inputs.sites.iloc[chosen]
        self.places = places_at(sites["lat_deg"], sites["lon_deg"], sites["height_m"] / 1000)
        service = self.inputs.service.quantities(OPERATOR)
        self.quantities: Quantities = {**service, **self.inputs.cost.quantities}

    def situation(self, places: Places) -> Situation:
        """Find out what does not change from draw to draw."""
        service = self.inputs.service
        climate, height_km = climate_of(service.climate, places)
        return find_situation(
            places=places,
            people=np.full(len(places), PEOPLE),
            overhead=self.inputs.overhead,
            quantities=self.quantities,
            fitted=self.quantities,
            climate=climate,
            height_km=height_km,
            sunshine=service.sunshine,
            backhaul=service.backhaul,
            load=service.load,
            cost=self.inputs.cost,
            hours=24.0,
            step_s=60.0,
            seed=SEED,
        )


def compare_service(count: int, drawn: int, few_hubs: int, few_draws: int) -> None:
    hubs = Hubs(count)
    hubs.situation(hubs.places.select(slice(2)))
    print(f"5. service of {count} hubs with {drawn:,} draws")
    situation_s, situation = timed(lambda: hubs.situation(hubs.places))
    estimate_s, _ = timed(lambda: estimate(situation, hubs.quantities, count=drawn, seed=SEED))
    ours_s = situation_s + estimate_s
    pairs = count * drawn
    told("leohub", pairs, "draws of a hub", ours_s, ours_s)
    print(
        f"  {'':28} {situation_s:.1f} s for sky, air, ways and power; {estimate_s:.1f} s for draws"
    )

    def hub_by_hub() -> None:
        for number in range(few_hubs):
            alone = hubs.situation(hubs.places.select(slice(number, number + 1)))
            estimate(alone, hubs.quantities, count=drawn, seed=SEED)

    seconds, _ = timed(hub_by_hub)
    told("hub by hub", pairs, "draws of a hub", ours_s, seconds * count / few_hubs)

    def draw_by_draw() -> None:
        values = draws(hubs.quantities, drawn, SEED)
        for number in range(few_draws):
            one = {name: column[number : number + 1, None] for name, column in values.items()}
            serve(one, situation)

    seconds, _ = timed(draw_by_draw)
    told(
        "draw by draw (no situation)",
        pairs,
        "draws of a hub",
        estimate_s,
        seconds * drawn / few_draws,
        "(of the draws alone)",
    )


def processor() -> str:
    """Return the name of the processor, as the system tells it."""
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer places, hubs and draws")
    quick = parser.parse_args().quick
    warnings.filterwarnings("ignore", module="itur")
    print(f"{processor()}, {os.cpu_count()} processors, Python {platform.python_version()}")
    print(f"itur {itur.__version__}\n")
    places = 2_000 if quick else 20_000
    compare_rain(places, few=places)
    compare_total(places, few=places // 10)
    compare_rates(places * 10, few=2_000)
    compare_years(5 if quick else 20)
    if quick:
        compare_service(100, 100, few_hubs=2, few_draws=20)
    else:
        compare_service(450, 1_000, few_hubs=4, few_draws=50)


if __name__ == "__main__":
    main()
