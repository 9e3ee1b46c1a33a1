"""Beams: how many a service cell gets of the satellites above it.

A beam carries one channel. Where there are more cells with customers than beams, beams are shared
by time, so that the number of beams of a cell is a mean and may be below one. The capacity of a
cell is its beams times the rate of a channel.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_MEAN_RADIUS_KM
from leohub.validity import above, at_least, at_most, within

Floats = NDArray[np.float64]

_SMALLEST_MBPS = 1e-9


def footprint_km2(altitude_km: ArrayLike, min_elevation_deg: ArrayLike) -> Floats:
    """Return the area from which a satellite is seen at or above an elevation.

    A cap of a sphere with the Earth's mean radius, as in Wertz 2001, Mission Geometry, chapter 9.

    Parameters
    ----------
    altitude_km : array_like
        [km], positive.
    min_elevation_deg : array_like
        [°], from 0 to 90.

    Returns
    -------
    ndarray
        [km²]

    Raises
    ------
    ValueError
        Outside these ranges.
    """
    (altitude,) = above(0, altitude_km=altitude_km)
    elevation = np.radians(
        within(min_elevation_deg, 0, 90, name="min_elevation_deg", model="a satellite's footprint")
    )
    orbit_km = EARTH_MEAN_RADIUS_KM + altitude
    radius_rad = np.arccos(np.cos(elevation) * EARTH_MEAN_RADIUS_KM / orbit_km) - elevation
    return np.asarray(2 * np.pi * EARTH_MEAN_RADIUS_KM**2 * (1 - np.cos(radius_rad)))


def loaded_cells(
    altitude_km: ArrayLike,
    min_elevation_deg: ArrayLike,
    cell_km2: ArrayLike,
    loaded_share_pct: ArrayLike,
) -> Floats:
    """Return how many cells with customers a satellite has below it.

    Parameters
    ----------
    altitude_km, min_elevation_deg : array_like
        As for `footprint_km2`.
    cell_km2 : array_like
        Area of a service cell [km²], positive.
    loaded_share_pct : array_like
        Share of the cells that have customers [%], above 0 and at most 100.

    Returns
    -------
    ndarray
        At least 1: the cell that is asked about has customers.

    Raises
    ------
    ValueError
        Outside these ranges.
    """
    area, share_pct = above(0, area_km2=cell_km2, loaded_share_pct=loaded_share_pct)
    at_most(100, loaded_share_pct=share_pct)
    cells = footprint_km2(altitude_km, min_elevation_deg) / area * share_pct / 100
    return np.maximum(cells, 1.0)


def beams_per_cell(
    usable: ArrayLike,
    channel_mbps: ArrayLike,
    loaded_cells_per_satellite: ArrayLike,
    *,
    beams_per_satellite: ArrayLike,
    satellite_mbps: ArrayLike,
    max_beams: ArrayLike,
) -> Floats:
    """Return how many beams a cell gets, as a mean over a moment's scheduling.

    Every usable satellite shares its beams, and what it can carry, evenly among the cells with
    customers below it; a cell takes at most one beam for each channel.

    Parameters
    ----------
    usable : array_like
        Satellites that a terminal in the cell may use, at least 0.
    channel_mbps : array_like
        Rate of a channel in the weather of the moment [Mbps], at least 0.
    loaded_cells_per_satellite : array_like
        From `loaded_cells`.
    beams_per_satellite, satellite_mbps : array_like
        What one satellite has: beams at once, and a rate over all of them [Mbps].
    max_beams : array_like
        Beams that may point at one cell at once.

    Returns
    -------
    ndarray
        Broadcast from the arguments; 0 where no satellite is usable.

    Raises
    ------
    ValueError
        If a number is negative or missing, or there is less than one loaded cell.
    """
    satellites, channel, beams, satellite, most = at_least(
        0,
        usable=usable,
        channel_mbps=channel_mbps,
        beams_per_satellite=beams_per_satellite,
        satellite_mbps=satellite_mbps,
        max_beams=max_beams,
    )
    (cells,) = at_least(1, loaded_cells_per_satellite=loaded_cells_per_satellite)
    # A channel without a rate carries nothing: how many beams carry it makes no difference.
    paid = satellite / np.maximum(channel, _SMALLEST_MBPS)
    return np.asarray(np.minimum(most, satellites / cells * np.minimum(beams, paid)))
