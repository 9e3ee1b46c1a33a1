"""What a day of the sky gives to places: satellites in view, usable ones, gaps."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from leohub.sky.constellation import Constellation
from leohub.sky.motion.moments import slot_times, to_datetime64
from leohub.sky.shells import OTHER
from leohub.sky.visibility.counting import count_by_slot

Floats = NDArray[np.float64]
Tick = Callable[[float], None]

MODEL = (
    "SGP4 on mean elements; TEME to ITRF by GMST 1982 with UT1 = UTC and no polar motion; geodetic "
    "elevation on WGS 84 without refraction; geostationary arc down to the horizon"
)

_MEANING = {
    "lat_deg": ("degrees_north", "latitude (WGS 84)"),
    "lon_deg": ("degrees_east", "longitude (WGS 84)"),
    "in_view_mean": ("1", "satellites above the minimum elevation, mean over the slots"),
    "in_view_min": ("1", "satellites above the minimum elevation, at the worst slot"),
    "usable_mean": ("1", "… also outside the band around the geostationary arc, mean"),
    "usable_min": ("1", "… also outside the band around the geostationary arc, worst slot"),
    "longest_gap_s": ("s", "longest time without a usable satellite (whole slots)"),
    "usable_pct": ("percent", "slots with at least one usable satellite"),
    "in_view": ("1", "satellites above the minimum elevation"),
    "usable": ("1", "… also outside the band around the geostationary arc"),
    "in_view_by_shell": ("1", "satellites above the minimum elevation, by shell"),
    "usable_by_shell": ("1", "… also outside the band around the geostationary arc, by shell"),
}


def day_service(
    constellation: Constellation,
    lat_deg: ArrayLike,
    lon_deg: ArrayLike,
    height_km: ArrayLike = 0.0,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = 15.0,
    min_elevation_deg: float,
    arc_avoidance_deg: float,
    tick: Tick | None = None,
) -> xr.Dataset:
    """Return what each place gets from the sky over some hours.

    Parameters
    ----------
    constellation : Constellation
        Only satellites that carry broadband: see `leohub.sky.screening.screen`.
    lat_deg, lon_deg : array_like, shape (places,)
        Geodetic WGS 84 [°].
    height_km : array_like, shape (places,) or ()
        Above the ellipsoid [km].
    start : datetime
        Beginning of the first slot; UTC when without a time zone.
    hours : float
        [h]
    step_s : float
        Length of a slot [s]. What is in view at its beginning counts for all of it.
    min_elevation_deg, arc_avoidance_deg : float
        The operator's minimum elevation and avoided angle around the geostationary arc [°].
    tick : callable, optional
        Called with the share done [0..1].

    Returns
    -------
    Dataset
        Dimension ``place``: the columns of table `hubs` in `data/dictionary.csv` that the sky
        gives. Gaps are counted within these hours only.
    """
    lat, lon, height = _places(lat_deg, lon_deg, height_km)
    times = slot_times(to_datetime64(start), hours, step_s)
    tally = _Tally(len(lat))
    lost = 0
    for chunk in count_by_slot(
        constellation,
        np.zeros(len(constellation), dtype=np.intp),
        lat,
        lon,
        height,
        times=times,
        min_elevation_deg=min_elevation_deg,
        arc_avoidance_deg=arc_avoidance_deg,
    ):
        tally.add(chunk.in_view[:, :, 0], chunk.usable[:, :, 0])
        lost = max(lost, chunk.lost)
        if tick is not None:
            tick((chunk.first + chunk.in_view.shape[1]) / len(times))
    columns = {"lat_deg": lat, "lon_deg": lon, **tally.columns(step_s)}
    dataset = xr.Dataset({name: ("place", values) for name, values in columns.items()})
    return _described(
        dataset, constellation, start, hours, step_s, min_elevation_deg, arc_avoidance_deg, lost
    )


def timeline(
    constellation: Constellation,
    lat_deg: float,
    lon_deg: float,
    height_km: float = 0.0,
    *,
    start: dt.datetime,
    hours: float = 24.0,
    step_s: float = 15.0,
    min_elevation_deg: float,
    arc_avoidance_deg: float,
    tick: Tick | None = None,
) -> xr.Dataset:
    """Return how many satellites one place has in view and usable in each slot, by shell too.

    Parameters are those of `day_service`, for one place.

    Returns
    -------
    Dataset
        ``in_view`` and ``usable`` over ``time``; ``in_view_by_shell`` and ``usable_by_shell`` over
        ``(time, shell)``, the largest shell first.
    """
    lat, lon, height = _places(lat_deg, lon_deg, height_km)
    times = slot_times(to_datetime64(start), hours, step_s)
    shells, group = _groups(constellation)
    in_view = np.zeros((len(times), len(shells)), dtype=np.int32)
    usable = np.zeros_like(in_view)
    lost = 0
    for chunk in count_by_slot(
        constellation,
        group,
        lat,
        lon,
        height,
        times=times,
        min_elevation_deg=min_elevation_deg,
        arc_avoidance_deg=arc_avoidance_deg,
    ):
        end = chunk.first + chunk.in_view.shape[1]
        in_view[chunk.first : end] = chunk.in_view[0]
        usable[chunk.first : end] = chunk.usable[0]
        lost = max(lost, chunk.lost)
        if tick is not None:
            tick(end / len(times))
    dataset = xr.Dataset(
        {
            "in_view": ("time", in_view.sum(axis=1)),
            "usable": ("time", usable.sum(axis=1)),
            "in_view_by_shell": (("time", "shell"), in_view),
            "usable_by_shell": (("time", "shell"), usable),
        },
        coords={"time": times, "shell": shells},
    )
    dataset.attrs.update(lat_deg=float(lat[0]), lon_deg=float(lon[0]), height_km=float(height[0]))
    return _described(
        dataset, constellation, start, hours, step_s, min_elevation_deg, arc_avoidance_deg, lost
    )


def totals(day: xr.Dataset) -> dict[str, float]:
    """Return what `day_service` would say of the one place of a `timeline`, by the same names."""
    tally = _Tally(1)
    tally.add(*(day[name].to_numpy()[np.newaxis, :] for name in ("in_view", "usable")))
    return {name: values[0].item() for name, values in tally.columns(day.attrs["step_s"]).items()}


class _Tally:
    """Means, minima and gaps of places, fed chunk by chunk."""

    def __init__(self, places: int) -> None:
        self.slots = 0
        self.in_view_sum = np.zeros(places, dtype=np.int64)
        self.usable_sum = np.zeros(places, dtype=np.int64)
        self.in_view_min = np.full(places, np.iinfo(np.int32).max, dtype=np.int32)
        self.usable_min = self.in_view_min.copy()
        self.served = np.zeros(places, dtype=np.int64)
        self.open_gap = np.zeros(places, dtype=np.int64)
        self.longest = np.zeros(places, dtype=np.int64)

    def add(self, in_view: NDArray[np.int32], usable: NDArray[np.int32]) -> None:
        """Take in the counts of the next slots, shape (places, slots)."""
        self.slots += in_view.shape[1]
        self.in_view_sum += in_view.sum(axis=1)
        self.usable_sum += usable.sum(axis=1)
        self.in_view_min = np.minimum(self.in_view_min, in_view.min(axis=1))
        self.usable_min = np.minimum(self.usable_min, usable.min(axis=1))
        self.served += (usable > 0).sum(axis=1)
        for slot in range(usable.shape[1]):
            self.open_gap = np.where(usable[:, slot] > 0, 0, self.open_gap + 1)
            self.longest = np.maximum(self.longest, self.open_gap)

    def columns(self, step_s: float) -> dict[str, NDArray[Any]]:
        """Return the columns of `hubs` in `data/dictionary.csv`."""
        return {
            "in_view_mean": self.in_view_sum / self.slots,
            "in_view_min": self.in_view_min,
            "usable_mean": self.usable_sum / self.slots,
            "usable_min": self.usable_min,
            "longest_gap_s": self.longest * step_s,
            "usable_pct": 100 * self.served / self.slots,
        }


def _places(
    lat_deg: ArrayLike, lon_deg: ArrayLike, height_km: ArrayLike
) -> tuple[Floats, Floats, Floats]:
    lat, lon, height = np.broadcast_arrays(
        np.atleast_1d(np.asarray(lat_deg, dtype=np.float64)),
        np.asarray(lon_deg, dtype=np.float64),
        np.asarray(height_km, dtype=np.float64),
    )
    return lat.copy(), lon.copy(), height.copy()


def _groups(constellation: Constellation) -> tuple[NDArray[np.str_], NDArray[np.intp]]:
    """Return the shells, largest first, and which of them each satellite is in."""
    names = np.where(constellation.shell == "", OTHER, constellation.shell)
    shells, group, sizes = np.unique(names, return_inverse=True, return_counts=True)
    order = np.lexsort((-sizes, shells == OTHER))
    place = np.empty(len(shells), dtype=np.intp)
    place[order] = np.arange(len(shells))
    return shells[order], place[group]


def _described(
    dataset: xr.Dataset,
    constellation: Constellation,
    start: dt.datetime,
    hours: float,
    step_s: float,
    min_elevation_deg: float,
    arc_avoidance_deg: float,
    lost: int,
) -> xr.Dataset:
    """Add units, meanings (CF conventions) and what the numbers rest on."""
    for name, variable in dataset.data_vars.items():
        variable.attrs["units"], variable.attrs["long_name"] = _MEANING[str(name)]
    dataset.attrs.update(
        Conventions="CF-1.11",
        constellation=constellation.name,
        elements_basis=constellation.basis,
        satellites=len(constellation),
        satellites_not_propagated=lost,
        start=f"{to_datetime64(start).astype('datetime64[s]')}Z",
        hours=float(hours),
        step_s=float(step_s),
        min_elevation_deg=float(min_elevation_deg),
        arc_avoidance_deg=float(arc_avoidance_deg),
        model=MODEL,
    )
    return dataset
