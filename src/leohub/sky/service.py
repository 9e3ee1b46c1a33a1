"""What a day of the sky gives to places: satellites in view, usable ones, who serves, gaps."""

from __future__ import annotations

import datetime as dt

import numpy as np
import xarray as xr

from leohub.sky.constellation import Constellation
from leohub.sky.gateways import Gateways
from leohub.sky.motion.moments import SLOT_S, Times, slot_times, to_datetime64
from leohub.sky.motion.orientation import EarthOrientation
from leohub.sky.motion.propagation import Orbits
from leohub.sky.shells import largest_first
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.record import Tick, record
from leohub.sky.visibility.rules import Rules
from leohub.sky.visibility.sweep import Sweep
from leohub.sky.visibility.watch import all_sightings

MODEL = (
    "SGP4 on mean elements, or positions that the operator publishes; TEME to ITRF by GMST 1982; "
    "geodetic elevation on WGS 84 without refraction; geostationary arc down to the horizon"
)

MEANING = {
    "lat_deg": ("degrees_north", "latitude (WGS 84)"),
    "lon_deg": ("degrees_east", "longitude (WGS 84)"),
    "height_km": ("km", "height above the ellipsoid (WGS 84)"),
    "in_view_mean": ("1", "satellites above the minimum elevation, mean over the slots"),
    "in_view_min": ("1", "satellites above the minimum elevation, at the worst slot"),
    "usable_mean": ("1", "usable satellites, mean over the slots"),
    "usable_min": ("1", "usable satellites, at the worst slot"),
    "longest_gap_in_view_s": ("s", "longest time without a satellite in view (whole slots)"),
    "longest_gap_s": ("s", "longest time without a usable satellite (whole slots)"),
    "outages": ("1", "times without a usable satellite"),
    "usable_pct": ("percent", "slots with at least one usable satellite"),
    "handovers": ("1", "slots that another satellite serves than the slot before"),
    "serving_elevation_mean_deg": ("degree", "elevation of the serving satellite, mean"),
    "serving_range_mean_km": ("km", "distance of the serving satellite, mean"),
    "in_view": ("1", "satellites above the minimum elevation"),
    "usable": ("1", "usable satellites: in view, and nothing forbids to use them"),
    "in_view_by_shell": ("1", "satellites above the minimum elevation, by shell"),
    "usable_by_shell": ("1", "usable satellites, by shell"),
    "serving": ("1", "catalogue number of the serving satellite; -1 where there is none"),
    "serving_elevation_deg": ("degree", "elevation of the serving satellite"),
    "serving_azimuth_deg": ("degree", "azimuth of the serving satellite, from north through east"),
    "serving_range_km": ("km", "distance of the serving satellite"),
}
"""Unit (UDUNITS) and meaning of every variable."""


def day_service(
    constellation: Constellation,
    places: Places,
    rules: Rules,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = SLOT_S,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
    tick: Tick = lambda share: None,
) -> xr.Dataset:
    """Return what each place gets from the sky over some hours.

    Parameters
    ----------
    constellation : Constellation
        Only satellites that carry broadband: see `leohub.sky.screening.screen`.
    places : Places
    rules : Rules
        How the operator lets terminals use the satellites.
    start : datetime
        A moment of the first slot; UTC when without a time zone.
    hours : float
        [h]
    step_s : float
        Length of a slot [s]. What is in view at its beginning counts for all of it.
    gateways : Gateways, optional
        Where given, only satellites that reach one are usable.
    orientation : EarthOrientation, optional
        Without it UT1 = UTC and the pole is fixed.
    tick : callable
        Called with the share done [0..1].

    Returns
    -------
    Dataset
        Dimension ``place``: the columns of table `hubs` in `data/dictionary.csv` that the sky
        gives. Gaps are counted within these hours only.
    """
    times = slot_times(to_datetime64(start), hours, step_s, rules.slot_phase_s)
    found = record(Orbits(constellation, orientation), places, rules, times, gateways, tick=tick)
    columns = {
        "lat_deg": places.lat_deg,
        "lon_deg": places.lon_deg,
        "height_km": places.height_km,
        **found.tally.columns(step_s),
    }
    dataset = xr.Dataset({name: ("place", values) for name, values in columns.items()})
    return describe(dataset, constellation, rules, times, step_s, gateways, orientation, found.lost)


def series(
    constellation: Constellation,
    places: Places,
    rules: Rules,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = SLOT_S,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
    tick: Tick = lambda share: None,
) -> xr.Dataset:
    """Return what each place sees in each slot.

    Parameters are those of `day_service`.

    Returns
    -------
    Dataset
        Over ``(place, time)``: ``in_view`` and ``usable``, and of the satellite that serves its
        catalogue number, ``serving_elevation_deg``, ``serving_azimuth_deg`` and
        ``serving_range_km`` (-1 and NaN where there is none): 20 bytes for each place and slot.
        Over ``place``: the figures of `day_service`.
    """
    times = slot_times(to_datetime64(start), hours, step_s, rules.slot_phase_s)
    orbits = Orbits(constellation, orientation)
    found = record(orbits, places, rules, times, gateways, with_series=True, tick=tick)
    where = {name: ("place", getattr(places, name)) for name in ("lat_deg", "lon_deg", "height_km")}
    dataset = xr.Dataset(
        {name: (("place", "time"), values) for name, values in found.series.items()}
        | {name: ("place", values) for name, values in found.tally.columns(step_s).items()},
        coords={"time": times, **where},
    )
    return describe(dataset, constellation, rules, times, step_s, gateways, orientation, found.lost)


def timeline(
    constellation: Constellation,
    places: Places,
    rules: Rules,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = SLOT_S,
    gateways: Gateways | None = None,
    orientation: EarthOrientation | None = None,
    tick: Tick = lambda share: None,
) -> xr.Dataset:
    """Return what one place sees in each slot, by shell too.

    Parameters are those of `day_service`, with one place.

    Returns
    -------
    Dataset
        What `series` returns, without the dimension ``place``; ``in_view_by_shell`` and
        ``usable_by_shell`` over ``(time, shell)``, the largest shell first; and the figures that
        `day_service` gives, as attributes.
    """
    day = series(
        constellation, places, rules, start=start, hours=hours, step_s=step_s, gateways=gateways,
        orientation=orientation, tick=tick,
    ).isel(place=0)  # fmt: skip
    figures = [name for name, value in day.data_vars.items() if value.ndim == 0]
    day.attrs.update({str(name): day[name].item() for name in figures})
    day = day.drop_vars(figures)
    orbits = Orbits(constellation, orientation)
    sightings, _ = all_sightings(Sweep(orbits, places, rules, day["time"].to_numpy(), gateways))
    shells, shell = largest_first(constellation.shell)
    for name, chosen in (("in_view", sightings), ("usable", sightings.select(sightings.usable))):
        counts = np.zeros((day.sizes["time"], len(shells)), dtype=np.int32)
        np.add.at(counts, (chosen.slot, shell[chosen.satellite]), 1)
        units, meaning = MEANING[f"{name}_by_shell"]
        explained = {"units": units, "long_name": meaning}
        day[f"{name}_by_shell"] = (("time", "shell"), counts, explained)
    return day.assign_coords(shell=shells)


def describe(
    dataset: xr.Dataset,
    constellation: Constellation,
    rules: Rules,
    times: Times,
    step_s: float,
    gateways: Gateways | None,
    orientation: EarthOrientation | None,
    lost: int,
) -> xr.Dataset:
    """Add units, meanings (CF conventions) and what the numbers rest on."""
    for name, variable in dataset.variables.items():
        if name in MEANING:
            variable.attrs["units"], variable.attrs["long_name"] = MEANING[str(name)]
    first, last = constellation.epoch.min(), constellation.epoch.max()
    dataset.attrs.update(
        Conventions="CF-1.11",
        constellation=constellation.name,
        elements_basis=constellation.basis,
        elements_epochs=f"{_moment(first)} to {_moment(last)}",
        satellites=len(constellation),
        satellites_not_propagated=lost,
        start=_moment(times[0]),
        hours=len(times) * step_s / 3600,
        step_s=float(step_s),
        **{name: value for name, value in vars(rules).items() if not isinstance(value, bool)},
        gateways=_downlink(gateways, rules),
        earth_orientation="bulletin" if orientation else "UT1 = UTC, pole fixed",
        model=MODEL,
    )
    return dataset


def _moment(moment: np.datetime64) -> str:
    return f"{moment.astype('datetime64[s]')}Z"


def _downlink(gateways: Gateways | None, rules: Rules) -> str:
    if gateways is None:
        return "not asked: every satellite carries traffic"
    way = "over laser links within each shell" if rules.lasers else "seen directly (bent pipe)"
    return f"{len(gateways)} gateways, {way}"
