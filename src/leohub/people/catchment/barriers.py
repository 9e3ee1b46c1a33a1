"""What people cannot cross on a straight way: water, and the borders of their country."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

SHORE_KM = 1.0
"""A place or cell drawn in the water no further than this from its shore is taken to stand on the
shore: outlines of lakes are coarse, and a cell at the shore may have its centre in the water [km].
"""

NARROW_KM = 0.3
"""Gaps in the outline of a country that are narrower than this are where the outlines of its
regions do not quite meet, not land of others; a way that is out for less does not leave [km]."""

BLOCK_WAYS = 200_000
"""Ways that are tested at once: bounds the memory."""

_KM_PER_DEG = 111.2
_ASHORE = 1e-5
"""How far beyond the shore a place from the water is put, as a part of its way there."""
_SAME_CROSSING = 1e-7
"""Crossings of a way nearer than this are one, at the corner of two edges [part of the way]."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Ways:
    """Straight ways between places, shape (n, 2) each: x and y on the map of `Barriers` [km].

    Attributes
    ----------
    start, end : ndarray, shape (n, 2)
    """

    start: Floats
    end: Floats


class Barriers:
    """Water that is not crossed, and borders that are not left and entered again.

    A straight way is blocked where it passes through water, and where it crosses borders twice or
    more: it leaves and comes back. A single crossing means that one end is drawn a little outside
    and does not block. All is done on a plane map, x east and y north, as wide as the ground at
    one latitude; whether lines cross does not depend on it.

    Parameters
    ----------
    water : sequence of shapely Polygon or MultiPolygon
        In longitude and latitude on WGS 84 [°].
    borders : ndarray, shape (n, 2, 2)
        Edges of borders, two points of longitude and latitude each [°].
    lat_deg : float
        Latitude that the map is true to: the middle of the country [°].
    """

    def __init__(
        self, water: Sequence[shapely.Geometry], borders: Floats, *, lat_deg: float
    ) -> None:
        self._scale = _KM_PER_DEG * np.array([np.cos(np.radians(lat_deg)), 1.0])
        self._water = np.array(
            [shapely.transform(shape, lambda xy: xy * self._scale) for shape in water],
            dtype=object,
        )
        self._shores = _tree(edges_of(self._water))
        self._borders = _tree(np.asarray(borders) * self._scale)

    def on_map(self, lat_deg: Floats, lon_deg: Floats) -> Floats:
        """Return places on the map, shape (n, 2) [km]."""
        return np.column_stack([lon_deg, lat_deg]) * self._scale

    def ashore(self, place: Floats) -> tuple[Floats, NDArray[np.bool_]]:
        """Put places that are drawn in the water on the shore.

        Parameters
        ----------
        place : ndarray, shape (n, 2)
            On the map [km].

        Returns
        -------
        moved : ndarray, shape (n, 2)
            The same places, those within `SHORE_KM` of the shore just beyond it.
        afloat : ndarray of bool, shape (n,)
            Places further out.
        """
        moved, afloat = place.copy(), np.zeros(len(place), dtype=np.bool_)
        if not len(self._water):
            return moved, afloat
        wet = np.unique(_points(place).query(self._water, predicate="intersects")[1])
        if len(wet):
            point, edge = self._shores.query_nearest(
                _geometries(shapely.points(place[wet])), all_matches=False
            )
            shore = shapely.get_coordinates(
                shapely.get_point(
                    shapely.shortest_line(
                        shapely.points(place[wet[point]]), self._shores.geometries[edge]
                    ),
                    1,
                )
            )
            way = shore - place[wet[point]]
            moved[wet[point]] = shore + _ASHORE * way
            afloat[wet[point]] = np.hypot(*way.T) > SHORE_KM
        return moved, afloat

    def near(self, place: Floats, distance_km: Floats) -> NDArray[np.bool_]:
        """Return which places, shape (n, 2), have any water or border within a distance."""
        found = np.zeros(len(place), dtype=np.bool_)
        # A degree is up to 0.5 % longer, and the map narrower or wider away from its latitude.
        reach = 2 * distance_km
        for tree in (self._shores, self._borders):
            if len(tree):
                points = _geometries(shapely.points(place))
                found[np.unique(tree.query(points, predicate="dwithin", distance=reach)[0])] = True
        return found

    def block(self, ways: Ways) -> NDArray[np.bool_]:
        """Return which straight ways are blocked, shape (n,); their ends stand on land."""
        blocked = np.zeros(len(ways.start), dtype=np.bool_)
        for begin in range(0, len(blocked), BLOCK_WAYS):
            part = slice(begin, begin + BLOCK_WAYS)
            some = Ways(ways.start[part], ways.end[part])
            blocked[part] = (_crossings(self._shores, some) > 0) | (
                _crossings(self._borders, some, NARROW_KM) > 1
            )
        return blocked

    def crosses_border(self, ways: Ways) -> NDArray[np.bool_]:
        """Return which ways cross a border at all, shape (n,)."""
        return _crossings(self._borders, ways) > 0


def outline_of(regions: NDArray[np.object_]) -> Floats:
    """Return the edges of the outline of regions together, shape (n, 2, 2) in lon, lat [°].

    Gaps between regions that are narrower than `NARROW_KM` (twice their area by their length) are
    left out.
    """
    whole = shapely.get_parts(shapely.union_all(regions))
    edges = []
    for part in whole:
        rings = np.asarray(part.interiors, dtype=object)
        holes = shapely.polygons(rings)
        length = np.maximum(shapely.length(holes), 1e-12)
        wide = rings[2 * shapely.area(holes) / length * _KM_PER_DEG >= NARROW_KM]
        edges.append(edges_of(np.array([part.exterior, *wide], dtype=object)))
    return np.concatenate(edges)


def edges_of(shapes: NDArray[np.object_]) -> Floats:
    """Return all edges of polygons or rings, shape (n, 2, 2)."""
    parts = shapely.get_parts(shapes)
    polygons = shapely.get_type_id(parts) == shapely.GeometryType.POLYGON
    rings = np.concatenate([parts[~polygons], shapely.get_rings(parts[polygons])])
    points, ring = shapely.get_coordinates(rings, return_index=True)
    joined = ring[1:] == ring[:-1]
    return np.stack((points[:-1][joined], points[1:][joined]), axis=1)


def _crossings(tree: shapely.STRtree, ways: Ways, narrow_km: float = 0.0) -> NDArray[np.int64]:
    """Return how often each way crosses the edges of a tree.

    A corner of two edges is one crossing. Two crossings no further apart than `narrow_km` undo
    each other.
    """
    if not len(tree):
        return np.zeros(len(ways.start), dtype=np.int64)
    lines = _geometries(shapely.linestrings(np.stack([ways.start, ways.end], axis=1)))
    way, edge = tree.query(lines, predicate="intersects")
    corners = shapely.get_coordinates(tree.geometries[edge]).reshape(-1, 2, 2)
    along = _along(ways.start[way], ways.end[way], corners[:, 0], corners[:, 1])
    order = np.lexsort((along, way))
    way, along = way[order], along[order]
    again = _follows(way, along, _SAME_CROSSING)
    way, along = way[~again], along[~again]
    if narrow_km > 0:
        length_km = np.hypot(*(ways.end - ways.start).T)
        run = np.cumsum(~_follows(way, along * length_km[way], narrow_km)) - 1
        odd = np.bincount(run) % 2 == 1 if len(run) else np.empty(0, dtype=np.bool_)
        _, first = np.unique(run, return_index=True)
        way = way[first[odd]]
    return np.bincount(way, minlength=len(ways.start))


def _follows(way: NDArray[np.int64], along: Floats, near: float) -> NDArray[np.bool_]:
    """Return which crossings come after another one of the same way, no further than `near`."""
    follows = np.zeros(len(way), dtype=np.bool_)
    follows[1:] = (way[1:] == way[:-1]) & (np.diff(along) <= near)
    return follows


def _along(start: Floats, end: Floats, edge_start: Floats, edge_end: Floats) -> Floats:
    """Return where on a way it crosses an edge, from 0 to 1; 0 where they lie on one line."""
    way, edge = end - start, edge_end - edge_start
    between = edge_start - start
    sine = way[:, 0] * edge[:, 1] - way[:, 1] * edge[:, 0]
    part = between[:, 0] * edge[:, 1] - between[:, 1] * edge[:, 0]
    return np.divide(part, sine, out=np.zeros_like(part), where=sine != 0)


def _tree(edges: Floats) -> shapely.STRtree:
    return shapely.STRtree(_geometries(shapely.linestrings(edges.reshape(-1, 2, 2))))


def _points(place: Floats) -> shapely.STRtree:
    return shapely.STRtree(_geometries(shapely.points(place)))


def _geometries(geometries: object) -> NDArray[np.object_]:
    """Return an array, which is what shapely makes of arrays, although its types allow for one."""
    return np.asarray(geometries, dtype=object)
