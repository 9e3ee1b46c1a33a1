"""The four maps of the sky over the country: as a figure, and as shapes for the page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba_array
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.path import Path
from numpy.typing import NDArray

from leohub.report.countryfigure import outlines, squeeze
from leohub.report.hexagons import rings
from leohub.report.palette import MUTED
from leohub.report.skymap import SkyMap, SkyMaps, sky_maps
from leohub.study.results import Results

Floats = NDArray[np.float64]

WIDE: Final = 1.3
"""Width by height from which countries are drawn two by two."""

PAGE_SIDE: Final = 400.0
"""Longer side of a map of the page."""

COARSEST_LINE: Final = 0.5
"""Detail of outlines that the page leaves away, in its units."""


@dataclass(frozen=True)
class PageMaps:
    """The maps as the page draws them: SVG paths in a box.

    Attributes
    ----------
    width, height : float
        Of the box.
    outline : str
        Path of all boundaries.
    groups : list of SkyMaps
    paths : list of list of list of (int, str)
        For each group and map: colour → path of its hexagons.
    """

    width: float
    height: float
    outline: str
    groups: list[SkyMaps]
    paths: list[list[list[tuple[int, str]]]]


def draw_sky_maps(figure: Figure, results: Results) -> None:
    """Draw the four maps, each pair over its legend."""
    shapes = rings(results.sky.index.to_numpy(np.uint64))
    lines = outlines(results.regions)
    west, south, east, north = results.regions.total_bounds
    wide = (east - west) * squeeze(results.regions) > WIDE * (north - south)
    for pair, group in enumerate(sky_maps(results)):
        left = 0.04 + 0.485 * pair
        figure.text(left, 0.795, group.title, fontsize=13, fontweight="bold")
        for place, one in enumerate(group.maps):
            box = (
                (left, 0.46 - 0.34 * place, 0.45, 0.29)
                if wide
                else (left + 0.228 * place, 0.15, 0.218, 0.56)
            )
            axes = figure.add_axes(box)
            _draw_map(axes, shapes, lines, one, group.colours)
            axes.set_aspect(1 / squeeze(results.regions), anchor="NW")
            axes.set_title(f"{one.title}: {one.said}", fontsize=10, color=MUTED, loc="left", pad=6)
        handles = [Patch(color=group.colours[shade], label=label) for shade, label in group.legend]
        figure.legend(
            handles=handles,
            loc="lower left",
            bbox_to_anchor=(left - 0.008, 0.03),
            ncols=4,
            frameon=False,
            fontsize=10,
            columnspacing=1.2,
            handlelength=1.2,
        )


def page_maps(results: Results) -> PageMaps:
    """Return the four maps as the page draws them."""
    groups = sky_maps(results)
    west, south, east, north = results.regions.total_bounds
    stretch = np.array([squeeze(results.regions), -1.0])
    size = (np.array([east, south]) - (west, north)) * stretch
    scale = PAGE_SIDE / size.max()

    def placed(line: Floats) -> Floats:
        return np.asarray((line - (west, north)) * stretch * scale)

    hexagons = [_path(placed(ring)) for ring in rings(results.sky.index.to_numpy(np.uint64))]
    boundaries = [
        shapely.get_coordinates(shapely.simplify(shapely.LineString(placed(line)), COARSEST_LINE))
        for line in outlines(results.regions)
    ]
    return PageMaps(
        width=round(float(size[0] * scale), 1),
        height=round(float(size[1] * scale), 1),
        outline="".join(map(_path, boundaries)),
        groups=groups,
        paths=[[_by_shade(one, hexagons) for one in group.maps] for group in groups],
    )


def _draw_map(
    axes: Axes, shapes: list[Floats], lines: list[Floats], one: SkyMap, colours: tuple[str, ...]
) -> None:
    faces = to_rgba_array(colours)[one.shades]
    hexagons = PolyCollection(shapes, facecolors=faces, edgecolors=faces, linewidths=0.3)
    axes.add_collection(hexagons, autolim=False)
    axes.add_collection(LineCollection(lines, colors=MUTED, linewidths=0.4))
    country = Path.make_compound_path(*(Path(line, closed=True) for line in lines))
    hexagons.set_clip_path(country, axes.transData)
    axes.autoscale_view()
    axes.margins(0.01)
    axes.set_axis_off()


def _by_shade(one: SkyMap, hexagons: list[str]) -> list[tuple[int, str]]:
    return [
        (int(shade), "".join(hexagons[cell] for cell in np.flatnonzero(one.shades == shade)))
        for shade in np.unique(one.shades)
    ]


def _path(line: Floats) -> str:
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in line) + "Z"
