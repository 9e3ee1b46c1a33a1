"""Two plans on one map as a still picture: for print, and for browsers that cannot draw maps."""

from __future__ import annotations

from typing import Final

import shapely
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from leohub.report.countryfigure import country_picture, frame_country
from leohub.report.difference import Difference
from leohub.report.palette import BOUND, CHANGE, HUB, INK, MUTED, change_classes
from leohub.report.samehubs import BOTH, ONLY_A, ONLY_B

MARKS: Final = {
    BOTH: ("o", INK, 20.0, "hub of both plans"),
    ONLY_A: ("s", BOUND, 26.0, "hub only of A"),
    ONLY_B: ("^", HUB, 36.0, "hub only of B"),
}
"""Group → shape, colour, size and meaning: told apart without colour, too."""

FAINT: Final = 0.6
"""Opacity of regions, so that hubs are seen on those of their own colour."""


def draw_difference(found: Difference) -> Figure:
    """Draw the regions by who reaches more people there, and the hubs of both plans."""
    figure, axes = country_picture(found.regions)
    shades, _ = change_classes(found.regions["change"])
    for shape, shade in zip(found.regions.geometry, shades.tolist(), strict=True):
        corners = [shapely.get_coordinates(part.exterior) for part in shapely.get_parts([shape])]
        axes.add_collection(PolyCollection(corners, facecolors=CHANGE[shade + 3], alpha=FAINT))
        axes.add_collection(LineCollection(corners, colors=MUTED, linewidths=0.5))
    for group, (shape, colour, size, _) in MARKS.items():
        hubs = found.hubs[found.hubs["group"] == group]
        axes.scatter(
            hubs["lon_deg"],
            hubs["lat_deg"],
            s=size,
            color=colour,
            marker=shape,
            lw=0.8,
            ec="white",
            zorder=3,
        )
    lon_deg, lat_deg = found.standing["lon_deg"], found.standing["lat_deg"]
    axes.scatter(lon_deg, lat_deg, s=22, marker="D", fc="white", lw=1.3, ec=INK, zorder=2.9)
    frame_country(axes, found.regions)
    _legend(figure, stands=len(found.standing) > 0)
    return figure


def _legend(figure: Figure, *, stands: bool) -> None:
    marks = [
        Line2D([], [], marker=shape, ls="", color=colour, mec="white", ms=8, label=meaning)
        for shape, colour, _, meaning in MARKS.values()
    ]
    if stands:
        said = "stands already"
        marks.append(Line2D([], [], marker="D", ls="", mfc="white", mec=INK, ms=5, label=said))
    words = ["A reaches more", "", "", "as many", "", "", "B reaches more"]
    patches = [
        Patch(color=colour, alpha=FAINT, label=label)
        for colour, label in zip(CHANGE, words, strict=True)
    ]
    figure.legend(
        handles=[*marks, *patches],
        loc="lower left",
        bbox_to_anchor=(0.03, 0.04),
        frameon=False,
        alignment="left",
        fontsize=10.5,
    )
