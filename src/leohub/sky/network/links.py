"""`LinkRules`: when two ends of a link can talk, and who sees whom at a moment."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from leohub.constants import EARTH_MEAN_RADIUS_KM, LIGHT_KM_S, WGS84_A_KM
from leohub.sky.compiled import compiled
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.visibility.arc import arc_limits, is_near_arc
from leohub.sky.visibility.geometry import look_at
from leohub.sky.visibility.places import Places
from leohub.sky.visibility.view import hidden_below_deg

Floats = NDArray[np.float64]
Integers = NDArray[np.intp]

_NO_LIMIT_DEG = -90.0


@dataclass(frozen=True)
class LinkRules:
    """When a link carries traffic, and how long traffic takes over land.

    The limit of links to the ground is an elevation, as operators file it, or a slant range, as
    several simulators have it, or both.

    Attributes
    ----------
    min_elevation_deg : float, optional
        Lowest elevation at which a place reaches a satellite [°]. Gateways have their own.
    max_range_km : float, optional
        Longest link between the ground and a satellite [km]. Without a lowest elevation it may
        lead to satellites below the horizon: that is how it is told.
    arc_avoidance_deg : float
        Places do not use satellites nearer than this to the visible geostationary arc [°].
    grazing_km : float
        Height above a sphere of the equator's radius below which no laser passes [km]. 80 km is
        where published simulators let the atmosphere begin.
    max_laser_km : float
        Longest laser link [km].
    fibre_detour : float
        Length of a fibre over the great circle between its ends [-]. Assumed: routes follow roads
        and coasts, and no operator publishes its own.
    fibre_speed : float
        Speed of light in a fibre over that in vacuum [-]. Glass with a refractive index of 1.5.
    """

    min_elevation_deg: float | None = None
    max_range_km: float | None = None
    arc_avoidance_deg: float = 0.0
    grazing_km: float = 80.0
    max_laser_km: float = np.inf
    fibre_detour: float = 1.5
    fibre_speed: float = 2 / 3

    def __post_init__(self) -> None:
        if self.min_elevation_deg is None and self.max_range_km is None:
            raise ValueError("links to the ground need a lowest elevation, a longest range or both")
        if self.fibre_detour < 1 or not 0 < self.fibre_speed <= 1:
            raise ValueError(
                "a fibre is no shorter than the great circle, and no faster than light"
            )


@dataclass(frozen=True)
class GroundStations:
    """Places with all that tells which satellites they reach.

    Attributes
    ----------
    places : Places
        Shape (g,).
    position, up : ndarray, shape (g, 3)
        In ITRF [km]; unit vectors.
    sine : ndarray, shape (g,)
        Of the lowest elevation.
    max_range_km : float
        [km]
    arcs : ndarray, shape (g, 12)
        The band around the geostationary arc, from `leohub.sky.visibility.arc.arc_limits`.
    """

    places: Places
    position: Floats
    up: Floats
    sine: Floats
    max_range_km: float
    arcs: Floats


def ground_stations(
    places: Places,
    min_elevation_deg: ArrayLike | None,
    max_range_km: float | None,
    arc_avoidance_deg: float = 0.0,
) -> GroundStations:
    """Return places as `GroundStations`; a limit that is None does not limit."""
    lowest_deg = _NO_LIMIT_DEG if min_elevation_deg is None else min_elevation_deg
    position = geodetic_to_itrf(places.lat_deg, places.lon_deg, places.height_km)
    up = local_axes(places.lat_deg, places.lon_deg)[2]
    return GroundStations(
        places=places,
        position=position,
        up=up,
        sine=np.sin(np.radians(np.broadcast_to(lowest_deg, len(places)))),
        max_range_km=np.inf if max_range_km is None else max_range_km,
        arcs=arc_limits(position, up, float(np.radians(arc_avoidance_deg))),
    )


def find_ground_links(
    stations: GroundStations, satellites: Floats
) -> tuple[Integers, Integers, Floats]:
    """Return every link between the ground and a satellite at one moment.

    Parameters
    ----------
    stations : GroundStations
    satellites : ndarray, shape (n, 3)
        In ITRF [km]; NaN where unknown.

    Returns
    -------
    station, satellite : ndarray of int, shape (links,)
        Positions in the lists; stations ascend.
    length_km : ndarray, shape (links,)
        [km]
    """
    found = _find_ground_links(
        stations.position,
        stations.up,
        stations.sine,
        stations.max_range_km,
        stations.arcs,
        np.ascontiguousarray(satellites),
    )
    if stations.places.horizon_deg is None:
        return found
    station, satellite, length_km = found
    clear = np.ones(len(station), dtype=bool)
    for place in np.unique(station):
        seen = slice(*np.searchsorted(station, [place, place + 1]))
        clear[seen] = _above_horizon(stations.places, place, satellites[satellite[seen]])
    return station[clear], satellite[clear], length_km[clear]


def _above_horizon(places: Places, place: np.intp, satellites: Floats) -> NDArray[np.bool_]:
    here = places.select(np.array([place]))
    look = look_at(
        satellites, float(here.lat_deg[0]), float(here.lon_deg[0]), float(here.height_km[0])
    )
    return np.asarray(look.elevation_deg >= hidden_below_deg(here, look.azimuth_deg))


@compiled
def _find_ground_links(
    position: Floats,
    up: Floats,
    sine: Floats,
    max_range_km: float,
    arcs: Floats,
    satellites: Floats,
) -> tuple[Integers, Integers, Floats]:
    room = 1024
    station, satellite = np.empty(room, dtype=np.intp), np.empty(room, dtype=np.intp)
    length_km = np.empty(room)
    count = 0
    for g in range(position.shape[0]):
        px, py, pz = position[g]
        ux, uy, uz = up[g]
        lon, half, cos_lon, sin_lon, axis, edge, low, high, arc_z, avoid, near, far = arcs[g]
        for s in range(satellites.shape[0]):
            x, y, z = satellites[s, 0] - px, satellites[s, 1] - py, satellites[s, 2] - pz
            height = ux * x + uy * y + uz * z
            if height < 0 and sine[g] >= 0:
                continue
            distance = np.sqrt(x * x + y * y + z * z)
            # Written so that satellites whose place is not known (NaN) fail.
            if not (height >= sine[g] * distance and distance <= max_range_km):
                continue
            dx, dy, dz = x / distance, y / distance, z / distance
            if is_near_arc(
                *(lon, half, cos_lon, sin_lon, axis, edge, low, high, arc_z, avoid, near, far),
                *(px, py, dx, dy, dz),
            ):
                continue
            if count == room:
                station = np.concatenate((station, np.empty(room, dtype=np.intp)))
                satellite = np.concatenate((satellite, np.empty(room, dtype=np.intp)))
                length_km = np.concatenate((length_km, np.empty(room)))
                room *= 2
            station[count], satellite[count], length_km[count] = g, s, distance
            count += 1
    return station[:count], satellite[:count], length_km[:count]


def laser_lengths_km(satellites: Floats, lasers: Integers, rules: LinkRules) -> Floats:
    """Return the length of each laser link at one moment; NaN where it carries nothing.

    Parameters
    ----------
    satellites : ndarray, shape (n, 3)
        In ITRF [km]; NaN where unknown.
    lasers : ndarray of int, shape (m, 2)
    rules : LinkRules

    Returns
    -------
    ndarray, shape (m,)
        [km]
    """
    begin = satellites[lasers[:, 0]]
    line = satellites[lasers[:, 1]] - begin
    squared = np.einsum("ij,ij->i", line, line)
    # The point of the link that is nearest to the Earth's centre.
    share = np.clip(-np.einsum("ij,ij->i", begin, line) / squared, 0.0, 1.0)
    lowest = begin + share[:, None] * line
    lowest_squared = np.einsum("ij,ij->i", lowest, lowest)
    clear = lowest_squared >= (WGS84_A_KM + rules.grazing_km) ** 2
    length_km = np.sqrt(squared)
    return np.where(clear & (length_km <= rules.max_laser_km), length_km, np.nan)


def fibre_ms(
    lat_deg: Floats, lon_deg: Floats, to_lat_deg: Floats, to_lon_deg: Floats, rules: LinkRules
) -> Floats:
    """Return how long light takes through a fibre between places, one way [ms]; broadcasts."""
    here, there = local_axes(lat_deg, lon_deg)[2], local_axes(to_lat_deg, to_lon_deg)[2]
    angle = 2 * np.arcsin(np.minimum(np.linalg.norm(here - there, axis=-1) / 2, 1.0))
    length_km = angle * EARTH_MEAN_RADIUS_KM * rules.fibre_detour
    return np.asarray(to_ms(length_km) / rules.fibre_speed)


def to_ms(length_km: Floats) -> Floats:
    """Return how long light takes over a distance in vacuum, one way [ms]."""
    return length_km / LIGHT_KM_S * 1e3
