"""Why, from the satellites to the outages: sky, air and link of a hub."""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from leohub.io.builtin.links import built_in_modcods
from leohub.sky.air.process import attenuation_db
from leohub.study.service.line import Channel
from leohub.study.service.situation import RARE_PCT
from leohub.study.service.why.step import WAYS, Hub, Step, number
from leohub.units import HOURS_PER_YEAR

RAINY_PCT: Final = 0.01
"""Share of the year that the rain of a place is told by, as the ITU's maps do: 53 minutes [%]."""

AIR: Final = "ITU-R P.618-14; rain P.838-3, gases P.676-12, clouds P.840-8"
SKY: Final = "leohub's sky model, SGP4 and the rules of the study's [sky]"


def sky_steps(one: Hub) -> tuple[Step, ...]:
    """Say which satellites serve the hub."""
    aspect = one.situation.aspect
    far_km = one.mean(np.nan_to_num(aspect.range_km[0]))
    return (
        Step(
            "Usable satellites",
            float(aspect.usable[0]),
            "satellites",
            "those high enough and far enough from the geostationary arc; mean over the hours "
            "watched",
            SKY,
            (),
        ),
        Step(
            "Time with a usable satellite",
            100 * float(aspect.served[0]),
            "% of time",
            "moments with at least one, of all that were watched",
            SKY,
            (),
        ),
        Step(
            "Height of the serving satellite",
            one.mean(aspect.elevation_deg),
            "°",
            f"mean over the time with service; {number(far_km)} km away on average",
            SKY,
            (),
        ),
    )


def air_steps(one: Hub) -> tuple[Step, ...]:
    """Say what the air takes."""
    names = one.named("down.frequency", "terminal.diameter", "terminal.efficiency")
    table_db = one.situation.down_db[0]
    steps = []
    for what, share_pct, how in (
        ("Air of an ordinary hour", RARE_PCT[-1], "gases, clouds and scintillation; no rain"),
        ("Air in hard rain", RAINY_PCT, "53 minutes of an average year are worse: rain above all"),
    ):
        steps.append(
            Step(
                what,
                one.mean(attenuation_db(share_pct, RARE_PCT, table_db)),
                "dB",
                f"taken from the link at {one.say('down.frequency_ghz')} for {share_pct:g} % of "
                f"the year, mean over the places of the serving satellite; {how}",
                AIR,
                names,
            )
        )
    return tuple(steps)


def link_steps(one: Hub, way: str, channel: Channel) -> tuple[Step, ...]:
    """Return signal, rate and margin of the link, one way."""
    esn0_db, clear_mbps = one.of(channel.esn0_db), one.of(channel.clear_mbps)
    overhead = one.values[f"{way}.overhead"]
    bits = clear_mbps / (one.values[f"{way}.channel_mhz"] * overhead)
    modcods = built_in_modcods()
    lowest = f"{modcods.name[0]} at {modcods.lowest_db:g} dB"
    strength = "flux_dbw_m2_4khz" if f"{way}.flux_dbw_m2_4khz" in one.values else "eirp_dbw"
    rest = one.named(f"{way}.")
    return (
        Step(
            f"Signal to noise, {WAYS[way]}",
            esn0_db,
            "dB",
            f"{one.say(f'{way}.{strength}')}, received at {one.say(f'{way}.gt_db_per_k')}; "
            f"interference {one.say(f'{way}.interference_db')} below, modem loss "
            f"{one.say(f'{way}.implementation_loss_db')}; in the air of an ordinary hour, mean",
            "link budget by ITU-R P.525-4; noise of the air by ITU-R P.618-14, section 3",
            rest,
        ),
        Step(
            f"Rate of a channel, {WAYS[way]}",
            clear_mbps,
            "Mbps",
            f"{one.say(f'{way}.channel_mhz')} × {number(overhead)} left by overhead × "
            f"{number(bits)} bits a symbol, by the fastest code that holds "
            f"({_modcod(esn0_db)} at the mean signal)",
            "ETSI EN 302 307-2 (DVB-S2X)",
            (f"{way}.channel_mhz", f"{way}.overhead"),
        ),
        Step(
            f"Tolerated in the air, {WAYS[way]}",
            one.of(channel.tolerated_db),
            "dB",
            f"until the most robust code fails ({lowest}), mean",
            "ETSI EN 302 307-2; noise of rain by ITU-R P.618-14, section 3",
            rest,
        ),
    )


def _modcod(esn0_db: float) -> str:
    modcods = built_in_modcods()
    place = int(np.searchsorted(modcods.threshold_db, esn0_db, side="right")) - 1
    return "none" if place < 0 or math.isnan(esn0_db) else modcods.name[place]


def outages_steps(one: Hub) -> tuple[Step, ...]:
    """Say how often rain cuts the hub off."""
    served_pct = 100 * float(min(one.situation.aspect.served[0], one.situation.reached[0]))
    hours = HOURS_PER_YEAR * served_pct / 100
    down_h, up_h = (
        hours * one.of(way.out_pct) / 100 for way in (one.chain.line.down, one.chain.line.up)
    )
    rain_pct = one.of(one.chain.line.rain_out_pct)
    dark_pct = float(one.situation.supply.loss_of_load_typical_pct[0])
    return (
        Step(
            "Out by rain",
            one.of(one.chain.rain_out_h_per_year),
            "h/year",
            f"more in the air than is tolerated: {number(down_h)} h for the download, "
            f"{number(up_h)} h for the upload; the worse counts",
            AIR,
            (),
        ),
        Step(
            "Available",
            one.of(one.chain.availability_pct),
            "% of time",
            f"{number(served_pct)} % with a satellite and a gateway, less {number(rain_pct)} % out "
            f"by rain and {number(dark_pct)} % without power in a typical month, as if independent",
            "product of the three",
            (),
        ),
    )
