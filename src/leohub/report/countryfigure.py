"""The ground of a still map: outlines of regions, and axes in the country's proportions."""

from __future__ import annotations

from typing import Final

import geopandas as gpd
import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

LEGEND_IN: Final = 2.4
"""Room for the legend on the left of a still picture [inches]."""

MARGIN_DEG: Final = 0.02


def outlines(regions: gpd.GeoDataFrame) -> list[NDArray[np.float64]]:
    """Return the boundaries of regions (lon, lat), arrays of shape (corners, 2) [°]."""
    polygons = shapely.get_parts(regions.geometry.to_numpy())
    return [shapely.get_coordinates(ring) for ring in shapely.get_rings(polygons)]


def squeeze(regions: gpd.GeoDataFrame) -> float:
    """Return how much shorter a degree of longitude is than one of latitude."""
    _, south, _, north = regions.total_bounds
    return float(np.cos(np.radians((south + north) / 2)))


def frame_country(axes: Axes, regions: gpd.GeoDataFrame, anchor: str = "C") -> None:
    """Let axes of degrees show the whole country as wide as it is, and nothing else."""
    west, south, east, north = regions.total_bounds
    axes.set(
        xlim=(west - MARGIN_DEG, east + MARGIN_DEG), ylim=(south - MARGIN_DEG, north + MARGIN_DEG)
    )
    axes.set_aspect(1 / squeeze(regions), anchor=anchor)
    axes.set_axis_off()


def country_picture(regions: gpd.GeoDataFrame) -> tuple[Figure, Axes]:
    """Return a still picture of the size that the country needs, with room for a legend."""
    west, south, east, north = regions.total_bounds
    height = 8.0
    width = height * (east - west) / (north - south) * squeeze(regions)
    width = float(np.clip(width, 5, 14)) + LEGEND_IN
    figure = Figure(figsize=(width, height), dpi=110, facecolor="white")
    return figure, figure.add_axes((LEGEND_IN / width, 0.01, 0.99 - LEGEND_IN / width, 0.98))
