"""The inner loop of the sky: what every place sees in every slot.

Candidates near a tile are compared with the minimum elevation in single precision, several at
once; the few that single precision cannot decide, and the satellite that serves, are computed
anew in double precision.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from leohub.constants import GEOSTATIONARY_RADIUS_KM
from leohub.sky.compiled import compiled, in_lanes, inlined
from leohub.sky.motion.knots import interpolate
from leohub.sky.visibility.arc import is_near_arc
from leohub.sky.visibility.flight import Flight, Ground, Seen
from leohub.sky.visibility.tiles import BINS, EAST, NORTH, UP, sort_into_bins

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Ints = NDArray[np.intp]

HIGHEST, RANDOM = 0, 1

_TAN_PI_8 = np.sqrt(2) - 1
_SERIES = 12
_NEARLY_ROUND = 360 - 2e-5  # what single precision would round to 360°

_UNSURE = np.float32(4e-6)
"""Largest error of a squared sine in single precision, with a wide margin."""
_REFUSED = np.float32(-2.0)
"""Stands for the squared sine of a satellite that is not used: below any limit."""


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
    square = np.empty(n, np.float32)
    # Taken out of their tuples once: every access would be counted.
    axes, first, arcs, min_sine = (
        ground.tiles.axes,
        ground.tiles.first,
        ground.arcs,
        ground.min_sine,
    )
    in_view, usable, serving, name = seen.in_view, seen.usable, seen.serving, flight.name
    line_km = np.empty((3, len(axes)))
    restricted = flight.allowed.size > 0 or ground.horizon_deg.size > 0
    for slot in range(len(flight.first_knot)):
        interpolate(flight.knots, flight.first_knot[slot], flight.weights[slot], found)
        sort_into_bins(found, bins, start, order)
        bring_together(flight, found, order, start[BINS], overhead)
        line_km[:] = np.nan
        for tile in range(len(first) - 1):
            count = gather(ground, tile, overhead, start, order, near, x, y, z)
            anchor = first[tile]
            for place in range(anchor, first[tile + 1]):
                limit = np.float32(min_sine[place] ** 2) - _UNSURE
                find_squares(axes, anchor, place, count, x, y, z, square)
                decide_near_limit(found, axes, min_sine, place, near, count, limit, square)
                in_view[slot, place] = count_above(square, count, limit)
                if arcs[place, 1] >= 0 and refuse_surely_avoided(
                    axes, arcs, anchor, place, count, limit, x, y, z, square
                ):
                    refuse_avoided(found, axes, arcs, place, near, count, limit, square)
                if restricted:
                    refuse_others(found, flight, ground, slot, place, near, count, limit, square)
                left = count_above(square, count, limit)
                usable[slot, place] = left
                if left > 0:
                    if policy == RANDOM:
                        one = drawn(name, near, count, square, limit, draw[slot], axes, place)
                    else:
                        one = highest(found, axes, place, near, count, square)
                    serving[slot, place] = one
                    line_to(found, axes, place, one, place, line_km)
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


@compiled
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
    ax, ay, az = tiles.axes[anchor, 0, 0], tiles.axes[anchor, 0, 1], tiles.axes[anchor, 0, 2]
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


@in_lanes
def find_squares(
    axes: Floats,
    anchor: int,
    place: int,
    count: int,
    x: Singles,
    y: Singles,
    z: Singles,
    square: Singles,
) -> None:
    """Fill `square` with the squared sine of each elevation, negative below the horizon."""
    px = np.float32(axes[place, 0, 0] - axes[anchor, 0, 0])
    py = np.float32(axes[place, 0, 1] - axes[anchor, 0, 1])
    pz = np.float32(axes[place, 0, 2] - axes[anchor, 0, 2])
    ux = np.float32(axes[place, UP, 0])
    uy = np.float32(axes[place, UP, 1])
    uz = np.float32(axes[place, UP, 2])
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


@compiled
def decide_near_limit(
    found: Floats,
    axes: Floats,
    min_sine: Floats,
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
                if sine_of(found, axes, place, near[c]) < min_sine[place]:
                    square[c] = _REFUSED
                else:
                    square[c] = max(square[c], np.float32(0.0))  # never below those refused


@compiled
def sine_of(found: Floats, axes: Floats, place: int, s: int) -> float:
    """Return the sine of the elevation of a satellite, in double precision."""
    dx = found[0, s] - axes[place, 0, 0]
    dy = found[1, s] - axes[place, 0, 1]
    dz = found[2, s] - axes[place, 0, 2]
    height = axes[place, UP, 0] * dx + axes[place, UP, 1] * dy + axes[place, UP, 2] * dz
    return float(height / np.sqrt(dx * dx + dy * dy + dz * dz))


@in_lanes
def refuse_surely_avoided(
    axes: Floats,
    arcs: Floats,
    anchor: int,
    place: int,
    count: int,
    limit: np.float32,
    x: Singles,
    y: Singles,
    z: Singles,
    square: Singles,
) -> bool:
    """Take out satellites surely too near to the geostationary arc; return if others may be.

    What `leohub.sky.visibility.arc.is_near_arc` does first is done here in single precision for
    all satellites at once.
    """
    px = np.float32(axes[place, 0, 0] - axes[anchor, 0, 0])
    py = np.float32(axes[place, 0, 1] - axes[anchor, 0, 1])
    pz = np.float32(axes[place, 0, 2] - axes[anchor, 0, 2])
    cos_lon, sin_lon = np.float32(arcs[place, 2]), np.float32(arcs[place, 3])
    axis_km, edge_km = np.float32(arcs[place, 4]), np.float32(arcs[place, 5])
    depth_km = np.float32(arcs[place, 8])
    near_cos, far_cos = np.float32(arcs[place, 10]), np.float32(arcs[place, 11])
    surely_near = near_cos * abs(near_cos) + 2 * _UNSURE
    surely_far = far_cos * abs(far_cos) - 2 * _UNSURE
    surely_visible_km = edge_km + np.float32(1.0)
    ring_km2 = np.float32(GEOSTATIONARY_RADIUS_KM**2)
    in_doubt = False
    for c in range(count):
        dx, dy, dz = x[c] - px, y[c] - py, z[c] - pz
        towards, across = dx * cos_lon + dy * sin_lon, dy * cos_lon - dx * sin_lon
        level2 = towards * towards + across * across
        # The distance of the arc's point times that of the satellite, both along the level; and
        # all cosines squared: so there is one root and no division.
        reach = np.sqrt(ring_km2 * level2 - axis_km * axis_km * across * across)
        reach -= axis_km * towards
        dot = reach - dz * depth_km
        cosine2 = dot * abs(dot) * level2
        lengths2 = (level2 + dz * dz) * (reach * reach + depth_km * depth_km * level2)
        is_visible = axis_km * level2 + reach * towards > surely_visible_km * level2
        is_near = (cosine2 > surely_near * lengths2) & is_visible
        value = _REFUSED if is_near else square[c]
        square[c] = value
        in_doubt |= (value >= limit) & (cosine2 >= surely_far * lengths2)
    return in_doubt


@compiled
def refuse_avoided(
    found: Floats,
    axes: Floats,
    arcs: Floats,
    place: int,
    near: Ints,
    count: int,
    limit: np.float32,
    square: Singles,
) -> None:
    """Take out satellites that stand too near to the geostationary arc, in double precision."""
    for c in range(count):
        if square[c] >= limit and is_avoided(found, axes, arcs, place, near[c]):
            square[c] = _REFUSED


@compiled
def is_avoided(found: Floats, axes: Floats, arcs: Floats, place: int, s: int) -> bool:
    """Return whether a satellite stands too near to the geostationary arc."""
    px, py = axes[place, 0, 0], axes[place, 0, 1]
    dx, dy, dz = found[0, s] - px, found[1, s] - py, found[2, s] - axes[place, 0, 2]
    distance_km = np.sqrt(dx * dx + dy * dy + dz * dz)
    return is_near_arc(
        arcs[place, 0], arcs[place, 1], arcs[place, 2], arcs[place, 3],
        arcs[place, 4], arcs[place, 5], arcs[place, 6], arcs[place, 7],
        arcs[place, 8], arcs[place, 9], arcs[place, 10], arcs[place, 11],
        px, py, dx / distance_km, dy / distance_km, dz / distance_km,
    )  # fmt: skip


@compiled
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
    allowed, axes, horizon_deg = flight.allowed, ground.tiles.axes, ground.horizon_deg
    all_allowed, no_horizon = allowed.size == 0, horizon_deg.size == 0
    for c in range(count):
        if square[c] >= limit and not (
            (all_allowed or allowed[slot, near[c]])
            and (no_horizon or not is_hidden(found, axes, horizon_deg, place, near[c]))
        ):
            square[c] = _REFUSED


@compiled
def is_hidden(found: Floats, axes: Floats, horizon_deg: Floats, place: int, s: int) -> bool:
    """Return whether a satellite stands below the horizon that a place has."""
    east, north, up = line_of(found, axes, place, s)
    azimuth_deg = np.degrees(np.arctan2(east, north)) % 360.0
    before = int(azimuth_deg)
    share = azimuth_deg - before
    low, high = horizon_deg[place, before % 360], horizon_deg[place, (before + 1) % 360]
    elevation_deg = np.degrees(np.arctan2(up, np.sqrt(east * east + north * north)))
    return bool(elevation_deg < low + share * (high - low))


@compiled
def line_of(found: Floats, axes: Floats, place: int, s: int) -> tuple[float, float, float]:
    """Return the straight line from a place to a satellite: east, north, up [km]."""
    dx = found[0, s] - axes[place, 0, 0]
    dy = found[1, s] - axes[place, 0, 1]
    dz = found[2, s] - axes[place, 0, 2]
    return (
        axes[place, EAST, 0] * dx + axes[place, EAST, 1] * dy + axes[place, EAST, 2] * dz,
        axes[place, NORTH, 0] * dx + axes[place, NORTH, 1] * dy + axes[place, NORTH, 2] * dz,
        axes[place, UP, 0] * dx + axes[place, UP, 1] * dy + axes[place, UP, 2] * dz,
    )


@compiled
def line_to(found: Floats, axes: Floats, place: int, s: int, column: int, line_km: Floats) -> None:
    """Fill a column with the straight line from a place to a satellite: east, north, up [km]."""
    line_km[0, column], line_km[1, column], line_km[2, column] = line_of(found, axes, place, s)


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


@compiled
def highest(
    found: Floats, axes: Floats, place: int, near: Ints, count: int, square: Singles
) -> int:
    """Return the satellite at the highest elevation; double precision where two are close."""
    top = _top(square.view(np.int32), count)
    best, close = near[top], square[top] - 2 * _UNSURE
    if count_above(square, count, close) > 1:
        best_sine = sine_of(found, axes, place, best)
        for c in range(count):
            if square[c] >= close:
                sine = sine_of(found, axes, place, near[c])
                if sine > best_sine:
                    best, best_sine = near[c], sine
    return int(best)


@compiled
def drawn(
    name: NDArray[np.int64],
    near: Ints,
    count: int,
    square: Singles,
    limit: np.float32,
    draw: int,
    axes: Floats,
    place: int,
) -> int:
    """Return one satellite by lot: the one whose number, mixed with place and slot, is least."""
    salt = np.uint64(draw)
    for axis in range(3):
        # To the metre: the same lot however the place is handed in.
        salt = mix(salt ^ np.uint64(np.int64(np.round(axes[place, 0, axis] * 1000))))
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
