"""The inner loop of the sky: what every place sees in every slot.

Candidates near a tile are compared with the minimum elevation in single precision, several at
once; the few that single precision cannot decide, and the satellite that serves, are computed
anew in double precision.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from leohub.constants import GEOSTATIONARY_RADIUS_KM
from leohub.sky.compiled import compiled, in_lanes, inlined
from leohub.sky.motion.knots import interpolate
from leohub.sky.visibility.arc import is_near_arc
from leohub.sky.visibility.geometry import PLUMB_DEG, coverage_angle_rad
from leohub.sky.visibility.tiles import BINS, Tiles, sort_into_bins

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.intp]
Flags = NDArray[np.bool_]

HIGHEST, RANDOM = 0, 1

_TAN_PI_8 = np.sqrt(2) - 1
_SERIES = 12
_NEARLY_ROUND = 360 - 2e-5  # what single precision would round to 360°
_HEIGHT_MARGIN_KM = 1.0  # an orbit's height changes less between two knots

_UNSURE = np.float32(4e-6)
"""Largest error of a squared sine in single precision, with a wide margin."""
_REFUSED = np.float32(-2.0)
"""Stands for the squared sine of a satellite that is not used: below any limit."""


class Flight(NamedTuple):
    """Satellites over some consecutive slots.

    Attributes
    ----------
    knots : ndarray, shape (k, 3, n)
        Positions at knots [km].
    first_knot : ndarray of int, shape (slots,)
    weights : ndarray, shape (slots, 6)
        How each slot is interpolated: `leohub.sky.motion.knots`.
    cos_reach_km, sin_reach_km : ndarray, shape (n,)
        Cosine and sine of how far from its foot each can be seen, times its least distance from
        the Earth's centre [km].
    allowed : ndarray of bool, shape (slots, n) or (0, 0)
        Which satellites carry traffic; empty when all do.
    name : ndarray of int64, shape (n,)
        A number of its own for each satellite: what ``random`` draws by.
    """

    knots: Floats
    first_knot: Ints
    weights: Floats
    cos_reach_km: Floats
    sin_reach_km: Floats
    allowed: Flags
    name: NDArray[np.int64]


class Ground(NamedTuple):
    """Places in tiles, and what limits their view.

    Attributes
    ----------
    tiles : Tiles
    first_bin, bins : ndarray of int
        Of each tile: `leohub.sky.visibility.tiles.bins_in_reach`.
    min_sine : ndarray, shape (places,)
        Sine of the minimum elevation.
    arcs : ndarray, shape (places, 12)
        `leohub.sky.visibility.arc.arc_limits`.
    horizon_deg : ndarray, shape (places, 360) or (0, 0)
        `leohub.sky.visibility.places.Places`, in the order of the tiles; empty when none.
    lowest_deg : float
        The lowest minimum elevation [°].
    radius_km : float
        From the Earth's centre to the nearest of the places [km].
    """

    tiles: Tiles
    first_bin: Ints
    bins: Ints
    min_sine: Floats
    arcs: Floats
    horizon_deg: Floats
    lowest_deg: float
    radius_km: float


class Seen(NamedTuple):
    """What places see, in the order of their tiles; each array has shape (slots, places).

    Attributes
    ----------
    in_view, usable : ndarray of int32
        Satellites above the minimum elevation; of those, the usable ones.
    serving : ndarray of int32
        Which satellite serves, or -1.
    elevation_deg, azimuth_deg, range_km : ndarray of float32
        Where the serving satellite stands; NaN where there is none.
    """

    in_view: NDArray[np.int32]
    usable: NDArray[np.int32]
    serving: NDArray[np.int32]
    elevation_deg: Singles
    azimuth_deg: Singles
    range_km: Singles


def nothing_seen(slots: int, places: int) -> Seen:
    """Return arrays to be filled by `see`."""
    shape = (slots, places)
    return Seen(
        in_view=np.zeros(shape, np.int32),
        usable=np.zeros(shape, np.int32),
        serving=np.full(shape, -1, np.int32),
        elevation_deg=np.full(shape, np.nan, np.float32),
        azimuth_deg=np.full(shape, np.nan, np.float32),
        range_km=np.full(shape, np.nan, np.float32),
    )


def with_reach(flight: Flight, lowest_deg: float, radius_km: float) -> Flight:
    """Return a flight with how far its satellites can be seen from.

    Parameters
    ----------
    flight : Flight
    lowest_deg : float
        Minimum elevation [°].
    radius_km : float
        From the Earth's centre to the nearest place [km].
    """
    distance_km = np.sqrt((flight.knots**2).sum(axis=1))
    far_km = np.fmax.reduce(distance_km) + _HEIGHT_MARGIN_KM
    near_km = np.fmin.reduce(distance_km) - _HEIGHT_MARGIN_KM
    reach_rad = coverage_angle_rad(far_km, lowest_deg - PLUMB_DEG, radius_km)
    return flight._replace(
        cos_reach_km=near_km * np.cos(reach_rad), sin_reach_km=near_km * np.sin(reach_rad)
    )


@in_lanes
def see(flight: Flight, ground: Ground, policy: int, draw: Ints, seen: Seen) -> None:
    """Find what every place sees in every slot.

    Parameters
    ----------
    flight : Flight
    ground : Ground
    policy : int
        `HIGHEST` or `RANDOM`.
    draw : ndarray of int, shape (slots,)
        What ``random`` draws by: differs from slot to slot.
    seen : Seen
        Filled.
    """
    n = flight.knots.shape[2]
    found, overhead = np.empty((3, n)), np.empty((5, n))
    bins, order, start = np.empty(n, np.intp), np.empty(n, np.intp), np.empty(BINS + 1, np.intp)
    near = np.empty(n, np.intp)
    x, y, z = np.empty(n, np.float32), np.empty(n, np.float32), np.empty(n, np.float32)
    square, doubt = np.empty(n, np.float32), np.empty(n, np.float32)
    tiles = ground.tiles
    line_km = np.empty((3, len(tiles.order)))
    restricted = flight.allowed.size > 0 or ground.horizon_deg.size > 0
    for slot in range(len(flight.first_knot)):
        interpolate(flight.knots, flight.first_knot[slot], flight.weights[slot], found)
        sort_into_bins(found, bins, start, order)
        bring_together(flight, found, order, start[BINS], overhead)
        line_km[:] = np.nan
        for tile in range(len(tiles.radius_rad)):
            count = gather(ground, tile, overhead, start, order, near, x, y, z)
            for place in range(tiles.first[tile], tiles.first[tile + 1]):
                limit = np.float32(ground.min_sine[place] ** 2) - _UNSURE
                find_squares(tiles, tile, place, count, x, y, z, square)
                decide_near_limit(found, ground, place, near, count, limit, square)
                in_view = count_above(square, count, limit)
                if ground.arcs[place, 1] >= 0:
                    refuse_avoided(
                        found, ground, tile, place, near, count, limit, x, y, z, square, doubt
                    )
                if restricted:
                    refuse_others(found, flight, ground, slot, place, near, count, limit, square)
                seen.in_view[slot, place] = in_view
                seen.usable[slot, place] = count_above(square, count, limit)
                if seen.usable[slot, place] > 0:
                    if policy == RANDOM:
                        one = drawn(
                            flight.name, near, count, square, limit, draw[slot], tiles, place
                        )
                    else:
                        one = highest(found, tiles, place, near, count, square)
                    seen.serving[slot, place] = one
                    line_to(found, tiles, place, one, place, line_km)
        to_directions(
            line_km, seen.elevation_deg[slot], seen.azimuth_deg[slot], seen.range_km[slot]
        )


@in_lanes
def bring_together(
    flight: Flight, found: Floats, order: Ints, count: int, overhead: Floats
) -> None:
    """Fill `overhead` with position and reach of satellites in the order of their bins."""
    for j in range(count):
        s = order[j]
        overhead[0, j], overhead[1, j], overhead[2, j] = found[0, s], found[1, s], found[2, s]
        overhead[3, j], overhead[4, j] = flight.cos_reach_km[s], flight.sin_reach_km[s]


@inlined
def gather(
    ground: Ground,
    tile: int,
    overhead: Floats,
    start: Ints,
    order: Ints,
    near: Ints,
    x: Singles,
    y: Singles,
    z: Singles,
) -> int:
    """Collect the satellites that some place of a tile may see; return how many.

    `near` is filled with them; `x`, `y` and `z` with where they are from the tile's first place
    [km].
    """
    tiles = ground.tiles
    anchor = tiles.first[tile]
    ax, ay, az = tiles.position[anchor, 0], tiles.position[anchor, 1], tiles.position[anchor, 2]
    cx, cy, cz = tiles.centre[tile, 0], tiles.centre[tile, 1], tiles.centre[tile, 2]
    cos, sin = np.cos(tiles.radius_rad[tile]), np.sin(tiles.radius_rad[tile])
    count = 0
    for k in range(ground.first_bin[tile], ground.first_bin[tile + 1]):
        for j in range(start[ground.bins[k]], start[ground.bins[k] + 1]):
            sx, sy, sz = overhead[0, j], overhead[1, j], overhead[2, j]
            # Written in any case and kept if counted: no branch to mispredict.
            near[count] = order[j]
            x[count], y[count], z[count] = sx - ax, sy - ay, sz - az
            limit_km = overhead[3, j] * cos - overhead[4, j] * sin
            count += int(sx * cx + sy * cy + sz * cz >= limit_km)
    return count


@inlined
def find_squares(
    tiles: Tiles,
    tile: int,
    place: int,
    count: int,
    x: Singles,
    y: Singles,
    z: Singles,
    square: Singles,
) -> None:
    """Fill `square` with the squared sine of each elevation, negative below the horizon."""
    anchor = tiles.first[tile]
    px = np.float32(tiles.position[place, 0] - tiles.position[anchor, 0])
    py = np.float32(tiles.position[place, 1] - tiles.position[anchor, 1])
    pz = np.float32(tiles.position[place, 2] - tiles.position[anchor, 2])
    ux, uy, uz = (
        np.float32(tiles.up[place, 0]),
        np.float32(tiles.up[place, 1]),
        np.float32(tiles.up[place, 2]),
    )
    for c in range(count):
        dx, dy, dz = x[c] - px, y[c] - py, z[c] - pz
        height = ux * dx + uy * dy + uz * dz
        square[c] = height * abs(height) / (dx * dx + dy * dy + dz * dz)


@compiled
def count_above(square: Singles, count: int, limit: np.float32) -> int:
    """Return how many squares are not below a limit."""
    above = 0
    for c in range(count):
        above += int(square[c] >= limit)
    return above


@inlined
def decide_near_limit(
    found: Floats,
    ground: Ground,
    place: int,
    near: Ints,
    count: int,
    limit: np.float32,
    square: Singles,
) -> None:
    """Take out satellites below the minimum elevation that single precision may have let in."""
    surely = limit + 2 * _UNSURE
    if count_above(square, count, limit) > count_above(square, count, surely):
        for c in range(count):
            if limit <= square[c] < surely:
                if sine_of(found, ground.tiles, place, near[c]) < ground.min_sine[place]:
                    square[c] = _REFUSED
                else:
                    square[c] = max(square[c], np.float32(0.0))  # never below those refused


@inlined
def sine_of(found: Floats, tiles: Tiles, place: int, s: int) -> float:
    """Return the sine of the elevation of a satellite, in double precision."""
    dx = found[0, s] - tiles.position[place, 0]
    dy = found[1, s] - tiles.position[place, 1]
    dz = found[2, s] - tiles.position[place, 2]
    height = tiles.up[place, 0] * dx + tiles.up[place, 1] * dy + tiles.up[place, 2] * dz
    return float(height / np.sqrt(dx * dx + dy * dy + dz * dz))


@inlined
def refuse_avoided(
    found: Floats,
    ground: Ground,
    tile: int,
    place: int,
    near: Ints,
    count: int,
    limit: np.float32,
    x: Singles,
    y: Singles,
    z: Singles,
    square: Singles,
    doubt: Singles,
) -> None:
    """Take out satellites that stand too near to the geostationary arc.

    What `leohub.sky.visibility.arc.is_near_arc` does first is done here for all at once, in single
    precision; the few that remain in doubt are left to it.
    """
    tiles, arcs = ground.tiles, ground.arcs
    anchor = tiles.first[tile]
    px = np.float32(tiles.position[place, 0] - tiles.position[anchor, 0])
    py = np.float32(tiles.position[place, 1] - tiles.position[anchor, 1])
    pz = np.float32(tiles.position[place, 2] - tiles.position[anchor, 2])
    cos_lon, sin_lon = np.float32(arcs[place, 2]), np.float32(arcs[place, 3])
    axis_km, edge_km = np.float32(arcs[place, 4]), np.float32(arcs[place, 5] + 1.0)
    depth_km = np.float32(arcs[place, 8])
    surely_near = np.float32(arcs[place, 10]) + _UNSURE
    surely_far = np.float32(arcs[place, 11]) - _UNSURE
    ring_km2 = np.float32(GEOSTATIONARY_RADIUS_KM**2)
    one, refused = np.float32(1.0), _REFUSED
    for c in range(count):
        dx, dy, dz = x[c] - px, y[c] - py, z[c] - pz
        level2 = dx * dx + dy * dy
        per_km = one / np.sqrt(level2)
        cos, sin = (dx * cos_lon + dy * sin_lon) * per_km, (dy * cos_lon - dx * sin_lon) * per_km
        reach = np.sqrt(ring_km2 - axis_km * axis_km * sin * sin) - axis_km * cos
        distances = np.sqrt((level2 + dz * dz) * (reach * reach + depth_km * depth_km))
        dot = level2 * per_km * reach - dz * depth_km
        is_near = (dot > surely_near * distances) & (axis_km + reach * cos > edge_km)
        square[c] = refused if is_near else square[c]
        in_doubt = (square[c] >= limit) & ~(dot < surely_far * distances)
        doubt[c] = one if in_doubt else refused
    if count_above(doubt, count, one) > 0:
        for c in range(count):
            if doubt[c] == one and is_avoided(found, ground, place, near[c]):
                square[c] = refused


@inlined
def is_avoided(found: Floats, ground: Ground, place: int, s: int) -> bool:
    """Return whether a satellite stands too near to the geostationary arc."""
    tiles, arcs = ground.tiles, ground.arcs
    px, py = tiles.position[place, 0], tiles.position[place, 1]
    dx, dy, dz = found[0, s] - px, found[1, s] - py, found[2, s] - tiles.position[place, 2]
    distance_km = np.sqrt(dx * dx + dy * dy + dz * dz)
    return is_near_arc(
        arcs[place, 0], arcs[place, 1], arcs[place, 2], arcs[place, 3],
        arcs[place, 4], arcs[place, 5], arcs[place, 6], arcs[place, 7],
        arcs[place, 8], arcs[place, 9], arcs[place, 10], arcs[place, 11],
        px, py, dx / distance_km, dy / distance_km, dz / distance_km,
    )  # fmt: skip


@inlined
def refuse_others(
    found: Floats,
    flight: Flight,
    ground: Ground,
    slot: int,
    place: int,
    near: Ints,
    count: int,
    limit: np.float32,
    square: Singles,
) -> None:
    """Take out satellites that reach no gateway, or are hidden by the horizon of the place."""
    all_allowed, no_horizon = flight.allowed.size == 0, ground.horizon_deg.size == 0
    for c in range(count):
        if square[c] >= limit and not (
            (all_allowed or flight.allowed[slot, near[c]])
            and (no_horizon or not is_hidden(found, ground, place, near[c]))
        ):
            square[c] = _REFUSED


@inlined
def is_hidden(found: Floats, ground: Ground, place: int, s: int) -> bool:
    """Return whether a satellite stands below the horizon that a place has."""
    tiles = ground.tiles
    dx = found[0, s] - tiles.position[place, 0]
    dy = found[1, s] - tiles.position[place, 1]
    dz = found[2, s] - tiles.position[place, 2]
    east = tiles.east[place, 0] * dx + tiles.east[place, 1] * dy + tiles.east[place, 2] * dz
    north = tiles.north[place, 0] * dx + tiles.north[place, 1] * dy + tiles.north[place, 2] * dz
    up = tiles.up[place, 0] * dx + tiles.up[place, 1] * dy + tiles.up[place, 2] * dz
    azimuth_deg = np.degrees(np.arctan2(east, north)) % 360.0
    before = int(azimuth_deg)
    share = azimuth_deg - before
    low = ground.horizon_deg[place, before % 360]
    high = ground.horizon_deg[place, (before + 1) % 360]
    elevation_deg = np.degrees(np.arctan2(up, np.sqrt(east * east + north * north)))
    return bool(elevation_deg < low + share * (high - low))


@inlined
def line_to(found: Floats, tiles: Tiles, place: int, s: int, column: int, line_km: Floats) -> None:
    """Fill a column with the straight line from a place to a satellite: east, north, up [km]."""
    dx = found[0, s] - tiles.position[place, 0]
    dy = found[1, s] - tiles.position[place, 1]
    dz = found[2, s] - tiles.position[place, 2]
    east, north, up = tiles.east, tiles.north, tiles.up
    line_km[0, column] = east[place, 0] * dx + east[place, 1] * dy + east[place, 2] * dz
    line_km[1, column] = north[place, 0] * dx + north[place, 1] * dy + north[place, 2] * dz
    line_km[2, column] = up[place, 0] * dx + up[place, 1] * dy + up[place, 2] * dz


@in_lanes
def to_directions(
    line_km: Floats, elevation_deg: Singles, azimuth_deg: Singles, range_km: Singles
) -> None:
    """Turn lines east, north, up, shape (3, n) [km], into directions; NaN stay NaN."""
    for k in range(line_km.shape[1]):
        east, north, up = line_km[0, k], line_km[1, k], line_km[2, k]
        level = np.sqrt(east * east + north * north)
        azimuth = _arctan2_deg(east, north)
        elevation_deg[k] = _arctan2_deg(up, level)
        azimuth = azimuth + 360.0 if azimuth < 0 else azimuth
        azimuth_deg[k] = 0.0 if azimuth >= _NEARLY_ROUND else azimuth
        range_km[k] = np.sqrt(level * level + up * up)


@inlined
def _arctan2_deg(y: float, x: float) -> float:
    """Return the angle of a point from the x axis to 1e-9° [°], without a branch.

    The arc tangent's power series, after an eighth of a turn is taken away: Abramowitz & Stegun
    1964, 4.4.42.
    """
    rise, run = abs(y), abs(x)
    small, large = (rise, run) if rise < run else (run, rise)
    # tan(a - π/8) lies within ±0.414 for a in an eighth of a turn.
    t = (small - _TAN_PI_8 * large) / (large + _TAN_PI_8 * small)
    t2 = t * t
    series = 0.0
    for term in range(_SERIES, -1, -1):
        series = (1.0 if term % 2 == 0 else -1.0) / (2 * term + 1) + t2 * series
    angle = 22.5 + np.degrees(t * series)
    angle = angle if rise < run else 90.0 - angle
    angle = 180.0 - angle if x < 0 else angle
    return float(-angle if y < 0 else angle)


@compiled
def _top(bits: NDArray[np.int32], count: int) -> int:
    """Return the position of the largest of squares, given as their bits.

    The bits of positive numbers, read as integers, are ordered as the numbers are; and integers
    are compared several at once.
    """
    largest = np.int64(-1) << 62
    for c in range(count):
        largest = max(largest, (np.int64(bits[c]) << 32) | c)
    return int(largest & 0xFFFFFFFF)


@inlined
def highest(
    found: Floats, tiles: Tiles, place: int, near: Ints, count: int, square: Singles
) -> int:
    """Return the satellite at the highest elevation; double precision where two are close."""
    top = _top(square.view(np.int32), count)
    best, close = near[top], square[top] - 2 * _UNSURE
    if count_above(square, count, close) > 1:
        best_sine = sine_of(found, tiles, place, best)
        for c in range(count):
            if square[c] >= close:
                sine = sine_of(found, tiles, place, near[c])
                if sine > best_sine:
                    best, best_sine = near[c], sine
    return int(best)


@inlined
def drawn(
    name: NDArray[np.int64],
    near: Ints,
    count: int,
    square: Singles,
    limit: np.float32,
    draw: int,
    tiles: Tiles,
    place: int,
) -> int:
    """Return one satellite by lot: the one whose number, mixed with place and slot, is least."""
    salt = np.uint64(draw)
    for axis in range(3):
        # To the metre: the same lot however the place is handed in.
        salt = mix(salt ^ np.uint64(np.int64(np.round(tiles.position[place, axis] * 1000))))
    best, least = -1, np.uint64(0xFFFFFFFFFFFFFFFF)
    for c in range(count):
        if square[c] >= limit:
            lot = mix(salt ^ np.uint64(name[near[c]]))
            if lot < least:
                best, least = near[c], lot
    return int(best)


@compiled
def mix(bits: np.uint64) -> np.uint64:
    """Scatter 64 bits (SplitMix64; Steele, Lea & Flood 2014)."""
    bits = bits + np.uint64(0x9E3779B97F4A7C15)
    bits = (bits ^ (bits >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    bits = (bits ^ (bits >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return bits ^ (bits >> np.uint64(31))
