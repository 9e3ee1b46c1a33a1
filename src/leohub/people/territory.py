"""Modelled outlines of regions of which only the centroid and the land area are known.

The outlines are a power diagram (Aurenhammer 1987, SIAM J. Comput. 16, 78-96): a point belongs to
the region whose squared distance minus weight is smallest. The weights that give every region its
land area exist and are unique up to a constant (Aurenhammer, Hoffmann & Aronov 1998, Algorithmica
20, 61-76); they are found by the damped Newton method of Kitagawa, Mérigot & Thibert 2019 (J. Eur.
Math. Soc. 21, 2603-2651).
"""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from leohub.constants import EARTH_MEAN_RADIUS_KM

AREA_TOLERANCE = 1e-3
"""Largest relative error of a region's area at which the iteration stops [-]."""

NEWTON_STEPS = 50
SHORTEST_STEP = 1e-6

CENTROID_STEPS = 12
CENTROID_GAIN = 0.35
"""Steps towards the centroids, and how much of what is missing each makes up [-]. More steps or
larger ones make the diagram of Kenya jump without coming nearer."""

GRID_KM = 1e-6
"""Corners lie on a grid of a millimetre [km]."""

Corners = list[tuple[float, float, int]]
"""A convex polygon: x and y of each corner [km], and the region beyond the edge that starts there
(-1 for the frame)."""


def to_equal_area_km(
    lat_deg: NDArray[np.float64], lon_deg: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return cylindrical equal-area coordinates on the mean sphere (Lambert 1772).

    Areas are exact everywhere; lengths only near the equator (at 5° they are off by 0.4 %).

    Parameters
    ----------
    lat_deg, lon_deg : ndarray, shape (n,)
        [°]

    Returns
    -------
    ndarray, shape (n, 2)
        x to the east and y to the north [km].
    """
    x_km = EARTH_MEAN_RADIUS_KM * np.radians(lon_deg)
    return np.column_stack([x_km, EARTH_MEAN_RADIUS_KM * np.sin(np.radians(lat_deg))])


def to_degrees(xy_km: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return latitude and longitude [°], shape (n, 2), of `to_equal_area_km` coordinates."""
    lat_deg = np.degrees(np.arcsin(xy_km[:, 1] / EARTH_MEAN_RADIUS_KM))
    return np.column_stack([lat_deg, np.degrees(xy_km[:, 0] / EARTH_MEAN_RADIUS_KM)])


def model_outlines(
    centroid_km: NDArray[np.float64], area_share: NDArray[np.float64], land: BaseGeometry
) -> list[BaseGeometry]:
    """Divide the land into one outline per region, of given areas and about the given centroids.

    Areas are met; centroids as nearly as convex outlines can: the points that the diagram grows
    from are moved by part of what is missing, and the step that comes nearest is kept.

    Parameters
    ----------
    centroid_km : ndarray, shape (n, 2)
        Centroid of each region, all different and all on the land [km].
    area_share : ndarray, shape (n,)
        Share of the land that each region has; positive, adds up to 1.
    land : shapely geometry
        In the same equal-area coordinates [km].

    Returns
    -------
    list of shapely geometry, length n
        Disjoint, together the land; areas within `AREA_TOLERANCE` of the shares.

    Raises
    ------
    ValueError
        When the areas cannot be reached, because a centroid lies off the land or twice.
    """
    target = area_share * land.area
    seed, weight = centroid_km, np.zeros(len(centroid_km))
    best: list[BaseGeometry] = []
    best_miss_km = np.inf
    for _ in range(CENTROID_STEPS):
        try:
            outlines, weight = _balance(seed, weight, target, land)
        except ValueError:
            if not best:
                raise
            break
        reached = shapely.centroid(np.array(outlines, dtype=object))
        miss_km = centroid_km - shapely.get_coordinates(reached)
        mean_miss_km = float(np.hypot(*miss_km.T).mean())
        if mean_miss_km < best_miss_km:
            best, best_miss_km = outlines, mean_miss_km
        seed = seed + CENTROID_GAIN * miss_km
    # Corners that neighbours share must be equal to the last bit, or unions of them go wrong.
    return list(shapely.set_precision(np.array(best, dtype=object), GRID_KM))


def _balance(
    seed_km: NDArray[np.float64],
    weight: NDArray[np.float64],
    target_km2: NDArray[np.float64],
    land: BaseGeometry,
) -> tuple[list[BaseGeometry], NDArray[np.float64]]:
    """Return the power diagram with the target areas, and its weights."""
    outlines, neighbours = _power_diagram(seed_km, weight, land)
    area = _areas(outlines)
    if area.min() <= 0:
        weight = np.zeros(len(seed_km))
        outlines, neighbours = _power_diagram(seed_km, weight, land)
        area = _areas(outlines)
    smallest = min(area.min(), target_km2.min()) / 2
    if smallest <= 0:
        raise ValueError("every region needs a centroid of its own on the land")
    for _ in range(NEWTON_STEPS):
        missing = target_km2 - area
        if np.abs(missing / target_km2).max() < AREA_TOLERANCE:
            return outlines, weight
        slope = _area_by_weight(seed_km, neighbours)
        # Weights count up to a constant only: the first keeps its value.
        step = np.append(0.0, np.linalg.solve(slope[1:, 1:], missing[1:]))
        short = 1.0
        while True:
            outlines, neighbours = _power_diagram(seed_km, weight + short * step, land)
            area = _areas(outlines)
            left = np.linalg.norm(target_km2 - area)
            if area.min() >= smallest and left <= (1 - short / 2) * np.linalg.norm(missing):
                break
            short /= 2
            if short < SHORTEST_STEP:
                raise ValueError("the areas cannot be reached from these centroids")
        weight = weight + short * step
    raise ValueError("the areas cannot be reached from these centroids")


def _areas(outlines: list[BaseGeometry]) -> NDArray[np.float64]:
    return np.asarray(shapely.area(np.array(outlines, dtype=object)), dtype=np.float64)


def _power_diagram(
    seed_km: NDArray[np.float64], weight: NDArray[np.float64], land: BaseGeometry
) -> tuple[list[BaseGeometry], dict[tuple[int, int], float]]:
    """Return the outlines, and the length of the border on land of each pair of neighbours [km]."""
    west, south, east, north = land.bounds
    frame = [(west, south, -1), (east, south, -1), (east, north, -1), (west, north, -1)]
    outlines: list[BaseGeometry] = []
    pairs: list[tuple[int, int]] = []
    borders: list[BaseGeometry] = []
    for i, centre in enumerate(seed_km):
        corners: Corners = list(frame)
        others = np.argsort(((seed_km - centre) ** 2).sum(axis=1), kind="stable")
        for j in others[others != i]:
            # Nearer to i than to j:  2 (cj - ci)·p  <=  |cj|² - |ci|² + wi - wj
            a, b = 2 * (seed_km[j] - centre)
            limit = (seed_km[j] ** 2).sum() - (centre**2).sum() + weight[i] - weight[j]
            corners = _clip(corners, float(a), float(b), float(limit), int(j))
            if not corners:
                break
        outlines.append(shapely.Polygon([(x, y) for x, y, _ in corners]))
        for (x, y, j), (x2, y2, _) in zip(corners, corners[1:] + corners[:1], strict=True):
            if j > i:
                pairs.append((i, j))
                borders.append(shapely.LineString([(x, y), (x2, y2)]))
    shapely.prepare(land)
    on_land = shapely.intersection(np.array(outlines, dtype=object), land)
    lengths = shapely.length(shapely.intersection(np.array(borders, dtype=object), land))
    return list(on_land), dict(zip(pairs, lengths.tolist(), strict=True))


def _clip(corners: Corners, a: float, b: float, limit: float, beyond: int) -> Corners:
    """Return the part of a convex polygon where ``a x + b y <= limit``."""
    over = [a * x + b * y - limit for x, y, _ in corners]
    if max(over) <= 0:
        return corners
    kept: Corners = []
    for n, (x, y, edge) in enumerate(corners):
        x2, y2, _ = corners[(n + 1) % len(corners)]
        here, there = over[n], over[(n + 1) % len(corners)]
        if here <= 0:
            leaves_here = here == 0 and there > 0
            kept.append((x, y, beyond if leaves_here else edge))
        if (here < 0 < there) or (there < 0 < here):
            t = here / (here - there)
            crossing = (x + t * (x2 - x), y + t * (y2 - y))
            kept.append((*crossing, beyond if here < 0 else edge))
    return kept if len(kept) > 2 else []


def _area_by_weight(
    seed_km: NDArray[np.float64], neighbours: dict[tuple[int, int], float]
) -> NDArray[np.float64]:
    """Return the derivative of every area by every weight, shape (n, n).

    A border of length L between centres at distance d moves by 1 / (2 d) per unit of weight.
    """
    slope = np.zeros((len(seed_km), len(seed_km)))
    for (i, j), length in neighbours.items():
        rate = length / (2 * float(np.linalg.norm(seed_km[i] - seed_km[j])))
        slope[i, j] = slope[j, i] = -rate
    np.fill_diagonal(slope, -slope.sum(axis=1))
    return slope
