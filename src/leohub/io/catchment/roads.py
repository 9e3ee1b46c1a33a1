"""Roads and paths as lines with a class, such as an extract of OpenStreetMap."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from io import BytesIO
from typing import Literal

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from leohub.io.columns import numbers, require_columns, texts
from leohub.io.provenance import InputFile, Source
from leohub.io.regions.polygons import to_wgs84
from leohub.io.tables import read_table
from leohub.people.coverage import ecef_km, geodesic_km

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Mode = Literal["walking", "motor"]

NODE_DEG = 1e-6
"""Ends of lines nearer than this are one node: 0.1 m on the ground [°]."""

PIECE_DEG = 0.002
"""Long straight pieces are cut to this length, so that people reach a road where they come to it
and not at its next bend: 220 m on the ground [°]."""

_LATITUDES = round(360 / NODE_DEG)
"""More than there are different latitudes of nodes."""

SLOWEST_KM_H, FASTEST_KM_H = 0.5, 150.0
"""Speeds on roads that make sense [km/h]."""


@dataclass(frozen=True)
class RoadLines:
    """Straight pieces of roads between nodes.

    Attributes
    ----------
    lat_deg, lon_deg : ndarray, shape (n_nodes,)
        [°]
    start, end : ndarray of int, shape (n_pieces,)
        The nodes at the ends of each piece.
    length_km, speed_km_h : ndarray, shape (n_pieces,)
        [km], [km/h]
    """

    lat_deg: Floats
    lon_deg: Floats
    start: Ints
    end: Ints
    length_km: Floats
    speed_km_h: Floats


@cache
def road_classes() -> pd.DataFrame:
    """Return the known classes of roads: `walking` (yes or no) and `motor_km_h`, by `class`.

    The classes are those of the key ``highway`` of OpenStreetMap; the speeds are assumed.
    """
    content = files("leohub").joinpath("data", "roads.csv").read_bytes()
    return pd.read_csv(BytesIO(content), index_col="class")


def read_roads(
    file: InputFile,
    *,
    class_column: str,
    speed_column: str | None,
    mode: Mode,
    walking_km_h: float,
) -> tuple[RoadLines, Source]:
    """Read roads and paths, each with the speed that one has on it.

    Roads are used in both directions. Lines meet where they share a vertex, as in OpenStreetMap.

    Parameters
    ----------
    file : InputFile
        GeoPackage, GeoJSON or GeoParquet of lines in any projection.
    class_column : str
        Column with the class of road: values of the key ``highway`` of OpenStreetMap. Lines
        without a class, or with one that is no road (under construction, a race track …), are
        left out and counted.
    speed_column : str, optional
        Column with the speed on the line [km/h]; it goes before that of its class.
    mode : str
        ``"walking"``: every class open to people on foot, at `walking_km_h`. ``"motor"``: every
        class at its speed by motor, paths at `walking_km_h`.
    walking_km_h : float
        [km/h]

    Returns
    -------
    roads : RoadLines
    source : Source
        Totals: lines, lines_used, length_km.

    Raises
    ------
    InputError
        When the file has no lines, no CRS, no such columns, impossible speeds, or no road.
    """
    table = _read_lines(file, class_column, speed_column)
    problems = file.problems()
    kind = texts(table[class_column]).str.lower()
    speed_km_h = kind.map(_speeds(mode, walking_km_h)).astype("float64")
    if speed_column is not None:
        given = numbers(
            table[speed_km_h.notna()],
            speed_column,
            problems,
            low=SLOWEST_KM_H,
            high=FASTEST_KM_H,
            required=False,
            remedy="Give km/h; leave it empty where it is not known",
        )
        speed_km_h = given.reindex(table.index).fillna(speed_km_h)
    problems.raise_if_any()
    used = speed_km_h.notna()
    if not used.any():
        shown = ", ".join(map(repr, sorted(set(kind[kind != ""]))[:5])) or "nothing"
        raise file.error(
            f"no line is a road: column {class_column!r} holds {shown}",
            "Name the column with OpenStreetMap's classes of highway (primary, track, path …)",
        )
    roads = _cut(table.geometry[used], np.asarray(speed_km_h[used], dtype=np.float64))
    totals = {
        "lines": float(len(table)),
        "lines_used": float(used.sum()),
        "length_km": float(roads.length_km.sum()),
    }
    return roads, file.source("roads", totals=totals, notes=_notes(kind, used))


def _read_lines(file: InputFile, class_column: str, speed_column: str | None) -> gpd.GeoDataFrame:
    """Return a layer of lines in EPSG:4326, with the columns that are asked for."""
    table = read_table(file)
    if not isinstance(table, gpd.GeoDataFrame):
        raise file.error("the file has no lines", "Give GeoPackage, GeoJSON or GeoParquet")
    problems = file.problems()
    wanted = {
        "service.catchment.road_class": class_column,
        "service.catchment.road_speed": speed_column,
    }
    require_columns(table, wanted, problems)
    kinds = table.geometry.geom_type.mask(table.geometry.is_empty, "").fillna("")
    problems.add_rows(
        [
            (row, f"the feature is a {kind}, not a line" if kind else "it has no geometry")
            for row, kind in kinds.items()
            if kind not in ("LineString", "MultiLineString")
        ],
        "Give the roads as lines, without crossings, stops and areas",
    )
    problems.raise_if_any()
    return to_wgs84(file, table)


def _speeds(mode: Mode, walking_km_h: float) -> dict[str, float]:
    """Return the speed on each class that is open in a mode [km/h]."""
    classes = road_classes()
    on_foot = {str(name): walking_km_h for name in classes.index[classes["walking"] == "yes"]}
    if mode == "walking":
        return on_foot
    by_motor = {str(name): float(speed) for name, speed in classes["motor_km_h"].items()}
    return on_foot | {name: speed for name, speed in by_motor.items() if speed > 0}


def _notes(kind: pd.Series, used: pd.Series) -> tuple[str, ...]:
    left_out = kind[~used].replace("", "no class")
    if left_out.empty:
        return ()
    counts = left_out.value_counts().head(5)
    shown = ", ".join(f"{name} ({count:,})" for name, count in counts.items())
    return (f"{len(left_out):,} lines are no open road and were left out: {shown}",)


def _cut(lines: gpd.GeoSeries, speed_km_h: Floats) -> RoadLines:
    """Cut lines into straight pieces between nodes."""
    parts, line = shapely.get_parts(lines.to_numpy(), return_index=True)
    pieces = shapely.segmentize(parts, PIECE_DEG)
    points, part = shapely.get_coordinates(pieces, return_index=True)
    on_grid = np.rint(points / NODE_DEG).astype(np.int64)
    key = on_grid[:, 0] * _LATITUDES + on_grid[:, 1]
    _, first, node = np.unique(key, return_index=True, return_inverse=True)
    joined = (part[1:] == part[:-1]) & (node[1:] != node[:-1])
    lon_deg, lat_deg = (on_grid[first] * NODE_DEG).T
    start, end = node[:-1][joined], node[1:][joined]
    place = ecef_km(lat_deg, lon_deg)
    chord = np.linalg.norm(place[start] - place[end], axis=1)
    return RoadLines(
        lat_deg,
        lon_deg,
        start,
        end,
        geodesic_km(chord, lat_deg[start]),
        speed_km_h[line[part[1:][joined]]],
    )
