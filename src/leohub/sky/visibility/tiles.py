"""Tiles: places that lie together look at the same few satellites.

The sky seen from the Earth's centre is cut into bins, so that the satellites near a tile are found
without asking all of them. Bins are the squares of a grid on the six faces of a cube around the
Earth: a satellite's is found with two divisions.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.sky.compiled import compiled
from leohub.sky.motion.frames import geodetic_to_itrf, local_axes
from leohub.sky.visibility.places import Places

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

EAST, NORTH, UP = 1, 2, 3
"""Where the unit vectors stand in `Tiles.axes`, after the position."""

_GRID = 18
BINS = 6 * _GRID * _GRID
_SMALLEST_DEG, _LARGEST_DEG = 1.0, 6.0
_PLACES_WANTED = 8
_MOST_PLACES = 64


class Tiles(NamedTuple):
    """Places in the order of their tiles, and the tiles.

    Attributes
    ----------
    order : ndarray of int, shape (places,)
        Which of the given places stands at each position.
    axes : ndarray, shape (places, 4, 3)
        Where each place is in ITRF [km], and its unit vectors east, north and up. One array for
        all, because compiled code counts references to every array that it is handed.
    first : ndarray of int, shape (tiles + 1,)
        Where the places of each tile begin.
    centre : ndarray, shape (tiles, 3)
        Unit vectors from the Earth's centre.
    radius_rad : ndarray, shape (tiles,)
        Seen from the Earth's centre, of the cap that holds all places.
    """

    order: Ints
    axes: Floats
    first: Ints
    centre: Floats
    radius_rad: Floats

    @property
    def position(self) -> Floats:
        """Where the places are in ITRF, shape (places, 3) [km]."""
        return np.ascontiguousarray(self.axes[:, 0])

    @property
    def up(self) -> Floats:
        """Their geodetic up, shape (places, 3)."""
        return np.ascontiguousarray(self.axes[:, UP])


def tile_places(places: Places) -> Tiles:
    """Return places in tiles of 1° to 6° and at most 64 places: the denser, the smaller."""
    band, column = _squares(places, _LARGEST_DEG)
    occupied = len(np.unique(np.stack([band, column]), axis=1).T)
    square_deg = occupied * _LARGEST_DEG**2
    size_deg = float(np.sqrt(_PLACES_WANTED * square_deg / len(places)))
    band, column = _squares(places, float(np.clip(size_deg, _SMALLEST_DEG, _LARGEST_DEG)))
    order = np.lexsort((places.lon_deg, places.lat_deg, column, band))
    new = np.diff(band[order], prepend=-1).astype(bool) | np.diff(column[order], prepend=-1).astype(
        bool
    )
    # A crowded tile is cut after every so many places.
    begin = np.maximum.accumulate(np.where(new, np.arange(len(order)), 0))
    new |= (np.arange(len(order)) - begin) % _MOST_PLACES == 0
    first = np.append(np.flatnonzero(new), len(order)).astype(np.intp)
    sorted_places = places.select(order)
    position = geodetic_to_itrf(
        sorted_places.lat_deg, sorted_places.lon_deg, sorted_places.height_km
    )
    east, north, up = local_axes(sorted_places.lat_deg, sorted_places.lon_deg)
    directions = position / np.linalg.norm(position, axis=1, keepdims=True)
    centre = np.add.reduceat(directions, first[:-1], axis=0)
    centre /= np.linalg.norm(centre, axis=1, keepdims=True)
    cosine = (directions * np.repeat(centre, np.diff(first), axis=0)).sum(axis=1)
    apart = np.arccos(np.clip(cosine, -1, 1))
    return Tiles(
        order=order,
        axes=np.stack([position, east, north, up], axis=1),
        first=first,
        centre=centre,
        radius_rad=np.maximum.reduceat(apart, first[:-1]),
    )


def _squares(places: Places, size_deg: float) -> tuple[Floats, Floats]:
    """Return the band of latitude and the column in it of each place, about `size_deg` wide."""
    band = np.floor((places.lat_deg + 90) / size_deg)
    middle_deg = np.clip((band + 0.5) * size_deg - 90, -89, 89)
    column = np.floor((places.lon_deg % 360) * np.cos(np.radians(middle_deg)) / size_deg)
    return band, column


def bins_in_reach(tiles: Tiles, reach_rad: float) -> tuple[Ints, Ints]:
    """Return the bins in which satellites may stand that a tile sees.

    Parameters
    ----------
    tiles : Tiles
    reach_rad : float
        How far from a satellite's foot it can be seen at most [rad].

    Returns
    -------
    first : ndarray of int, shape (tiles + 1,)
        Where the bins of each tile begin.
    bins : ndarray of int
    """
    centre, radius_rad = _bin_caps()
    found = []
    for direction, tile_rad in zip(tiles.centre, tiles.radius_rad, strict=True):
        apart = np.arccos(np.clip(centre @ direction, -1, 1))
        found.append(np.flatnonzero(apart <= radius_rad + tile_rad + reach_rad))
    first = np.cumsum([0, *(len(bins) for bins in found)]).astype(np.intp)
    return first, np.concatenate(found).astype(np.intp)


def _bin_caps() -> tuple[Floats, Floats]:
    """Return the middle of each bin and the angle to its farthest corner."""
    edges = np.linspace(-1, 1, _GRID + 1)
    low, high = edges[:-1], edges[1:]
    corners = np.stack(
        [
            _on_cube(*np.meshgrid(along, across, indexing="ij"))
            for along in (low, high)
            for across in (low, high)
        ]
    )
    centre = corners.sum(axis=0)
    centre /= np.linalg.norm(centre, axis=1, keepdims=True)
    cosine = np.einsum("cij,ij->ci", corners, centre)
    return centre, np.arccos(np.clip(cosine, -1, 1)).max(axis=0)


def _on_cube(u: Floats, v: Floats) -> Floats:
    """Return the directions of points of the six faces, in the order of `bin_of`."""
    u, v, one = u.ravel(), v.ravel(), np.ones(u.size)
    faces = [(one, u, v), (-one, u, v), (u, one, v), (u, -one, v), (u, v, one), (u, v, -one)]
    points = np.concatenate([np.stack(face, axis=-1) for face in faces])
    return np.asarray(points / np.linalg.norm(points, axis=1, keepdims=True))


@compiled
def bin_of(x: float, y: float, z: float) -> int:
    """Return the bin of a direction."""
    across, along, up = abs(x), abs(y), abs(z)
    if across >= along and across >= up:
        face, u, v = 0 if x > 0 else 1, y / across, z / across
    elif along >= up:
        face, u, v = 2 if y > 0 else 3, x / along, z / along
    else:
        face, u, v = 4 if z > 0 else 5, x / up, y / up
    row = min(int((u + 1) * (0.5 * _GRID)), _GRID - 1)
    column = min(int((v + 1) * (0.5 * _GRID)), _GRID - 1)
    return (face * _GRID + row) * _GRID + column


@compiled
def sort_into_bins(found: Floats, bins: Ints, start: Ints, order: Ints) -> None:
    """Sort satellites by bin.

    Parameters
    ----------
    found : ndarray, shape (3, n)
        Positions [km]; NaN are in no bin.
    bins : ndarray of int, shape (n,)
        To work with.
    start : ndarray of int, shape (BINS + 1,)
        Filled with where each bin begins in `order`.
    order : ndarray of int, shape (n,)
        Filled with the satellites.
    """
    start[:] = 0
    for s in range(found.shape[1]):
        x, y, z = found[0, s], found[1, s], found[2, s]
        if np.isnan(x):
            bins[s] = -1
            continue
        bins[s] = bin_of(x, y, z)
        start[bins[s] + 1] += 1
    for k in range(BINS):
        start[k + 1] += start[k]
    for s in range(found.shape[1]):
        if bins[s] >= 0:
            order[start[bins[s]]] = s
            start[bins[s]] += 1
    for k in range(BINS, 0, -1):
        start[k] = start[k - 1]
    start[0] = 0
