"""Travel times over a friction surface: minutes per metre, added up along the quickest way.

The surface gives every pixel the minutes that a metre takes in it (Weiss et al. 2018, Nature 553,
333-336, doi 10.1038/nature25181; walking only: Weiss et al. 2020, Nature Medicine 26, 1835-1838,
doi 10.1038/s41591-020-1059-1). A way leads from the centre of a pixel to the centres of its eight
neighbours, at the mean friction of the two, over the metres between them on the ground, which
differ by direction and with the latitude. The quickest one is found exactly (Dijkstra 1959,
Numerische Mathematik 1, 269-271). Among eight directions it is at most 8.24 % longer than a
straight one where friction is even.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from leohub.people.catchment.compiled import compiled
from leohub.people.catchment.queue import pop, push

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class Patch:
    """A piece of a friction surface.

    Positions in it are fractional rows and columns from its upper left corner: the centre of its
    first pixel is (0.5, 0.5).

    Attributes
    ----------
    minutes_per_m : ndarray of float32, shape (rows, cols)
        [min/m]; NaN where nobody passes.
    zone : ndarray of int32, shape (rows, cols)
        No way leads from one zone into another.
    step_m : ndarray, shape (rows, 3)
        From the centre of a pixel of each row to the next one east, south and south-east of it [m].
    """

    minutes_per_m: NDArray[np.float32]
    zone: NDArray[np.int32]
    step_m: Floats

    def __post_init__(self) -> None:
        rows = len(self.minutes_per_m)
        if self.zone.shape != self.minutes_per_m.shape or self.step_m.shape != (rows, 3):
            raise ValueError("minutes, zones and steps must be those of the same pixels")


def travel_minutes(
    patch: Patch,
    site: Floats,
    half_window: Ints,
    limit_min: float,
    first_pair: Ints,
    cell: Floats,
) -> Floats:
    """Return how long it takes from each site to each of its cells.

    Within the pixel that a site or cell stands in, and to the eight around it, the way is straight.
    A site or cell in an impassable pixel is taken to stand at the nearest passable one of the
    eight around it, at that one's friction. Two impassable pixels that touch at a corner let nobody
    through between them.

    Parameters
    ----------
    patch : Patch
    site : ndarray, shape (n_sites, 2)
        Row and column in the patch.
    half_window : ndarray of int, shape (n_sites, 2)
        Rows and columns around a site within which its ways must stay.
    limit_min : float
        Longer ways are not looked for [min].
    first_pair : ndarray of int, shape (n_sites + 1,)
        The cells of site i are `cell[first_pair[i]:first_pair[i + 1]]`.
    cell : ndarray, shape (n_pairs, 2)
        Row and column in the patch.

    Returns
    -------
    ndarray, shape (n_pairs,)
        Minutes; inf where there is no way, or a longer one.
    """
    rows, cols = patch.minutes_per_m.shape
    sides = 2 * half_window + 1
    window = int(np.minimum(sides, [rows, cols]).prod(axis=1).max(initial=0))
    found = np.full(len(cell), np.inf)
    _travel(
        patch.minutes_per_m,
        patch.zone,
        patch.step_m,
        np.asarray(site, dtype=np.float64),
        np.asarray(half_window, dtype=np.int64),
        limit_min,
        np.asarray(first_pair, dtype=np.int64),
        np.asarray(cell, dtype=np.float64),
        8 * window + 16,
        found,
    )
    found[found > limit_min] = np.inf
    return found


@compiled
def _ground_m(step_m: Floats, row: int, down: float, right: float) -> float:
    """Return the metres between two positions near a row, so many rows and columns apart."""
    east, south, diagonal = step_m[row, 0], step_m[row, 1], step_m[row, 2]
    skew = diagonal * diagonal - east * east - south * south
    square = (right * east) ** 2 + (down * south) ** 2 + down * right * skew
    return float(np.sqrt(max(square, 0.0)))


@compiled
def _passes(
    friction: NDArray[np.float32],
    zone: NDArray[np.int32],
    row: int,
    col: int,
    down: int,
    right: int,
) -> bool:
    """Say whether one can step from a passable pixel to the neighbour so far down and right."""
    to_row, to_col = row + down, col + right
    if to_row < 0 or to_col < 0 or to_row >= friction.shape[0] or to_col >= friction.shape[1]:
        return False
    here = zone[row, col]
    if np.isnan(friction[to_row, to_col]) or zone[to_row, to_col] != here:
        return False
    if down == 0 or right == 0:
        return True
    beside = not np.isnan(friction[row, to_col]) and zone[row, to_col] == here
    above = not np.isnan(friction[to_row, col]) and zone[to_row, col] == here
    return beside or above


@compiled
def _doors(
    friction: NDArray[np.float32],
    zone: NDArray[np.int32],
    step_m: Floats,
    row: float,
    col: float,
    doors: Ints,
    minutes: Floats,
) -> int:
    """Find the pixels through which a position is left, and how far their centres are.

    Writes their rows and columns to `doors`, shape (9, 2), and the minutes there to `minutes`;
    returns how many there are.
    """
    rows, cols = friction.shape
    own_row, own_col = int(np.floor(row)), int(np.floor(col))
    inside = 0 <= own_row < rows and 0 <= own_col < cols
    dry = inside and not np.isnan(friction[own_row, own_col])
    count = 0
    nearest_m = np.inf
    for down in range(-1, 2):
        for right in range(-1, 2):
            r, c = own_row + down, own_col + right
            if r < 0 or c < 0 or r >= rows or c >= cols or np.isnan(friction[r, c]):
                continue
            away_m = _ground_m(step_m, r, r + 0.5 - row, c + 0.5 - col)
            if dry:
                same = down == 0 and right == 0
                if same or _passes(friction, zone, own_row, own_col, down, right):
                    doors[count, 0], doors[count, 1] = r, c
                    mean = (friction[own_row, own_col] + friction[r, c]) / 2
                    minutes[count] = away_m * mean
                    count += 1
            elif away_m < nearest_m:
                nearest_m = away_m
                doors[0, 0], doors[0, 1] = r, c
                minutes[0] = away_m * friction[r, c]
                count = 1
    return count


@compiled
def _straight(
    friction: NDArray[np.float32],
    zone: NDArray[np.int32],
    step_m: Floats,
    row: float,
    col: float,
    to_row: float,
    to_col: float,
) -> float:
    """Return the minutes straight between positions in one pixel or neighbours, else inf."""
    r, c = int(np.floor(row)), int(np.floor(col))
    down, right = int(np.floor(to_row)) - r, int(np.floor(to_col)) - c
    if max(abs(down), abs(right)) > 1:
        return np.inf
    if r < 0 or c < 0 or r >= friction.shape[0] or c >= friction.shape[1]:
        return np.inf
    if np.isnan(friction[r, c]):
        return np.inf
    if (down != 0 or right != 0) and not _passes(friction, zone, r, c, down, right):
        return np.inf
    mean = (friction[r, c] + friction[r + down, c + right]) / 2
    return float(mean * _ground_m(step_m, r, to_row - row, to_col - col))


@compiled
def _travel(
    friction: NDArray[np.float32],
    zone: NDArray[np.int32],
    step_m: Floats,
    site: Floats,
    half_window: Ints,
    limit_min: float,
    first_pair: Ints,
    cell: Floats,
    most_queued: int,
    found: Floats,
) -> None:
    """Fill `found`; see `travel_minutes`."""
    rows, cols = friction.shape
    best = np.full((rows, cols), np.inf)
    queued_min = np.empty(most_queued, dtype=np.float64)
    queued = np.empty(most_queued, dtype=np.int64)
    doors = np.empty((9, 2), dtype=np.int64)
    door_min = np.empty(9, dtype=np.float64)
    for i in range(len(site)):
        if first_pair[i] == first_pair[i + 1]:
            continue
        row, col = site[i]
        top = max(int(np.floor(row)) - half_window[i, 0], 0)
        bottom = min(int(np.floor(row)) + half_window[i, 0] + 1, rows)
        left = max(int(np.floor(col)) - half_window[i, 1], 0)
        right_end = min(int(np.floor(col)) + half_window[i, 1] + 1, cols)
        size = 0
        for k in range(_doors(friction, zone, step_m, row, col, doors, door_min)):
            r, c = doors[k]
            if top <= r < bottom and left <= c < right_end and door_min[k] < best[r, c]:
                best[r, c] = door_min[k]
                size = push(queued_min, queued, size, door_min[k], r * cols + c)
        while size > 0:
            minutes, item = queued_min[0], queued[0]
            size = pop(queued_min, queued, size)
            r, c = item // cols, item % cols
            if minutes > best[r, c]:
                continue
            if minutes > limit_min:
                break
            for down in range(-1, 2):
                for right in range(-1, 2):
                    to_row, to_col = r + down, c + right
                    if down == 0 and right == 0:
                        continue
                    if to_row < top or to_row >= bottom or to_col < left or to_col >= right_end:
                        continue
                    if not _passes(friction, zone, r, c, down, right):
                        continue
                    mean = (friction[r, c] + friction[to_row, to_col]) / 2
                    there = minutes + mean * _ground_m(step_m, min(r, to_row), down, right)
                    if there < best[to_row, to_col]:
                        best[to_row, to_col] = there
                        size = push(queued_min, queued, size, there, to_row * cols + to_col)
        for pair in range(first_pair[i], first_pair[i + 1]):
            to_row, to_col = cell[pair]
            shortest = _straight(friction, zone, step_m, row, col, to_row, to_col)
            for k in range(_doors(friction, zone, step_m, to_row, to_col, doors, door_min)):
                r, c = doors[k]
                shortest = min(shortest, best[r, c] + door_min[k])
            found[pair] = shortest
        best[top:bottom, left:right_end] = np.inf
